# SPDX-License-Identifier: Apache-2.0
"""The uptime of hosts beside a real Nova, over a real RabbitMQ: of nova-compute itself, of a
thousand computes that answer, of some that hang; with nova-compute stopped, and with the broker
away."""
import json
import re
import time

from lab import nova, process, web
from lab.computes import UPTIME, Computes
from lab.nova_scenario import NovaScenario
from lab.rows import CELL1, CELL2, table

DETAIL = "/v2.1/os-hypervisors/detail"
DEADLINE = 3  # s, uptime_deadline's default
COLD = 1.0  # s: the goal for a page of a thousand that nobody has asked for yet
WITHIN = 20  # s for any answer at all
MANY = 1000

# What uptime(1) prints, without what changes from one moment to the next.
STEADY = re.compile(r" \d\d:\d\d:\d\d up +(.+),  (\d+ users?),  load average: [\d., ]+\n")


class Uptimes(NovaScenario):
    def setUp(self):
        super().setUp()
        self.clear()

    def serve_beside(self, **options):
        """It knows the token then: nobody's time is counted for Keystone."""
        muster = super().serve_beside(**options)
        self.ask(muster.port, "/v2.1/os-hypervisors", "2.53")
        return muster

    def ask(self, port, path, version):
        return web.get(port, path, version, {"X-Auth-Token": self.token}, within=WITHIN)

    def uptimes(self, port, path=DETAIL):
        """By host."""
        answer = self.ask(port, path, "2.88")
        self.assertEqual(answer.status, 200, answer)
        return {one["service"]["host"]: one["uptime"] for one in answer.json()["hypervisors"]}

    def warning(self, muster, virtual_host):
        """About that of the broker by `muster status`, for which all is well all the same. Of cell2
        it may stay after a broker that has lost all: nobody there declares its exchange."""
        warnings = json.loads(muster.command("status", "--json"))["warnings"]
        return "".join(line for line in warnings
                       if re.match(rf"rabbit://[^/]+/{virtual_host}: ", line))

    def start_computes(self, virtual_host="cell1"):
        computes = Computes(self.nova.rabbitmq.url(virtual_host))
        self.addCleanup(computes.stop)
        return computes

    def path_of(self, host, cell=CELL1):
        """/uptime, at a version that has it."""
        (node,) = self.nova.sql(
            f"SELECT uuid FROM {table(cell, 'compute_nodes')} WHERE host = '{host}'").splitlines()
        return f"/v2.1/os-hypervisors/{node}/uptime"

    def wait_for_compute(self, port):
        process.wait_until("nova-compute's uptime is known",
                           lambda: self.uptimes(port)[nova.HOST], bound=60)

    def test_of_nova_compute_itself(self):
        muster = self.serve_beside()
        self.wait_for_compute(self.nova.port)
        told = [STEADY.fullmatch(self.uptimes(port)[nova.HOST])
                for port in (muster.port, self.nova.port)]
        self.assertEqual(told[0].group(2), told[1].group(2))
        path = self.path_of(nova.HOST)
        ours, theirs = (self.ask(port, path, "2.87") for port in (muster.port, self.nova.port))
        self.assertEqual((ours.status, theirs.status), (200, 200))
        self.assertRegex(ours.json()["hypervisor"].pop("uptime"), STEADY)
        self.assertRegex(theirs.json()["hypervisor"].pop("uptime"), STEADY)
        self.assertEqual({**ours.json()["hypervisor"], "uptime": ""},
                         {**theirs.json()["hypervisor"], "uptime": ""})

    def test_of_hosts_in_both_cells(self):
        for cell, host, virtual_host in ((CELL1, "cmp-1", "cell1"), (CELL2, "cmp-2", "cell2")):
            self.rows.add_hosts(cell, host)
            self.start_computes(virtual_host).answer([host])
        muster = self.serve_beside()
        found = self.uptimes(muster.port)
        self.assertEqual((found["cmp-1"], found["cmp-2"]), (UPTIME, UPTIME))

    def test_a_thousand_at_once(self):
        hosts = [f"cmp-{number}" for number in range(MANY)]
        self.rows.add_hosts(CELL1, *hosts)
        self.start_computes().answer(hosts)
        muster = self.serve_beside()
        began = time.monotonic()
        found = self.uptimes(muster.port, f"{DETAIL}?limit={MANY}")
        took = time.monotonic() - began
        print(f"{MANY} details with an uptime, cold: {took:.2f} s")
        self.assertEqual(len(found), MANY)
        self.assertEqual({found[host] for host in hosts if host in found}, {UPTIME})
        self.assertLess(took, DEADLINE)
        began = time.monotonic()
        self.uptimes(muster.port, f"{DETAIL}?limit={MANY}")
        self.assertLess(time.monotonic() - began, COLD)

    def test_those_that_hang_are_null_and_their_queues_empty(self):
        well, hung = ([f"cmp-{kind}-{number}" for number in range(10)]
                      for kind in ("well", "hung"))
        self.rows.add_hosts(CELL1, *well, *hung)
        self.rows.add_hosts(CELL1, "cmp-none")  # it has no queue at all
        computes = self.start_computes()
        computes.answer(well)
        computes.hang(hung)
        muster = self.serve_beside()
        began = time.monotonic()
        found = self.uptimes(muster.port)
        self.assertLess(time.monotonic() - began, DEADLINE + 1)
        self.assertEqual({found[host] for host in well}, {UPTIME})
        self.assertEqual({found[host] for host in (*hung, "cmp-none")}, {None})
        self.assertEqual(self.ask(muster.port, self.path_of("cmp-none"), "2.87").status, 400)
        self.assertEqual(self.ask(muster.port, self.path_of(hung[0]), "2.87").status, 400)
        process.wait_until("their queues are empty",
                           lambda: [computes.count(host) for host in hung] == [0] * len(hung))
        computes.answer(hung)
        process.wait_until("they are asked again", lambda: {
            self.uptimes(muster.port)[host] for host in hung} == {UPTIME}, bound=60)

    def test_nova_compute_stopped(self):
        muster = self.serve_beside()
        self.nova.suspend_compute()
        self.addCleanup(self.nova.resume_compute)
        began = time.monotonic()
        self.assertIsNone(self.uptimes(muster.port)[nova.HOST])
        self.assertLess(time.monotonic() - began, DEADLINE + 1)
        self.assertEqual(self.ask(muster.port, self.path_of(nova.HOST), "2.87").status, 400)
        self.nova.resume_compute()
        self.wait_for_compute(muster.port)

    def test_the_broker_killed_and_back(self):
        self.rows.add_hosts(CELL2, "cmp-2")
        muster = self.serve_beside(uptime_ttl=1, uptime_max_age=2)
        self.wait_for_compute(muster.port)
        for path in (self.path_of(nova.HOST), self.path_of("cmp-2", CELL2)):
            self.ask(muster.port, path, "2.87")  # has all connections made that are counted
        files = muster.count_files()
        self.nova.rabbitmq.kill()
        self.addCleanup(self.revive_broker)
        process.wait_until("what was known is too old",
                           lambda: self.uptimes(muster.port)[nova.HOST] is None)
        for _ in range(5):
            began = time.monotonic()
            self.assertEqual(set(self.uptimes(muster.port).values()), {None})
            self.assertLess(time.monotonic() - began, DEADLINE + 1)
        self.assertEqual(self.ask(muster.port, self.path_of(nova.HOST), "2.87").status, 400)
        self.assertRegex(self.warning(muster, "cell1"), ": .*RabbitMQ at 127.0.0.1")
        self.revive_broker()
        self.wait_for_compute(muster.port)
        process.wait_until("nobody warns of it", lambda: self.warning(muster, "cell1") == "")
        process.wait_until("as many files are open as before",
                           lambda: muster.count_files() <= files)

    def revive_broker(self):
        """nova-compute finds it again by itself."""
        if self.nova.rabbitmq.process.poll() is not None:
            self.nova.rabbitmq.start()

    def test_a_cell_moves_to_another_broker(self):
        self.rows.add_hosts(CELL1, "cmp-moved")
        self.start_computes("cell2").answer(["cmp-moved"])
        muster = self.serve_beside(uptime_ttl=1, uptime_max_age=2)
        self.assertIsNone(self.uptimes(muster.port)["cmp-moved"])
        files = muster.count_files()
        self.addCleanup(self.move_cell, self.transport_url())
        self.move_cell(self.nova.rabbitmq.url("cell2"))
        process.wait_until("its computes are asked there",
                           lambda: self.uptimes(muster.port)["cmp-moved"] == UPTIME)
        process.wait_until("the connection to the old one is closed",
                           lambda: muster.count_files() <= files)

    def transport_url(self):
        return self.nova.sql("SELECT transport_url FROM cell_mappings "
                             f"WHERE id = {CELL1}", "nova_api").strip()

    def move_cell(self, transport_url):
        self.rows.update("nova_api.cell_mappings", f"id = {CELL1}", transport_url=transport_url)

    def test_where_nobody_is_asked(self):
        muster = self.serve_beside(uptime_rpc="false")
        self.assertIsNone(self.uptimes(muster.port)[nova.HOST])
        self.assertEqual(self.ask(muster.port, self.path_of(nova.HOST), "2.87").status, 501)
