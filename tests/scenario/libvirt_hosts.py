# SPDX-License-Identifier: Apache-2.0
"""Hosts as libvirt knows them: two real ones and a made-up one. What is shown agrees
with virsh, a change of a guest shows at once, and what is the same host stays it."""
import json
import re
import time
import uuid

from lab import libvirt, process
from lab.scenario import Scenario

RESERVED_MIB = 512  # reserved_host_memory_mb, by default
GIB = 1 << 30
ACTIVE = ("running", "paused")


def field(text, name):
    """A value of virsh's "Name:   value" lines."""
    return re.search(rf"^{re.escape(name)}:\s+(.*\S)", text, re.MULTILINE).group(1)


def read_guests(uri):
    """{name: (uuid, state, vcpus, MiB)} by virsh."""
    guests = {}
    for name in libvirt.virsh(uri, "list", "--all", "--name").split():
        info = libvirt.virsh(uri, "dominfo", name)
        guests[name] = (field(info, "UUID"), field(info, "State"), int(field(info, "CPU(s)")),
                        int(field(info, "Max memory").split()[0]) // 1024)
    return guests


def servers_of(hypervisor):
    return {server["name"]: server["uuid"] for server in hypervisor.get("servers", [])}


class Hosts(Scenario):
    @classmethod
    def setUpClass(cls):
        cls.first = cls.boot("compute1.lab")
        cls.second = cls.boot("compute2.lab")

    def setUp(self):
        super().setUp()
        self.addCleanup(self.first.clear)
        self.addCleanup(self.second.clear)

    def serve_hosts(self, *uris, **options):
        """A Muster that shows all of these hosts up."""
        muster = self.serve(uris, **options)
        self.wait_for_hosts(muster, len(uris))
        return muster

    def wait_for_hosts(self, muster, count):
        process.wait_until(
            f"{count} hosts are up",
            lambda: [one["state"] for one in muster.hypervisors()] == ["up"] * count)

    def shows(self, what, condition):
        """At once: in an answer within a second."""
        process.wait_until(what, condition, bound=process.PROMPT)


class Values(Hosts):
    def setUp(self):
        super().setUp()
        self.first.define("run", str(uuid.uuid4()), vcpus=2)
        self.first.virsh("start", "run")
        self.first.define("rest", str(uuid.uuid4()), memory_mib=48)
        self.first.virsh("start", "rest")
        self.first.virsh("suspend", "rest")
        self.first.define("off", str(uuid.uuid4()))
        self.made_up = libvirt.MadeUpHost(
            self.first.folder, "made-up", {"a": "running", "b": "paused", "c": "shut off"})
        self.muster = self.serve_hosts(self.first.uri, self.second.uri, self.made_up.uri)

    def find(self, uri, version="2.87"):
        return self.muster.hypervisor(libvirt.virsh(uri, "hostname").strip(), version)

    def test_guests_and_their_sums_agree_with_virsh(self):
        for uri in (self.first.uri, self.second.uri, self.made_up.uri):
            guests = read_guests(uri)
            active = [guest for guest in guests.values() if guest[1] in ACTIVE]
            shown = self.find(uri)
            self.assertEqual(servers_of(shown), {name: guest[0] for name, guest in guests.items()})
            self.assertEqual(shown["vcpus_used"], sum(guest[2] for guest in active))
            self.assertEqual(shown["memory_mb_used"],
                             RESERVED_MIB + sum(guest[3] for guest in active))
            self.assertEqual(shown["free_ram_mb"], shown["memory_mb"] - shown["memory_mb_used"])
            self.assertEqual(shown["running_vms"], len(active))
            self.assertEqual(shown["current_workload"], 0)

    def test_the_machine_agrees_with_virsh(self):
        for uri, kind in ((self.first.uri, "QEMU"), (self.made_up.uri, "TEST")):
            shown = self.find(uri)
            node = libvirt.virsh(uri, "nodeinfo")
            self.assertEqual(shown["vcpus"], int(field(node, "CPU(s)")))
            self.assertEqual(shown["cpu_info"]["topology"]["cells"],
                             int(field(node, "NUMA cell(s)")))
            self.assertEqual(shown["hypervisor_type"], kind)
            self.assertEqual((shown["state"], shown["status"]), ("up", "enabled"))

    def test_a_real_machines_processors_agree_with_virsh(self):
        cpu = self.find(self.first.uri)["cpu_info"]
        node = self.first.virsh("nodeinfo")
        self.assertEqual(cpu["arch"], field(node, "CPU model"))
        self.assertEqual(cpu["topology"]["sockets"], int(field(node, "CPU socket(s)")))
        self.assertEqual(cpu["topology"]["cores"], int(field(node, "Core(s) per socket")))
        self.assertEqual(cpu["topology"]["threads"], int(field(node, "Thread(s) per core")))
        self.assertIn(f"<model>{cpu['model']}</model>", self.first.virsh("capabilities"))

    def test_versions_addresses_and_disks_agree_with_virsh(self):
        shown = self.find(self.first.uri)
        major, minor, micro = map(int, re.search(
            r"Running hypervisor: QEMU (\d+)\.(\d+)\.(\d+)", self.first.virsh("version")).groups())
        self.assertEqual(shown["hypervisor_version"], major * 1000000 + minor * 1000 + micro)
        self.assertEqual(shown["host_ip"], "127.0.0.1")
        pool = self.first.virsh("pool-info", "default", "--bytes")
        self.assertEqual(shown["local_gb"], int(field(pool, "Capacity")) // GIB)

    def test_the_statistics_are_the_sums_of_the_hosts(self):
        hosts = self.muster.hypervisors("2.87")
        shown = self.muster.get("/os-hypervisors/statistics", "2.87").json()
        statistics = shown["hypervisor_statistics"]
        self.assertEqual(statistics.pop("count"), 3)
        for name, value in statistics.items():
            self.assertEqual(value, sum(host[name] or 0 for host in hosts), name)


class Changes(Hosts):
    def setUp(self):
        super().setUp()
        self.uuid = str(uuid.uuid4())
        # An interval so long that nothing but the domain's events can bring a change in time.
        self.muster = self.serve_hosts(self.first.uri, self.second.uri, collect_interval=30)

    def used(self, machine):
        return self.muster.hypervisor(machine.hostname, "2.87")["vcpus_used"]

    def servers(self, machine):
        return servers_of(self.muster.hypervisor(machine.hostname))

    def test_a_guest_started_paused_resumed_and_stopped_shows_at_once(self):
        self.first.define("guest", self.uuid, vcpus=3)
        self.shows("the guest is listed", lambda: self.servers(self.first) == {"guest": self.uuid})
        self.assertEqual(self.used(self.first), 0)
        for action, vcpus in (("start", 3), ("suspend", 3), ("resume", 3), ("destroy", 0)):
            self.first.virsh(action, "guest")
            self.shows(f"{action}: {vcpus} vcpus are used",
                       lambda vcpus=vcpus: self.used(self.first) == vcpus)
        self.first.virsh("undefine", "guest")
        self.shows("the guest is gone", lambda: self.servers(self.first) == {})

    def test_a_guest_defined_again_keeps_its_uuid_under_a_new_name(self):
        self.first.define("before", self.uuid)
        self.shows("it is there", lambda: self.servers(self.first) == {"before": self.uuid})
        self.first.virsh("undefine", "before")
        self.shows("it is gone", lambda: self.servers(self.first) == {})
        self.first.define("after", self.uuid)
        self.shows("it is back", lambda: self.servers(self.first) == {"after": self.uuid})

    def test_a_guest_moved_to_another_host_shows_there_at_once(self):
        self.first.define("guest", self.uuid)
        self.first.virsh("start", "guest")
        self.shows("it is at the first", lambda: self.servers(self.first) == {"guest": self.uuid})
        self.first.virsh("destroy", "guest")
        self.first.virsh("undefine", "guest")
        self.second.define("guest", self.uuid)
        self.second.virsh("start", "guest")
        self.shows("it is at the second", lambda: self.servers(self.second) == {"guest": self.uuid})
        self.assertEqual(self.servers(self.first), {})

    def test_a_guest_defined_on_two_hosts_belongs_to_where_it_is_active(self):
        self.first.define("guest", self.uuid)
        self.second.define("guest", self.uuid)
        for here, there in ((self.second, self.first), (self.first, self.second)):
            here.virsh("start", "guest")
            self.shows(f"it is at {here.hostname}",
                       lambda here=here: self.servers(here) == {"guest": self.uuid})
            self.assertEqual(self.servers(there), {})
            here.virsh("destroy", "guest")
            self.shows("it is off", lambda here=here: self.used(here) == 0)
            self.assertEqual(self.servers(here), {"guest": self.uuid}, "off, it stays")


class Identity(Hosts):
    def identities(self, muster):
        """{uuid: (id, service's uuid, service's id)}: what never may change."""
        old = {one["hypervisor_hostname"]: one for one in muster.hypervisors("2.52")}
        return {new["id"]: (old[new["hypervisor_hostname"]]["id"], new["service"]["id"],
                            old[new["hypervisor_hostname"]]["service"]["id"])
                for new in muster.hypervisors("2.88")}

    def restart(self, muster):
        """Until every connection has reported anew, and that is stored."""
        began = time.time()
        muster.restart()
        process.wait_until("all have reported", lambda: {
            host["connection"] for host in json.loads(muster.command("host", "list", "--json"))
            if process.parse_utc(host["last_seen_up"]) > began} == set(muster.connect))

    def test_ids_survive_restarts_renames_and_edited_uris(self):
        muster = self.serve_hosts(self.first.uri, self.second.uri)
        identities = self.identities(muster)

        self.restart(muster)
        self.assertEqual(self.identities(muster), identities)

        old_name = self.first.hostname
        self.addCleanup(self.first.rename, old_name)
        self.first.rename("renamed.lab")
        process.wait_until("the new name is shown", lambda: muster.hypervisor("renamed.lab"))
        self.assertIsNone(muster.hypervisor(old_name))
        self.assertEqual(self.identities(muster), identities)

        muster.connect[0] = self.first.uri.replace("127.0.0.1", "localhost")
        self.restart(muster)
        self.assertEqual(self.identities(muster), identities)

    def test_a_second_connection_to_a_machine_is_refused_and_logged(self):
        other_way = self.first.uri.replace("127.0.0.1", "localhost")
        muster = self.serve_hosts(self.first.uri)
        muster.connect.append(other_way)
        muster.restart()
        process.wait_until("one of the two is refused in the log", lambda: [
            line for line in muster.log.splitlines()
            if line.endswith("refused") and self.first.uri in line and other_way in line])
        self.assertEqual(len(muster.hypervisors()), 1)

    def test_a_host_no_longer_configured_stays_down_until_it_is_removed(self):
        muster = self.serve_hosts(self.first.uri, self.second.uri,
                                  default={"service_down_time": 2})
        muster.connect.pop()
        muster.restart()
        gone = self.second.hostname
        process.wait_until("the host is down",
                           lambda: muster.hypervisor(gone)["state"] == "down")
        self.assertEqual(muster.hypervisor(self.first.hostname)["state"], "up")
        muster.command("host", "remove", gone)
        self.assertIsNone(muster.hypervisor(gone))
        muster.restart()
        self.wait_for_hosts(muster, 1)
