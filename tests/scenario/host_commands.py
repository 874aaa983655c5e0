# SPDX-License-Identifier: Apache-2.0
"""The operator's commands, with a server that runs and without one."""
import json
import socket

from lab import libvirt, process
from lab.scenario import Scenario

HOST = "made-up"


class HostCommands(Scenario):
    def setUp(self):
        super().setUp()
        folder = process.new_folder()
        uri = libvirt.MadeUpHost(folder, HOST, {"guest": "running"}).uri
        self.muster = self.serve([uri])
        process.wait_until("the host is up", lambda: [
            one["state"] for one in self.muster.hypervisors()] == ["up"])
        self.name = self.shown()["hypervisor_hostname"]

    def shown(self):
        return self.muster.hypervisors()[0]

    def hosts(self):
        return json.loads(self.muster.command("host", "list", "--json"))

    def report_count(self):
        """How often the host was collected from: its connection's reports are counted in
        the table services, as Nova counts its own."""
        with process.open_database(self.muster.database) as database:
            return database.execute("SELECT report_count FROM services").fetchone()[0]

    def test_the_next_answer_shows_what_a_command_did(self):
        reason = 'new disk; "soon" – über Nacht'
        self.muster.command("host", "disable", self.name, "--reason", reason)
        shown = self.shown()
        self.assertEqual((shown["status"], shown["service"]["disabled_reason"]),
                         ("disabled", reason))
        self.muster.command("host", "enable", self.name)
        shown = self.shown()
        self.assertEqual((shown["status"], shown["service"]["disabled_reason"]), ("enabled", None))

    def test_a_disabled_reason_survives_collections_and_restarts(self):
        self.muster.command("host", "disable", self.name, "--reason", "kept")
        counted = self.report_count()
        process.wait_until("it was collected from twice more",
                           lambda: self.report_count() >= counted + 2)
        self.assertEqual(self.shown()["service"]["disabled_reason"], "kept")
        self.muster.restart()
        self.assertEqual(self.shown()["service"]["disabled_reason"], "kept")

    def test_commands_work_where_no_server_runs(self):
        before = self.hosts()
        self.muster.terminate()
        self.muster.command("host", "disable", self.name, "--reason", "by hand")
        host = self.hosts()[0]
        self.assertEqual((host["uuid"], host["disabled"], host["disabled_reason"]),
                         (before[0]["uuid"], True, "by hand"))
        self.muster.start()
        self.assertEqual(self.shown()["service"]["disabled_reason"], "by hand")

    def test_a_command_makes_no_store_where_there_is_none(self):
        self.muster.terminate()
        nowhere = process.new_folder() / "muster.sqlite"
        refused = self.muster.command(
            "host", "list", "--database", f"sqlite:///{nowhere}", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(str(nowhere), refused.stderr)
        self.assertEqual(list(nowhere.parent.iterdir()), [])

    def test_a_removed_host_is_gone_and_comes_back_as_a_new_one(self):
        old = self.shown()["id"]
        self.muster.terminate()
        self.muster.command("host", "remove", self.name)
        self.assertEqual(self.hosts(), [])
        self.muster.start()
        process.wait_until("it is collected from again", lambda: self.muster.hypervisors())
        self.assertNotEqual(self.shown()["id"], old)

    def test_a_removal_by_the_server_shows_at_once_although_the_host_still_reports(self):
        old = self.shown()["id"]
        told = self.muster.command("host", "remove", self.name)
        self.assertIn("still reports", told)
        self.assertNotIn(old, [one["id"] for one in self.muster.hypervisors()])

    def test_a_store_held_without_a_socket_is_a_clear_error(self):
        (self.muster.state / "muster.sock").unlink()
        refused = self.muster.command("host", "enable", self.name, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(str(self.muster.database), refused.stderr)
        self.assertIn(f"pid {self.muster.process.pid}", refused.stderr)

    def test_wrong_uses_are_told(self):
        for arguments, status, words in (
                (("host", "disable", self.name), 2, "--reason"),
                (("host", "enable"), 2, "NAME"),
                (("host", "paint", self.name), 2, "expected list"),
                (("host", "enable", "nobody"), 1, "no host is named 'nobody'")):
            refused = self.muster.command(*arguments, check=False)
            self.assertEqual(refused.returncode, status, arguments)
            self.assertIn(words, refused.stderr)

    def test_the_list_is_a_table_for_people(self):
        table = self.muster.command("host", "list").splitlines()
        self.assertEqual(len(table), 2)
        self.assertTrue(table[0].startswith("HOST"))
        self.assertIn(self.shown()["id"], table[1])

    def test_status_tells_how_the_server_is(self):
        status = json.loads(self.muster.command("status", "--json"))
        self.assertEqual(status["pid"], self.muster.process.pid)
        self.assertEqual((status["hypervisors"], status["wrong"]), (1, []))
        self.assertEqual([one["connected"] for one in status["connections"]], [True])
        self.assertIn(self.muster.connect[0], self.muster.command("status"))
        self.muster.terminate()
        away = self.muster.command("status", check=False)
        self.assertEqual(away.returncode, 1)
        self.assertIn(str(self.muster.state / "muster.sock"), away.stderr)

    def test_the_socket_is_its_owners_alone(self):
        self.assertEqual((self.muster.state / "muster.sock").stat().st_mode & 0o777, 0o600)

    def test_the_end_is_prompt_while_somebody_sits_on_the_socket(self):
        with socket.socket(socket.AF_UNIX) as silent:
            silent.connect(str(self.muster.state / "muster.sock"))
            self.muster.command("status")  # by now the server has taken the other, too
            self.muster.terminate()
