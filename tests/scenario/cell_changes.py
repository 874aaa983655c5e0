# SPDX-License-Identifier: Apache-2.0
"""What Nova writes is in the next answer: the rows of two cells change at random, as Nova changes
them, and each answer that follows is compared with a plain reading of the tables."""
import os
import random
import time

from lab import cloud, process, web
from lab.changes import Changes
from lab.expected import LIST, Expected, read_hypervisor
from lab.rows import CELL1, table
from lab.scenario import Scenario

ROUNDS = 300
DOWN_TIME = 3600  # s: who was seen up stays up for the length of a test
WITHIN = 5  # s
YOUNG = 15  # s for which a row is read again, whatever its time
STALENESS = 4  # s
MEMORY = 0.5  # s: what is answered from memory takes less


class CellChanges(Scenario):
    @classmethod
    def setUpClass(cls):
        cls.cloud = cloud.Cloud()
        cls.cloud.start()

    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
        print(f"cell_changes: SEED={seed}")
        self.chance = random.Random(seed)
        self.cloud.clear()
        self.changes = Changes(self.cloud.rows, self.chance)
        self.changes.fill()

    def serve_beside(self, **options):
        return self.serve(default={"service_down_time": DOWN_TIME},
                          sections=self.cloud.sections(), **options)

    def get(self, muster, path, version="2.87", status=200):
        answer = web.get(muster.port, path, version, within=WITHIN)
        self.assertEqual(answer.status, status, f"{path} after {self.changes.told}: {answer}")
        return answer.json()

    def check(self, muster, question):
        """Asks, and compares with what the tables say."""
        for wanted, given in question(muster, Expected(self.cloud.mariadb.sql, DOWN_TIME)):
            self.assertEqual(given, wanted, f"{question.__name__} after {self.changes.told}")

    # The questions, each a series of (wanted, given)

    def ask_list(self, muster, expected):
        given = self.get(muster, f"{LIST}/detail?with_servers=true")["hypervisors"]
        yield expected.hypervisors(), [read_hypervisor(one) for one in given]

    def ask_old_list(self, muster, expected):
        given = self.get(muster, LIST, "2.1")["hypervisors"]
        yield ([(one["hypervisor_hostname"], one["state"]) for one in expected.hypervisors()],
               [(one["hypervisor_hostname"], one["state"]) for one in given])

    def ask_statistics(self, muster, expected):
        given = self.get(muster, f"{LIST}/statistics")["hypervisor_statistics"]
        yield expected.statistics(), {name: given[name] for name in expected.statistics()}

    def ask_uuids(self, muster, expected):
        wanted = {one["uuid"]: one for one in expected.hypervisors()}
        for uuid in [*self.changes.choose("uuid"), *list(wanted)[-1:]]:
            path = f"{LIST}/{uuid}?with_servers=true"
            if uuid in wanted:
                yield wanted[uuid], read_hypervisor(self.get(muster, path)["hypervisor"])
            else:
                self.get(muster, path, status=404)

    def ask_ids(self, muster, expected):
        """To 2.52: both cells have nodes of the same ids, and the first answers."""
        for number in self.changes.choose("id"):
            wanted = expected.find_id(int(number))
            if wanted:
                given = self.get(muster, f"{LIST}/{number}", "2.52")["hypervisor"]
                yield ((wanted["hypervisor_hostname"], wanted["vcpus_used"], wanted["status"]),
                       (given["hypervisor_hostname"], given["vcpus_used"], given["status"]))
            else:
                self.get(muster, f"{LIST}/{number}", "2.52", status=404)

    def ask_search(self, muster, expected):
        """Nodes that are not listed, for want of a service or a mapping, are found all the same."""
        pattern = self.chance.choice(self.changes.hosts)
        path = f"{LIST}?hypervisor_hostname_pattern={pattern}"
        if expected.has_node(pattern):
            given = self.get(muster, path)["hypervisors"]
            yield (sorted(one["uuid"] for one in expected.hypervisors()
                          if pattern in one["hypervisor_hostname"]),
                   sorted(one["id"] for one in given))
        else:
            self.get(muster, path, status=404)

    # The tests

    def test_each_change_is_in_the_next_answer(self):
        muster = self.serve_beside()
        questions = (self.ask_list, self.ask_old_list, self.ask_statistics, self.ask_uuids,
                     self.ask_ids, self.ask_search)
        for _ in range(ROUNDS):
            self.check(muster, self.chance.choice(questions))
            self.changes.make_one()
        for question in questions:
            self.check(muster, question)

    def test_a_second_change_within_the_second_is_in_the_next_answer(self):
        """It leaves the row with the time that it had."""
        muster = self.serve_beside()
        host, other = self.changes.hosts[:2]
        for number in range(20):
            for name, columns in (("compute_nodes", {"vcpus_used": number}),
                                  ("services", {"disabled": 1, "disabled_reason": f"{number}"})):
                self.changes.update(name, host, **columns)
                self.check(muster, self.ask_list)
            self.changes.update("instances", host, host=other)
            self.check(muster, self.ask_list)
            host, other = other, host

    def test_what_leaves_no_time_is_seen_after_full_refresh_interval(self):
        self.changes.age()
        muster = self.serve_beside(full_refresh_interval=2)
        self.check(muster, self.ask_list)
        time.sleep(YOUNG + 1)  # so that it is not seen for another reason
        host, other = self.changes.hosts[:2]
        for name, columns in (("compute_nodes", {"vcpus_used": 77}), ("instances", {"host": other}),
                              ("services", {"disabled": 1})):
            with self.subTest(name):
                self.cloud.rows.update_untold(table(CELL1, name), f"host = '{host}'", **columns)
                process.wait_until("the change shows", lambda: all(
                    wanted == given for wanted, given in self.ask_list(
                        muster, Expected(self.cloud.mariadb.sql, DOWN_TIME))))

    def test_max_staleness_is_answered_from_memory_and_not_exceeded(self):
        muster = self.serve_beside(max_staleness=STALENESS)
        host = self.changes.hosts[0]
        moments = [(0, 0)]  # when which value was there
        self.changes.update("compute_nodes", host, vcpus_used=0)
        time.sleep(STALENESS)  # what was there before is too old by now
        slow = 0
        for number in range(1, 60):
            self.changes.update("compute_nodes", host, vcpus_used=number)
            moments.append((time.monotonic(), number))
            began = time.monotonic()
            given = self.get(muster, f"{LIST}/detail")["hypervisors"][0]["vcpus_used"]
            slow += time.monotonic() - began > MEMORY
            oldest = max(value for moment, value in moments if moment <= began - STALENESS)
            self.assertGreaterEqual(given, oldest)
            time.sleep(0.1)
        self.assertEqual(slow, 0)

    def test_max_staleness_needs_no_database_for_as_long(self):
        muster = self.serve_beside(max_staleness=STALENESS)
        self.check(muster, self.ask_list)
        for way in self.cloud.proxies.values():
            way.hang()
        began = time.monotonic()
        self.get(muster, f"{LIST}/detail")
        self.assertLess(time.monotonic() - began, MEMORY)
        self.changes.update("compute_nodes", self.changes.hosts[0], vcpus_used=77)
        process.wait_until("it is too old", lambda: web.get(
            muster.port, LIST, within=WITHIN).status == 503)
        for way in self.cloud.proxies.values():
            way.open()
        process.wait_until("the change shows", lambda: all(
            wanted == given for wanted, given in self.ask_list(
                muster, Expected(self.cloud.mariadb.sql, DOWN_TIME))))
