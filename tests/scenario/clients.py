# SPDX-License-Identifier: Apache-2.0
"""The clients that people have, unchanged: python3-openstackclient and
python3-novaclient, at the microversions where shapes change. What they print is
compared, field by field, with the API's JSON."""
import concurrent.futures
import json
import re
import uuid

from lab import process
from lab.scenario import Scenario

LOCAL, REMOTE = "local.lab", "remote.lab"
LEAN = (2, 88)  # no resources any more, the uptime in the details

# What `openstack hypervisor show` makes of the uptime's line.
UPTIME = re.compile(r" (?P<host_time>\S+) up +(?P<uptime>.*),  (?P<users>\d+) users?,"
                    r"  load average: (?P<load_average>.*)")


def read_table(text):
    """The cells of a table as novaclient prints it, without its heading."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in text.splitlines() if line.startswith("|")]
    return rows[1:]


def flatten(value, name=""):
    """As novaclient flattens what it shows: {"a": {"b": 1}} is a_b; null is a dash."""
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    if isinstance(value, dict):
        flat = {}
        for key, inner in value.items():
            flat.update(flatten(inner, f"{name}_{key}" if name else key))
        return flat
    if value is None:
        return {name: "-"}
    return {name: json.dumps(value) if isinstance(value, list) else str(value)}


class Clients(Scenario):
    @classmethod
    def setUpClass(cls):
        """A machine that is reached over its Unix socket counts as the one that Muster runs
        on, whose uptime is known; another over TCP."""
        cls.local, cls.remote = cls.boot(LOCAL), cls.boot(REMOTE)
        for machine in (cls.local, cls.remote):
            machine.define("guest", str(uuid.uuid4()))
            machine.virsh("start", "guest")

    def setUp(self):
        super().setUp()
        # One collection is all there is: the uptime stays the same throughout.
        socket = self.local.folder / "run/libvirt/libvirt-sock"
        self.muster = self.serve(
            [f"qemu+unix:///system?socket={socket}", self.remote.uri],
            collect_interval=3600, default={"service_down_time": 3600})
        process.wait_until("both hosts are up", lambda: [
            one["state"] for one in self.muster.hypervisors()] == ["up", "up"])
        self.url = f"http://127.0.0.1:{self.muster.port}/v2.1"

    # The clients

    def run_client(self, *command, check=True):
        # Debian's Python, whatever else is installed; OS_AUTH_URL is asked for, and not asked.
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                       "HOME": str(self.muster.folder)}
        if command[0] == "nova":
            environment.update(OS_AUTH_URL="http://127.0.0.1:1", OS_PROJECT_ID="admin")
        return process.run(*command, env=environment, check=check)

    def openstack(self, version, *words, **options):
        done = self.run_client(
            "openstack", "--os-auth-type", "none", "--os-endpoint", self.url,
            "--os-compute-api-version", version, "hypervisor", *words, "-f", "json", **options)
        return json.loads(done) if isinstance(done, str) else done

    def nova(self, version, command, *words, **options):
        done = self.run_client(
            "nova", "--os-auth-type", "admin_token", "--os-token", "admin", "--os-endpoint",
            self.url, "--os-compute-api-version", version, f"hypervisor-{command}", *words,
            **options)
        return read_table(done) if isinstance(done, str) else done

    def ask(self, path, version):
        answer = self.muster.get("/os-hypervisors" + path, version)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    # What is checked, at one version

    def check_openstack_list(self, version):
        expected = [{"ID": one["id"], "Hypervisor Hostname": one["hypervisor_hostname"],
                     "Hypervisor Type": one["hypervisor_type"], "Host IP": one["host_ip"],
                     "State": one["state"]} for one in self.muster.hypervisors(version)]
        self.assertEqual(self.openstack(version, "list"), expected)

    def check_openstack_long_list(self, version):
        names = {"vCPUs Used": "vcpus_used", "vCPUs": "vcpus", "Memory MB Used": "memory_mb_used",
                 "Memory MB": "memory_mb"}
        for shown, one in zip(self.openstack(version, "list", "--long"),
                              self.muster.hypervisors(version), strict=True):
            self.assertEqual(shown["ID"], one["id"])
            for column, name in names.items():
                self.assertEqual(shown[column], one.get(name, ""))

    def check_openstack_matching_list(self, version):
        shown = self.openstack(version, "list", "--matching", "MOTE")
        self.assertEqual([one["Hypervisor Hostname"] for one in shown], [REMOTE])

    def check_openstack_show(self, version):
        one = self.muster.hypervisor(LOCAL, version)
        by_name = self.openstack(version, "show", LOCAL)
        self.assertEqual(self.openstack(version, "show", str(one["id"])), by_name)
        self.assertEqual(by_name["aggregates"], [])
        self.assertEqual(by_name["service_id"], one["service"]["id"])
        self.assertEqual(by_name["service_host"], one["service"]["host"])
        uptime = UPTIME.fullmatch(self.muster.hypervisor(LOCAL)["uptime"])
        for name, value in uptime.groupdict().items():
            self.assertEqual(by_name[name], value, name)
        one["cpu_info"] = flatten(one.get("cpu_info", {}))
        by_name["cpu_info"] = flatten(by_name.get("cpu_info", {}))
        for name in one.keys() - {"service", "servers", "uptime"}:
            self.assertEqual(by_name[name], one[name], name)

    def check_openstack_statistics(self, version):
        """2.88 has none, which the client knows by itself."""
        if self.is_lean(version):
            refused = self.openstack(version, "stats", "show", check=False)
            self.assertIn("removed in API version 2.88", refused.stderr)
            return
        self.assertEqual(self.openstack(version, "stats", "show"),
                         self.ask("/statistics", version)["hypervisor_statistics"])

    def check_nova_list(self, version):
        expected = [[str(one["id"]), one["hypervisor_hostname"], one["state"], one["status"]]
                    for one in self.muster.hypervisors(version)]
        self.assertEqual(self.nova(version, "list"), expected)

    def check_nova_show(self, version):
        one = self.muster.hypervisor(LOCAL, version)
        expected = flatten({**one, "cpu_info": one.get("cpu_info", {})})
        shown = dict(self.nova(version, "show", str(one["id"]), "--wrap", "0"))
        shown.pop("servers", None)
        expected.pop("servers", None)
        self.assertEqual(shown, {name: value.strip() for name, value in expected.items()})

    def check_nova_servers(self, version):
        expected = [[server["uuid"], server["name"], str(one["id"]), one["hypervisor_hostname"]]
                    for one in self.muster.hypervisors("2.53") for server in one["servers"]]
        if not self.has_uuids(version):
            ids = {one["hypervisor_hostname"]: one["id"]
                   for one in self.muster.hypervisors(version)}
            expected = [[*row[:2], str(ids[row[3]]), row[3]] for row in expected]
        self.assertEqual(self.nova(version, "servers", "lab"), expected)

    def check_nova_statistics(self, version):
        if self.is_lean(version):
            refused = self.nova(version, "stats", check=False)
            self.assertIn("not supported in API version 2.88", refused.stderr)
            return
        self.assertEqual(dict(self.nova(version, "stats")),
                         flatten(self.ask("/statistics", version)["hypervisor_statistics"]))

    def check_nova_uptime(self, version):
        one = self.muster.hypervisor(LOCAL, version)
        shown = dict(self.nova(version, "uptime", str(one["id"])))
        self.assertEqual(shown["uptime"], self.muster.hypervisor(LOCAL)["uptime"].strip())
        self.assertEqual(shown["state"], "up")

    # By version

    @staticmethod
    def has_uuids(version):
        return tuple(map(int, version.split("."))) >= (2, 53)

    @staticmethod
    def is_lean(version):
        return tuple(map(int, version.split("."))) >= LEAN

    def check_all(self, version):
        checks = [getattr(self, name) for name in dir(self)
                  if name.startswith(("check_openstack_", "check_nova_"))]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for result in [pool.submit(check, version) for check in checks]:
                result.result()

    def test_at_2_1(self):
        self.check_all("2.1")

    def test_at_2_53(self):
        self.check_all("2.53")

    def test_at_2_87(self):
        self.check_all("2.87")

    def test_at_2_88(self):
        self.check_all("2.88")
