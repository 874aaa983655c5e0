# SPDX-License-Identifier: Apache-2.0
"""MariaDB under a store of Muster's own, and under somebody else's that is only read."""
import itertools
import json
import pathlib
import subprocess
import sys
import time

from lab import libvirt, process, web
from lab.mariadb import PASSWORD, MariaDB
from lab.scenario import Scenario

CONFORMANCE = pathlib.Path(__file__).resolve().parents[1] / "conformance"
HARBOUR = CONFORMANCE / "clouds/harbour"
DOWN_TIME = 6  # s: more than a round of the publisher takes with a database that hangs
names = (f"store{number}" for number in itertools.count(1))


class WithMariaDB(Scenario):
    @classmethod
    def setUpClass(cls):
        cls.mariadb = MariaDB()
        cls.addClassCleanup(lambda: process.kill(cls.mariadb.process))
        cls.mariadb.install()

    def use(self, muster, url):
        muster.sections["database"] = {"connection": url}

    def wait_for_health(self, muster, status):
        process.wait_until(f"the health is {status}",
                           lambda: muster.health().status == status)

    def start_in_vain(self, muster):
        """It must end by itself; gives what it said."""
        muster.launch()
        self.assertEqual(muster.process.wait(20), 1, muster.log)
        muster.process = None
        return muster.log


class OwnStore(WithMariaDB):
    def setUp(self):
        super().setUp()
        self.database = next(names)
        self.mariadb.create(self.database)
        self.host = libvirt.MadeUpHost(process.new_folder(), "made-up", {"guest": "running"})

    def new_muster(self, connect=None, **options):
        muster = super().new_muster([self.host.uri] if connect is None else connect,
                                    default={"service_down_time": DOWN_TIME},
                                    database_timeout=1, **options)
        self.use(muster, self.mariadb.url(self.database))
        return muster

    def serve(self, connect=None, **options):
        muster = super().serve(connect, **options)
        process.wait_until("the host is up", lambda: self.states(muster) == ["up"])
        return muster

    def states(self, muster):
        return [one["state"] for one in muster.hypervisors()]

    def select(self, sql):
        return self.mariadb.sql(sql, self.database)

    def test_ids_survive_restarts(self):
        muster = self.serve()
        before = muster.hypervisors()
        self.assertEqual(before[0]["servers"],
                         [{"name": "guest", "uuid": self.host.uuids["guest"]}])
        installation = self.select("SELECT value FROM muster_meta WHERE name = 'installation_uuid'")
        muster.command("host", "disable", before[0]["hypervisor_hostname"], "--reason", "Gerät")
        muster.restart()
        after = muster.hypervisors()
        self.assertEqual([one["id"] for one in after], [one["id"] for one in before])
        self.assertEqual(after[0]["service"], {**before[0]["service"], "disabled_reason": "Gerät"})
        self.assertEqual(after[0]["servers"], before[0]["servers"])
        self.assertEqual(
            self.select("SELECT value FROM muster_meta WHERE name = 'installation_uuid'"),
            installation)

    def test_its_making_goes_on_where_it_was_cut_off(self):
        self.serve().terminate()
        self.select("DELETE FROM muster_meta; DROP TABLE muster_guests")
        self.serve()
        process.wait_until("the guest is noted", lambda: self.select(
            "SELECT count(*) FROM muster_guests") == "1")

    def test_a_removed_host_comes_back_as_a_new_one(self):
        muster = self.serve()
        old = muster.hypervisors()[0]
        muster.terminate()
        muster.command("host", "remove", old["hypervisor_hostname"])
        self.assertEqual(json.loads(muster.command("host", "list", "--json")), [])
        self.assertEqual(self.select("SELECT deleted = id FROM instances"), "1")
        muster.start()
        process.wait_until("it is collected from again", muster.hypervisors)
        new = muster.hypervisors()[0]
        self.assertNotEqual(new["id"], old["id"])
        self.assertEqual(new["servers"], old["servers"])

    def test_a_host_is_found_by_each_of_its_names(self):
        muster = self.serve()
        host = json.loads(muster.command("host", "list", "--json"))[0]
        for key in ("host", "hypervisor_hostname", "connection", "uuid"):
            muster.command("host", "disable", host[key], "--reason", key)
            self.assertEqual(muster.hypervisors()[0]["service"]["disabled_reason"], key)

    def test_rows_deleted_long_ago_are_purged(self):
        muster = self.serve()
        muster.terminate()
        self.select("INSERT INTO instances (uuid, host, deleted, deleted_at) "
                    "SELECT seq, 'gone', 1, '2020-01-01 00:00:00' FROM seq_1_to_300; "
                    "INSERT INTO instances (uuid, deleted, deleted_at) "
                    "VALUES ('late', 1, UTC_TIMESTAMP()), ('newest', 1, '2020-01-01 00:00:00')")
        muster.start()
        process.wait_until("the old ones are gone", lambda: self.select(
            "SELECT uuid FROM instances WHERE deleted <> 0 ORDER BY id") == "late\nnewest")
        self.assertEqual(self.states(muster), ["up"])

    def test_a_database_that_is_away_degrades_and_recovers(self):
        muster = self.serve()
        with web.Poller(muster.port, ["/v2.1/os-hypervisors/detail"],
                        lambda answer: b'"state": "up"' in answer.body):
            for away, back in ((self.mariadb.kill, self.mariadb.start),
                               (self.mariadb.suspend, self.mariadb.resume)):
                count = int(self.select("SELECT report_count FROM services"))
                away()
                self.wait_for_health(muster, 503)
                self.assertIn(f"{self.database} on 127.0.0.1:{self.mariadb.port}",
                              muster.health().json()["wrong"][0])
                time.sleep(DOWN_TIME + 1)  # heartbeats go on in memory for longer than that
                back()
                self.wait_for_health(muster, 200)
                process.wait_until("reports are stored again", lambda before=count: int(
                    self.select("SELECT report_count FROM services")) > before)

    def test_a_killed_connection_is_made_anew_with_its_lock(self):
        muster = self.serve()
        holder = f"SELECT IS_USED_LOCK('muster:{self.database}')"
        killed = self.select(holder)
        self.mariadb.sql(f"KILL {killed}")
        process.wait_until("another connection holds the lock",
                           lambda: self.select(holder) not in (killed, "NULL"))
        self.wait_for_health(muster, 200)
        self.assertEqual(self.states(muster), ["up"])

    def test_a_table_that_is_locked_for_long_is_waited_for_in_the_background(self):
        muster = self.serve()
        with web.Poller(muster.port, ["/v2.1/os-hypervisors/detail"]):
            holding = process.start(
                ["mariadb", "--no-defaults", "--user=root", f"--socket={self.mariadb.socket}",
                 f"--execute=LOCK TABLES services WRITE; SELECT SLEEP(60)", self.database],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.wait_for_health(muster, 503)
            self.mariadb.sql("KILL " + self.mariadb.sql(
                "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"))
            process.kill(holding, within=5)
            self.wait_for_health(muster, 200)

    def test_a_second_server_is_refused(self):
        self.serve()
        second = self.new_muster()
        self.assertIn(f"the store {self.database} on 127.0.0.1:{self.mariadb.port} is held by "
                      "another server", self.start_in_vain(second))

    def test_what_can_not_be_used_is_told_without_the_password(self):
        for database, password, words in (
                (self.database, ["wrong-secret"], "Access denied"),
                ("nowhere", [], "nowhere"),
                ("mysql", [], "Access denied")):
            muster = self.new_muster()
            self.use(muster, self.mariadb.url(database, *password))
            log = self.start_in_vain(muster)
            self.assertIn(words, log)
            self.assertNotIn("wrong-secret", log)
            self.assertNotIn(PASSWORD, log)


class SomebodyElses(WithMariaDB):
    """The recordings of harbour, over MariaDB."""

    def setUp(self):
        super().setUp()
        self.database = next(names)
        folder = process.new_folder()
        folder.chmod(0o755)
        dump = folder / "cell1.sql"
        dump.write_text(process.run(sys.executable, CONFORMANCE / "mariadb.py",
                                    HARBOUR / "cell1.sql"), encoding="utf-8")
        self.mariadb.load(self.database, dump)
        self.cloud = folder / "harbour"
        process.run(sys.executable, CONFORMANCE / "mariadb.py", HARBOUR, self.cloud)

    def new_reader(self, **options):
        muster = self.new_muster(**options)
        self.use(muster, self.mariadb.url(self.database))
        muster.arguments = ["--config", self.prepare()]
        return muster

    def prepare(self):
        """The recordings' own configuration but for its database, which is ours."""
        folder = process.new_folder()
        process.run(sys.executable, CONFORMANCE / "replay.py", "prepare", HARBOUR, folder,
                    "--single")
        conf = folder / "muster.conf"
        lines = conf.read_text().replace("[database]\n", "").splitlines()
        conf.write_text("\n".join(line for line in lines if not line.startswith("connection")))
        return conf

    def checksum(self):
        return self.mariadb.sql("CHECKSUM TABLE services, compute_nodes, instances",
                                self.database)

    def test_answers_as_nova_does(self):
        before = self.checksum()
        muster = self.new_reader().start()
        for options in ((), ("--shuffle", "1", "--repeat", "2", "--jobs", "8")):
            told = process.run(sys.executable, CONFORMANCE / "replay.py", "run", self.cloud,
                               "--url", f"http://127.0.0.1:{muster.port}", *options,
                               timeout=300, check=False)
            self.assertRegex(told.stdout.splitlines()[-1], r"^[1-9]\d+ passed, 0 failed",
                             told.stdout[-2000:])
        self.assertEqual(self.checksum(), before)

    def reason(self, muster):
        found = [one for one in muster.hypervisors("2.87")
                 if one["service"]["host"].lower() == "cmp-03"]
        return found[0]["service"]["disabled_reason"]

    def test_a_change_is_seen(self):
        muster = self.new_reader().start()
        self.mariadb.sql("UPDATE services SET disabled_reason = 'stamped', "
                         "updated_at = UTC_TIMESTAMP() WHERE host = 'cmp-03'", self.database)
        process.wait_until("the change shows", lambda: self.reason(muster) == "stamped")

    def test_a_change_without_a_time_is_seen_after_full_refresh_interval(self):
        muster = self.new_reader(full_refresh_interval=2).start()
        self.mariadb.sql("UPDATE services SET disabled_reason = 'by hand' WHERE host = 'cmp-03'",
                         self.database)
        process.wait_until("the change shows", lambda: self.reason(muster) == "by hand")

    def test_host_names_of_another_case_are_one_host(self):
        self.mariadb.sql("UPDATE compute_nodes SET host = 'CMP-03' WHERE host = 'cmp-03'",
                         self.database)
        muster = self.new_reader().start()
        self.assertEqual(self.reason(muster), "kernel upgrade")

    def test_no_row_spoils_another(self):
        self.mariadb.sql("UPDATE compute_nodes SET cpu_info = REPEAT('x', 70000), stats = '{', "
                         "host_ip = '', running_vms = NULL WHERE host = 'cmp-03'; "
                         "UPDATE compute_nodes SET uuid = NULL WHERE host = 'cmp-02'",
                         self.database)
        muster = self.new_reader().start()
        self.assertIn("cmp-01", [one["service"]["host"] for one in muster.hypervisors()])
        broken = [one for one in muster.hypervisors("2.1") if one["service"]["host"] == "cmp-03"]
        self.assertEqual(broken[0]["cpu_info"], "x" * 70000)

    def test_a_missing_column_is_named(self):
        self.mariadb.sql("ALTER TABLE compute_nodes RENAME COLUMN running_vms TO guests",
                         self.database)
        self.assertIn(f"compute_nodes.running_vms is missing in {self.database} on",
                      self.start_in_vain(self.new_reader()))

    def test_a_collector_is_refused(self):
        muster = self.new_reader()
        muster.connect = ["test:///default"]
        self.assertIn("it is not Muster's own", self.start_in_vain(muster))
