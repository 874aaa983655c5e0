# SPDX-License-Identifier: Apache-2.0
"""Databases of a real Nova's cells that are away, hang, lock or come back, and a user of them
that may only read: what can be answered is, and what can't be says which cell it is about."""
import subprocess
import time

from lab import balancer, process, web
from lab.nova_scenario import NovaScenario
from lab.rows import CELL1, CELL2

LIST = "/v2.1/os-hypervisors"
TIMEOUT = 2  # s, database_timeout's default
WITHIN = 20  # s for any answer at all


class Cells(NovaScenario):
    def setUp(self):
        super().setUp()
        self.clear()
        self.rows.add_hosts(CELL1, "cmp-1")
        self.rows.add_hosts(CELL2, "cmp-2")
        self.rows.add_servers(CELL1, "cmp-1", 2)
        self.nodes = {host: self.nova.sql(f"SELECT uuid FROM compute_nodes WHERE host = '{host}'",
                                          database)
                      for host, database in (("cmp-1", "nova_cell1"), ("cmp-2", "nova_cell2"))}

    def serve_beside(self, **options):
        muster = super().serve_beside(**{"uptime_rpc": "false", **options})
        process.wait_until("the hosts are there", lambda: self.get(muster, LIST).status == 200)
        for node in self.nodes.values():  # has all connections made, for who counts them
            self.assertEqual(self.get(muster, f"{LIST}/{node}").status, 200)
        return muster

    def get(self, muster, path, version="2.87"):
        return web.get(muster.port, path, version, {"X-Auth-Token": self.token}, within=WITHIN)

    def get_promptly(self, muster, path):
        began = time.monotonic()
        answer = self.get(muster, path)
        self.assertLess(time.monotonic() - began, TIMEOUT + 1, path)
        return answer

    def names(self, muster):
        answer = self.get(muster, LIST)
        self.assertEqual(answer.status, 200, answer)
        return [one["hypervisor_hostname"] for one in answer.json()["hypervisors"]]

    def check_without_cell2(self, muster):
        for path in (LIST, f"{LIST}/detail", f"{LIST}?with_servers=true", f"{LIST}/statistics",
                     f"{LIST}/{self.nodes['cmp-2']}"):
            answer = self.get_promptly(muster, path)
            self.assertEqual(answer.status, 503, f"{path}: {answer}")
            self.assertIn("cell2", str(answer.json()), path)
        shown = self.get_promptly(muster, f"{LIST}/{self.nodes['cmp-1']}?with_servers=true")
        self.assertEqual(shown.status, 200, shown)
        self.assertEqual(len(shown.json()["hypervisor"]["servers"]), 2)
        uptime = self.get_promptly(muster, f"{LIST}/{self.nodes['cmp-1']}/uptime")
        self.assertEqual(uptime.status, 501, uptime)
        health = muster.health()
        self.assertEqual(health.status, 503)
        self.assertIn("cell2", str(health.json()["wrong"]))

    def check_recovery(self, muster, files):
        process.wait_until("lists are answered again",
                           lambda: self.get(muster, LIST).status == 200, bound=30)
        self.assertEqual(self.names(muster),
                         ["compute-real", "cmp-1.example", "cmp-2.example"])
        process.wait_until("it is well again", lambda: muster.health().status == 200)
        process.wait_until("what was given up is closed",
                           lambda: muster.count_files() <= files + 2, bound=30)

    def test_a_cells_database_away(self):
        muster = self.serve_beside()
        files = muster.count_files()
        self.addCleanup(self.nova.cell2_database.open)
        for take_away in (self.nova.cell2_database.cut, self.nova.cell2_database.hang):
            with self.subTest(take_away.__name__):
                take_away()
                self.check_without_cell2(muster)
                self.nova.cell2_database.open()
                self.check_recovery(muster, files)

    def test_a_cells_database_away_from_the_start(self):
        self.nova.cell2_database.cut()
        self.addCleanup(self.nova.cell2_database.open)
        muster = super().serve_beside(uptime_rpc="false")
        self.check_without_cell2(muster)
        self.nova.cell2_database.open()
        self.check_recovery(muster, muster.count_files())

    def test_old_answers_where_they_are_allowed(self):
        muster = self.serve_beside(stale_if_error=600)
        before = self.names(muster)
        self.nova.cell2_database.cut()
        self.addCleanup(self.nova.cell2_database.open)
        time.sleep(1)
        answer = self.get_promptly(muster, LIST)
        self.assertEqual(answer.status, 200, answer)
        self.assertGreaterEqual(int(answer.headers["Age"]), 1)
        self.assertEqual(self.names(muster), before)
        self.assertIn("cell2", muster.log)
        self.nova.cell2_database.open()
        process.wait_until("answers are new again",
                           lambda: self.get(muster, LIST).headers["Age"] is None, bound=30)

    def test_mariadb_killed_and_back(self):
        muster = self.serve_beside()
        files = muster.count_files()
        mariadb = self.nova.mariadb
        for away, back in ((mariadb.kill, mariadb.start), (mariadb.suspend, mariadb.resume)):
            with self.subTest(away.__name__):
                away()
                try:
                    for path in (LIST, f"{LIST}/{self.nodes['cmp-1']}"):
                        answer = self.get_promptly(muster, path)
                        self.assertEqual(answer.status, 503, f"{path}: {answer}")
                    self.assertEqual(muster.health().status, 503)
                finally:
                    back()
                self.check_recovery(muster, files)

    def test_connections_that_are_killed(self):
        muster = self.serve_beside()
        self.nova.sql("KILL USER 'nova'")
        self.assertEqual(len(self.names(muster)), 3)

    def test_a_table_that_is_locked_for_long(self):
        muster = self.serve_beside()
        files = muster.count_files()
        holding = process.start(
            ["mariadb", "--no-defaults", "--user=root", f"--socket={self.nova.mariadb.socket}",
             "--execute=LOCK TABLES services WRITE; SELECT SLEEP(60)", "nova_cell2"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        sleeper = "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"
        process.wait_until("the table is locked", lambda: self.nova.sql(sleeper))
        self.check_without_cell2(muster)
        self.nova.sql(f"KILL {self.nova.sql(sleeper)}")
        process.kill(holding, within=5)
        self.check_recovery(muster, files)

    def test_a_user_who_may_only_read(self):
        """By the statements of docs/beside-nova.md, and where the cells' URLs are templates."""
        mariadb = self.nova.mariadb
        grants = balancer.read_document("grants", **{"192.0.2.%": "127.0.0.1"})
        mariadb.sql(grants.replace("'muster'", "'muster_reader'"))
        mariadb.sql("\n".join(line for line in grants.replace("'muster'", "'muster_reader'")
                              .replace("nova_cell1", "nova_cell2").splitlines()
                              if "nova_cell2" in line))
        self.addCleanup(mariadb.sql, "DROP USER 'muster_reader'@'127.0.0.1'")
        before = self.nova.sql("SELECT database_connection FROM cell_mappings "
                               f"WHERE id = {CELL2}", "nova_api")
        self.addCleanup(self.rows.update, "nova_api.cell_mappings", f"id = {CELL2}",
                        database_connection=before)
        self.rows.update("nova_api.cell_mappings", f"id = {CELL2}", database_connection=(
            "{scheme}://{username}:{password}@{hostname}:{port}/nova_cell2?{query}"))
        muster = self.new_beside(uptime_rpc="false")
        own = muster.folder / "reader.conf"
        own.write_text("".join(
            f"[{section}]\nconnection = mysql+pymysql://muster_reader:change-me@127.0.0.1:"
            f"{mariadb.port}/{database}?charset=utf8mb4\n"
            for section, database in (("api_database", "nova_api"), ("database", "nova_cell0"))))
        muster.arguments += ["--config", own]
        muster.start()
        self.assertEqual(self.names(muster),
                         ["compute-real", "cmp-1.example", "cmp-2.example"])
        self.assertEqual(self.get(muster, "/v2.1/os-aggregates").status, 200)
        shown = self.get(muster, f"{LIST}/{self.nodes['cmp-1']}?with_servers=true")
        self.assertEqual(len(shown.json()["hypervisor"]["servers"]), 2)
        self.assertEqual(muster.health().status, 200)
