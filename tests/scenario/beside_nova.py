# SPDX-License-Identifier: Apache-2.0
"""Muster beside a real Nova: both answer over the same databases, and the same. Muster has the very
nova.conf of nova-api and a few options of its own; the caller has a token of Keystone's.

Requests are made up (lab/api_requests.py). In between the cloud is changed, by SQL that sets the
times as Nova does and by Nova's own tools, and compared at once: max_staleness is 0. The seed is
printed; MUSTER_SEED=N makes the same requests again, MUSTER_REQUESTS=N so many.
"""
import concurrent.futures
import json
import os
import random
import re
import time

from lab import api_requests, keystone, nova, odd_cloud, process, web
from lab.computes import Computes
from lab.nova_scenario import NovaScenario
from lab.rows import CELL1, CELL2, CELL3, LONG_AGO, NOW, Sql, table

REQUESTS = int(os.environ.get("MUSTER_REQUESTS", "5000"))
CONNECTIONS = 4
FULL_REFRESH = 3  # s until what tells no time is seen
HOST = "nova.example.org:8774"  # that links begin with
WITHIN = 30  # s for an answer of Nova's, on a machine that does other things too
SHOWN = 5  # differences that a failure tells

# An uptime of nova-compute itself, which changes with each call.
CLOCK = re.compile(r'" (?!10:00:00 up 42)\d\d:\d\d:\d\d up [^"]*"')


# Requests that Nova takes for something else than they say; docs/differences-from-nova.md.
MISREAD = {
    r"%5C": "MariaDB takes a backslash in a pattern for an escape",
    r"Gr%C3%B6|gr%C3%B6": "a path is read as Latin-1",
    r"marker=(?!(\d+|[\da-fA-F-]{36})(&|$))": "MariaDB compares what is no id as a number"}


def read(answer):
    """The JSON, with one text for each uptime that changes; None for what is not JSON."""
    try:
        return json.loads(CLOCK.sub('"now"', answer.body.decode()))
    except ValueError:
        return None


def is_in_any_order(request, ours, theirs):
    """Nova asks for no order of what it finds by a pattern, and takes the services of its cells
    as they come."""
    def sort(answer):
        return {name: sorted(listed, key=json.dumps) for name, listed in answer.items()}
    return ((request.by_pattern or "/os-services" in request.path)
            and sort(ours) == sort(theirs))


def is_filled(request, ours, theirs):
    """Nova's page lacks the nodes whose service is gone, and ends the listing early."""
    begun, whole = (answer.get("hypervisors", []) for answer in (theirs, ours))
    return "limit=" in request.path and len(begun) < len(whole) and whole[:len(begun)] == begun


def find_difference(request, ours, theirs):
    """What differs and should not, by docs/differences-from-nova.md; empty where nothing does."""
    told = f"{request}\n  ours:   {ours.status} {ours.body.decode()}\n" \
           f"  Nova's: {theirs.status} {theirs.body.decode()}"
    if theirs.status == 500:  # nothing that a client sends is the server's fault
        return "" if ours.status in (400, 404) else told
    if re.search("|".join(MISREAD), request.path) and ours.status in (200, 400, 404):
        return ""
    mine, other = read(ours), read(theirs)
    if ours.status != theirs.status:
        return told
    if ours.status != 200:
        return "" if other is None or name_fault(mine) == name_fault(other) else told
    if mine == other or is_filled(request, mine, other) or is_in_any_order(request, mine, other):
        return ""
    return told


def name_fault(answer):
    """Its words are no part of the API."""
    return {name: fault["code"] for name, fault in answer.items()}


class Comparison(NovaScenario):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for virtual_host in cls.nova.rabbitmq.virtual_hosts:
            computes = Computes(cls.nova.rabbitmq.url(virtual_host))
            cls.addClassCleanup(computes.stop)
            computes.answer(odd_cloud.ANSWERING)

    def setUp(self):
        super().setUp()
        self.project = self.nova.keystone.find_project(keystone.ADMIN)
        self.headers = {"X-Auth-Token": self.token, "Host": HOST}
        seed = int(os.environ.get("MUSTER_SEED") or random.randrange(1 << 32))
        print(f"MUSTER_SEED={seed}")
        self.random = random.Random(seed)

    def openstack(self, *words):
        """Nova's own side of the API: the catalogue leads there."""
        self.nova.keystone.point_compute_to(f"http://127.0.0.1:{self.nova.port}/v2.1")
        return process.run("openstack", "--os-compute-api-version", "2.53", *words,
                           env=self.nova.keystone.environment(keystone.ADMIN, keystone.ADMIN))

    def find_known(self):
        """What requests can be about now."""
        ids, uuids = set(), set()
        for cell in (CELL1, CELL2):
            found = self.nova.sql(f"SELECT id, uuid FROM {table(cell, 'compute_nodes')}")
            for line in found.splitlines():
                node_id, node_uuid = line.split("\t")
                ids.add(int(node_id))
                uuids.add(node_uuid)
        return api_requests.Known(sorted(ids), sorted(uuids), self.project)

    def ask_both(self, request):
        headers = dict(self.headers)
        if request.version:
            headers["OpenStack-API-Version"] = f"compute {request.version}"
        return find_difference(request, *(
            web.ask(port, "GET", request.path, headers, within=WITHIN)
            for port in (self.muster.port, self.nova.port)))

    def compare(self, count):
        requests = api_requests.Generator(self.random.random(), self.find_known()).make(count)
        with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
            different = list(filter(None, pool.map(self.ask_both, requests)))
        self.assertFalse(different, f"{len(different)} of {count} answers differ:\n"
                         + "\n".join(different[:SHOWN]))


class SameAnswers(Comparison):
    """One cloud, which one change after the other goes over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        odd_cloud.make(cls.rows)

    # What changes: by SQL that sets the times as Nova does, and by Nova's own tools

    def nothing_has_changed(self):
        pass

    def hosts_come(self):
        self.rows.add_hosts(CELL1, "cmp-12")
        self.rows.add_hosts(CELL2, "cmp-26")

    def a_host_is_discovered(self):
        self.rows.add_hosts(CELL2, "cmp-27", node={"mapped": 0}, mapped=False)
        self.nova.manage("cell_v2", "discover_hosts")

    def a_host_is_disabled(self):
        self.openstack("compute", "service", "set", "--disable", "--disable-reason", "Gerät №1",
                       nova.HOST, "nova-compute")

    def a_host_is_enabled(self):
        self.openstack("compute", "service", "set", "--enable", nova.HOST, "nova-compute")

    def a_host_goes_down(self):
        self.rows.update(table(CELL1, "services"), "host = 'cmp-01'", last_seen_up=LONG_AGO)

    def a_host_comes_back(self):
        self.rows.update(table(CELL1, "services"), "host = 'cmp-01'", last_seen_up=NOW)

    def servers_come(self):
        self.rows.add_servers(CELL1, "cmp-12", 3)
        self.rows.add_servers(CELL2, "cmp-20", 1)

    def servers_migrate(self):
        self.rows.update(table(CELL1, "instances"), "host = 'cmp-12' AND deleted = 0",
                         host="cmp-01", node="cmp-01.example")

    def servers_are_being_deleted(self):
        self.rows.update(table(CELL2, "instances"), "host = 'cmp-20' AND deleted = 0",
                         task_state="deleting")

    def servers_are_deleted(self):
        self.rows.soft_delete(table(CELL2, "instances"), "host = 'cmp-20'")

    def a_server_is_deleted_without_being_told_before(self):
        self.rows.update(table(CELL1, "instances"), "host = 'cmp-04'", vm_state="deleted",
                         deleted=Sql("id"), deleted_at=NOW)

    def a_service_is_deleted(self):
        """With its mapping; its node is left behind."""
        self.nova.add_provider(self.nova.sql(
            f"SELECT uuid FROM {table(CELL2, 'compute_nodes')} WHERE host = 'cmp-26'"), "cmp-26")
        listed = json.loads(self.openstack("compute", "service", "list", "-f", "json"))
        (service,) = (one["ID"] for one in listed if one["Host"] == "cmp-26")
        self.openstack("compute", "service", "delete", service)

    def a_service_is_deleted_and_made_anew(self):
        self.rows.soft_delete(table(CELL2, "services"), "host = 'cmp-21'")
        self.rows.add_services(CELL2, "cmp-21")

    def a_mapping_is_deleted(self):
        self.nova.manage("cell_v2", "delete_host", "--cell_uuid",
                         nova.get_cell_uuid(CELL2), "--host", "cmp-27")

    def a_mapping_is_deleted_and_made_anew(self):
        self.rows.delete("nova_api.host_mappings", "host = 'cmp-22'")
        self.rows.map(CELL2, "cmp-22")

    def a_host_moves_to_the_other_cell(self):
        self.rows.update("nova_api.host_mappings", "host = 'cmp-24'", cell_id=CELL1)

    def a_node_is_deleted(self):
        self.rows.soft_delete(table(CELL1, "compute_nodes"), "hypervisor_hostname = 'ironic-a'")

    def a_node_comes_to_a_host(self):
        self.rows.add_nodes(CELL1, "cmp-07", hypervisor_hostname="ironic-d")

    def a_node_changes(self):
        self.rows.update(table(CELL2, "compute_nodes"), "host = 'cmp-20'", vcpus_used=7,
                         running_vms=5, cpu_info="{}", hypervisor_hostname="renamed.example")

    def a_cell_comes(self):
        """nova-api reads the cells once, when it starts."""
        self.nova.add_cell(CELL3, "cell3", self.nova.database_url("nova_cell3"),
                           self.nova.rabbitmq.url("cell2"))
        self.rows.add_hosts(CELL3, "cmp-30")
        self.nova.restart_api()

    def a_cell_is_disabled(self):
        self.rows.update("nova_api.cell_mappings", f"id = {CELL3}", disabled=1)
        self.nova.restart_api()

    def a_cell_goes(self):
        self.rows.delete("nova_api.host_mappings", f"cell_id = {CELL3}")
        self.rows.delete("nova_api.cell_mappings", f"id = {CELL3}")
        self.nova.restart_api()

    CHANGES = (
        nothing_has_changed, hosts_come, a_host_is_discovered, a_host_is_disabled,
        a_host_is_enabled, a_host_goes_down, a_host_comes_back, servers_come, servers_migrate,
        servers_are_being_deleted, servers_are_deleted,
        a_server_is_deleted_without_being_told_before, a_service_is_deleted,
        a_service_is_deleted_and_made_anew, a_mapping_is_deleted,
        a_mapping_is_deleted_and_made_anew, a_host_moves_to_the_other_cell, a_node_is_deleted,
        a_node_comes_to_a_host, a_node_changes, a_cell_comes, a_cell_is_disabled, a_cell_goes)

    def test_after_each_change_at_once(self):
        self.muster = self.serve_beside(max_staleness=0, full_refresh_interval=600)
        for change in self.CHANGES:
            with self.subTest(after=change.__name__):
                change(self)
                self.compare(-(-REQUESTS // len(self.CHANGES)))

    def test_what_tells_no_time_is_seen_after_full_refresh_interval(self):
        self.muster = self.serve_beside(max_staleness=0, full_refresh_interval=FULL_REFRESH)
        self.rows.update_untold(table(CELL1, "services"), "host = 'cmp-08'", disabled=1)
        self.rows.update_untold(table(CELL2, "compute_nodes"), "host = 'cmp-21'", vcpus=99)
        self.rows.delete(table(CELL2, "instances"), "host = 'cmp-21'")
        self.rows.delete(table(CELL1, "services"), "host = 'cmp-10'")
        time.sleep(FULL_REFRESH + 1)
        self.compare(100)


class OtherResources(Comparison):
    """What `openstack hypervisor show` asks besides."""

    def test_aggregates_and_the_zones_that_they_make(self):
        self.rows.add_hosts(CELL1, "cmp-01", "cmp-02")
        self.rows.add_hosts(CELL2, "cmp-20")
        self.muster = self.serve_beside(max_staleness=0)
        changes = (
            (), ("create", "--zone", "zone-1", "with-zone"), ("create", "without"),
            ("add", "host", "with-zone", "cmp-01"), ("add", "host", "without", "cmp-20"),
            ("set", "--property", "note=größe", "without"),
            ("set", "--zone", "zone-2", "with-zone"),
            ("remove", "host", "with-zone", "cmp-01"), ("delete", "with-zone"))
        for change in changes:
            if change:
                self.openstack("aggregate", *change)
            for path in ("os-aggregates", "os-services?binary=nova-compute"):
                for version in ("2.1", "2.40", "2.41", "2.53", "2.69", nova.LAST_MICROVERSION):
                    with self.subTest(after=" ".join(change), path=path, version=version):
                        self.assertFalse(self.ask_both(
                            api_requests.Request(f"/v2.1/{path}", version)))
