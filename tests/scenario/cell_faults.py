# SPDX-License-Identifier: Apache-2.0
"""Databases of cells that are away, hang, drip, lock, are killed or are nonsense: what can be
answered is, and rightly; what can't be is a 503 that names what is away, in bounded time; and
when the database is back, so is everything."""
import threading
import time

from lab import cloud, process, web
from lab.expected import LIST, Expected, read_hypervisor
from lab.rows import CELL1, CELL2, CELL3
from lab.scenario import Scenario

DETAIL = f"{LIST}/detail?with_servers=true"
TIMEOUT = 1  # s, database_timeout
BOUND = TIMEOUT + 1  # s for any answer
AT_ONCE = 0.5  # s for one that waits for nobody who is away
DOWN_TIME = 3600  # s: who was seen up stays up for the length of a test
BACK = 5  # s until all is well again
GIVEN_UP = 30 * TIMEOUT + BACK  # s until a reading that goes on and on is no longer waited for
API, CELL1_DATABASE, CELL2_DATABASE = cloud.API, cloud.CELLS[1], cloud.CELLS[2]
WRONG = {CELL1_DATABASE: "cell cell1", CELL2_DATABASE: "cell cell2", API: "API database"}


class Client(threading.Thread):
    """Asks for the list until it is stopped; each answer is the right one or a 503 that names
    something that is away."""

    def __init__(self, port, right):
        super().__init__(daemon=True)
        self.port = port
        self.right = right
        self.counts = {200: 0, 503: 0}
        self.failure = None
        self._enough = threading.Event()

    def run(self):
        while not self._enough.is_set() and not self.failure:
            try:
                answer = web.get(self.port, DETAIL, "2.87", within=BOUND)
                self._judge(answer)
            except (OSError, AssertionError) as error:
                self.failure = repr(error)

    def _judge(self, answer):
        if answer.status == 200:
            given = [read_hypervisor(one) for one in answer.json()["hypervisors"]]
            if given != self.right:
                self.failure = f"wrong: {answer}"
        elif answer.status != 503 or not any(name in str(answer.json()) for name in WRONG.values()):
            self.failure = f"neither right nor a 503 that names what is away: {answer}"
        self.counts[answer.status] = self.counts.get(answer.status, 0) + 1

    def stop(self):
        self._enough.set()
        self.join()
        assert not self.failure, self.failure


class CellFaults(Scenario):
    @classmethod
    def setUpClass(cls):
        cls.cloud = cloud.Cloud()
        cls.cloud.start()
        cls.ways = cls.cloud.proxies

    def setUp(self):
        super().setUp()
        self.cloud.clear()
        rows = self.cloud.rows
        for cell, letter in ((CELL1, "a"), (CELL2, "b")):
            hosts = [f"{letter}-{number}" for number in (1, 2, 3)]
            rows.add_hosts(cell, *hosts)
            rows.add_servers(cell, hosts[0], 2)
        self.right = self.expect()

    def expect(self):
        return Expected(self.cloud.mariadb.sql, DOWN_TIME).hypervisors()

    def new_beside(self, sections=None, **options):
        return self.new_muster(
            default={"service_down_time": DOWN_TIME},
            sections={**self.cloud.sections(), **(sections or {})},
            **{"database_timeout": TIMEOUT, **options})

    def serve_beside(self, **options):
        muster = self.new_beside(**options).start()
        self.assertEqual(self.ask(muster), self.right)
        for one in self.right:
            self.show(muster, one, BOUND)
        return muster

    def get(self, muster, path, version="2.87", within=BOUND):
        return web.get(muster.port, path, version, within=within)

    def ask(self, muster, within=BOUND):
        """All hypervisors, or None where there is no answer."""
        answer = self.get(muster, DETAIL, within=within)
        self.assertIn(answer.status, (200, 503), answer)
        return answer.status == 200 and [
            read_hypervisor(one) for one in answer.json()["hypervisors"]]

    def show(self, muster, hypervisor, within):
        answer = self.get(muster, f"{LIST}/{hypervisor['uuid']}?with_servers=true", within=within)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(read_hypervisor(answer.json()["hypervisor"]), hypervisor)
        uptime = self.get(muster, f"{LIST}/{hypervisor['uuid']}/uptime", within=within)
        self.assertEqual(uptime.status, 501, uptime)  # nobody is asked here, and no row tells it

    def check_away(self, muster, database, *paths):
        for path in paths:
            answer = self.get(muster, path)
            self.assertEqual(answer.status, 503, f"{path}: {answer}")
            self.assertIn(WRONG[database], answer.json()["serviceUnavailable"]["message"], path)

    def check_without_cell2(self, muster):
        there, away = self.right[0], self.right[3]
        self.check_away(muster, CELL2_DATABASE, LIST, DETAIL, f"{LIST}/statistics",
                        f"{LIST}?hypervisor_hostname_pattern=a", f"{LIST}/{away['uuid']}")
        self.show(muster, there, AT_ONCE)
        self.assertEqual(self.get(muster, "/v2.1/os-services", within=BOUND).status, 200)
        process.wait_until("health tells of it",
                           lambda: "cell cell2" in str(muster.health().json()["wrong"]))

    def check_recovery(self, muster):
        process.wait_until("all is answered again", lambda: self.ask(muster) == self.right and all(
            self.get(muster, f"{LIST}/{one['uuid']}").status == 200 for one in self.right), BACK)
        self.cloud.rows.add_servers(CELL2, "b-1")
        self.right = self.expect()
        self.assertEqual(self.ask(muster), self.right)
        for one in self.right:
            self.show(muster, one, BOUND)
        process.wait_until("it is well again", lambda: muster.health().status == 200)

    def measure(self, muster):
        """File descriptors and threads, none of which is a client's."""
        return muster.count_files(), muster.count_threads()

    def check_level(self, muster, before):
        process.wait_until(f"as few file descriptors and threads as before, {before}", lambda: all(
            count <= most for count, most in zip(self.measure(muster), before)), bound=10)

    # A database is away

    def test_a_cell_is_away(self):
        muster = self.serve_beside()
        before = self.measure(muster)
        way = self.ways[CELL2_DATABASE]
        for take_away in (way.cut, way.hang, way.drip):
            with self.subTest(take_away.__name__):
                take_away()
                self.check_without_cell2(muster)
                way.open()
                self.check_recovery(muster)
                self.check_level(muster, before)

    def test_the_api_database_is_away(self):
        muster = self.serve_beside()
        before = self.measure(muster)
        way = self.ways[API]
        for take_away in (way.cut, way.hang, way.drip):
            with self.subTest(take_away.__name__):
                take_away()
                self.check_away(muster, API, LIST, DETAIL, f"{LIST}/statistics",
                                f"{LIST}/{self.right[0]['uuid']}")
                self.assertIn("api_database", str(muster.health().json()["wrong"]))
                way.open()
                self.check_recovery(muster)
                self.check_level(muster, before)

    def test_a_connection_that_hangs_for_good_is_given_up(self):
        """And a new one is answered."""
        muster = self.serve_beside()
        for way in (self.ways[API], self.ways[CELL2_DATABASE]):
            way.hang()
            way.leave()
            self.check_recovery(muster)

    def test_a_connection_that_drips_for_good_is_given_up(self):
        """No wait for its next byte is ever long."""
        muster = self.serve_beside()
        before = self.measure(muster)
        for way in self.ways.values():
            way.drip()
            way.leave()
        self.assertFalse(self.ask(muster))
        process.wait_until("it is given up", lambda: self.ask(muster) == self.right, GIVEN_UP)
        self.check_recovery(muster)
        for way in self.ways.values():
            way.open()
        self.check_level(muster, before)  # the threads that were left behind have ended

    # MariaDB

    def test_mariadb_is_killed_under_load_and_comes_back(self):
        muster = self.serve_beside()
        before = self.measure(muster)
        clients = [Client(muster.port, self.right) for _ in range(4)]
        for one in clients:
            one.start()
        for _ in range(3):
            self.cloud.mariadb.kill()
            self.cloud.mariadb.start()
            process.wait_until("all is answered", lambda: self.ask(muster) == self.right, BACK)
        for one in clients:
            one.stop()
        self.assertGreater(sum(one.counts[200] for one in clients), 0)
        self.assertGreater(sum(one.counts[503] for one in clients), 0)
        self.check_recovery(muster)
        self.check_level(muster, before)

    def test_a_connection_that_is_killed_is_not_noticed(self):
        muster = self.serve_beside()
        for one in self.right[:1] * 10:
            self.cloud.mariadb.sql(f"KILL USER '{cloud.USER}'")
            self.assertEqual(self.ask(muster), self.right)
            self.cloud.mariadb.sql(f"KILL USER '{cloud.USER}'")
            self.show(muster, one, BOUND)
        self.assertEqual(muster.health().status, 200)

    def test_a_table_is_locked_for_long(self):
        muster = self.serve_beside()
        before = self.measure(muster)
        release = self.cloud.hold("LOCK TABLES services WRITE", CELL2_DATABASE)
        self.check_without_cell2(muster)
        release()
        self.check_recovery(muster)
        self.check_level(muster, before)

    # Old answers

    def test_stale_if_error_answers_with_the_age_and_no_longer_than_it_says(self):
        muster = self.serve_beside(stale_if_error=5)
        began = time.monotonic()
        self.ways[CELL2_DATABASE].cut()
        while time.monotonic() - began < 4:
            answer = self.get(muster, DETAIL)
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual([read_hypervisor(one) for one in answer.json()["hypervisors"]],
                             self.right)
            self.assertLessEqual(int(answer.headers["Age"]), time.monotonic() - began + 2)
            self.assertEqual(self.get(muster, f"{LIST}/{self.right[3]['uuid']}").status, 200)
        process.wait_until("they are too old", lambda: not self.ask(muster))
        self.check_away(muster, CELL2_DATABASE, LIST, f"{LIST}/{self.right[3]['uuid']}")
        self.assertEqual(muster.log.count("as old as stale_if_error allows"), 1)
        self.ways[CELL2_DATABASE].open()
        self.check_recovery(muster)
        self.assertIsNone(self.get(muster, DETAIL).headers["Age"])

    # Cells come and go

    def test_cells_come_and_go(self):
        muster = self.serve_beside()
        rows = self.cloud.rows
        before = self.measure(muster)
        rows.add_hosts(CELL3, "c-1", mapped=False)
        rows.add_servers(CELL3, "c-1", 1)
        for _ in range(3):
            self.cloud.add_cell(CELL3, "cell3")
            self.assertEqual(self.ask(muster), self.right)
            rows.map(CELL3, "c-1")
            whole = self.expect()
            self.assertEqual(len(whole), len(self.right) + 1)
            self.assertEqual(self.ask(muster), whole)
            self.show(muster, whole[-1], BOUND)
            rows.update("nova_api.cell_mappings", f"id = {CELL3}",
                        database_connection=self.cloud.url("nova_cell0"))
            self.assertEqual(self.ask(muster), self.right)
            rows.update("nova_api.cell_mappings", f"id = {CELL3}", name="third",
                        database_connection=self.cloud.url("nova_cell3"))
            self.assertEqual(self.ask(muster), whole)
            self.show(muster, whole[-1], BOUND)
            rows.delete("nova_api.host_mappings", f"cell_id = {CELL3}")
            rows.delete("nova_api.cell_mappings", f"id = {CELL3}")
            self.assertEqual(self.ask(muster), self.right)
            self.assertEqual(muster.health().status, 200)
        self.check_level(muster, before)

    def test_a_cell_that_is_away_is_taken_off(self):
        muster = self.serve_beside()
        self.cloud.add_cell(CELL3, "cell3")
        self.addCleanup(self.cloud.rows.delete, "nova_api.cell_mappings", f"id = {CELL3}")
        self.assertEqual(self.ask(muster), self.right)
        self.ways["nova_cell3"].hang()
        self.assertFalse(self.ask(muster))
        self.cloud.rows.delete("nova_api.cell_mappings", f"id = {CELL3}")
        process.wait_until("the rest is answered", lambda: self.ask(muster) == self.right, BACK)
        self.assertEqual(muster.health().status, 200)

    # The start

    def test_it_starts_without_a_cell(self):
        for take_away in (self.ways[CELL2_DATABASE].cut, self.ways[CELL2_DATABASE].hang):
            with self.subTest(take_away.__name__):
                take_away()
                muster = self.new_beside().start()
                self.check_away(muster, CELL2_DATABASE, LIST, DETAIL)
                self.show(muster, self.right[0], BOUND)
                self.ways[CELL2_DATABASE].open()
                self.check_recovery(muster)
                muster.terminate()

    def test_it_starts_without_the_api_database(self):
        for take_away in (self.ways[API].cut, self.ways[API].hang):
            with self.subTest(take_away.__name__):
                take_away()
                muster = self.new_beside().start()
                self.check_away(muster, API, LIST, DETAIL, f"{LIST}/{self.right[0]['uuid']}")
                self.ways[API].open()
                self.check_recovery(muster)
                muster.terminate()

    def start_in_vain(self, **options):
        muster = self.new_beside(**options)
        muster.launch()
        self.assertNotEqual(muster.process.wait(10), 0)
        muster.process = None
        return muster.log

    def test_a_start_that_is_wrong_is_stopped(self):
        url = self.cloud.url(API, password="wrong-secret")
        log = self.start_in_vain(sections={"api_database": {"connection": url}})
        self.assertIn("Access denied", log)
        self.assertNotIn("wrong-secret", log)
        url = self.cloud.url(API).replace("/nova_api?", "/nova_cell0?")
        log = self.start_in_vain(sections={"api_database": {"connection": url}})
        self.assertIn("cell_mappings", log)

    def check_told(self, muster, words):
        self.check_away(muster, CELL2_DATABASE, LIST)
        self.assertIn(words, str(muster.health().json()["wrong"]))
        self.assertIn(words, muster.log)
        self.assertNotIn("wrong-secret", muster.log)
        self.show(muster, self.right[0], AT_ONCE)

    def test_a_cell_that_is_wrong_is_told(self):
        rows = self.cloud.rows
        mapping = ("nova_api.cell_mappings", f"id = {CELL2}")
        muster = self.serve_beside()
        right = self.cloud.url(CELL2_DATABASE)
        for wrong, words in (
                (self.cloud.url(CELL2_DATABASE, password="wrong-secret"), "Access denied"),
                (right.replace("/nova_cell2?", "/nowhere?"), "nowhere"),
                (right.replace("/nova_cell2?", "/nova_api?"), "services"),
                ("postgresql://nova:wrong-secret@127.0.0.1/nova", "postgresql"),
                ("", "cell2")):
            with self.subTest(words):
                rows.update(*mapping, database_connection=wrong)
                self.check_told(muster, words)
                rows.update(*mapping, database_connection=right)
                self.check_recovery(muster)

    def test_a_column_that_goes_is_told(self):
        rename = "ALTER TABLE compute_nodes RENAME COLUMN {} TO {}".format
        muster = self.serve_beside()
        self.cloud.mariadb.sql(rename("running_vms", "guests"), CELL2_DATABASE)
        self.check_told(muster, "running_vms")
        self.cloud.mariadb.sql(rename("guests", "running_vms"), CELL2_DATABASE)
        self.check_recovery(muster)

    def test_an_end_is_prompt_while_all_hangs(self):
        muster = self.serve_beside()
        for way in self.ways.values():
            way.hang()
        self.assertFalse(self.ask(muster))
        muster.terminate()
