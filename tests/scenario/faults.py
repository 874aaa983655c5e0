# SPDX-License-Identifier: Apache-2.0
"""What is wrong with one host delays nothing else: it turns down in time, comes back
by itself, and all the while every answer comes within a second."""
import json
import os
import signal
import socket
import time
import uuid

from lab import process, web
from lab.scenario import Scenario

DOWN_TIME = 4  # s
NOTICED = DOWN_TIME + 1 + process.PROMPT  # s: a heartbeat of up to an interval ago, and an answer
NAME_SERVER = "127.0.0.91"
RECOVERED = 15  # s: what a longer and longer wait between attempts comes to here


class Faults(Scenario):
    @classmethod
    def setUpClass(cls):
        cls.sick = cls.boot("sick.lab")
        cls.well = cls.boot("well.lab")

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sick.clear)

    def serve_both(self):
        muster = self.serve([self.sick.uri, self.well.uri],
                            default={"service_down_time": DOWN_TIME})
        process.wait_until("both are up", lambda: self.states(muster) == {
            "sick.lab": "up", "well.lab": "up"})
        return muster

    @staticmethod
    def states(muster):
        return {one["hypervisor_hostname"]: one["state"] for one in muster.hypervisors()}

    def wait_for_state(self, muster, state, bound):
        process.wait_until(f"the host is {state}",
                           lambda: self.states(muster)["sick.lab"] == state, bound)

    def poll_the_well(self, muster):
        """Asks for the well host and for both, all the while; the well one stays up."""
        def is_up(answer):
            shown = answer.json()
            found = shown.get("hypervisors") or [shown["hypervisor"]]
            return any(one["hypervisor_hostname"] == "well.lab" and one["state"] == "up"
                       for one in found)

        well = muster.hypervisor("well.lab")["id"]
        return web.Poller(muster.port, [f"/v2.1/os-hypervisors/{well}",
                                        "/v2.1/os-hypervisors",
                                        "/v2.1/os-hypervisors/detail?with_servers=true"], is_up)

    def test_a_killed_daemon_turns_down_in_time_and_comes_back(self):
        muster = self.serve_both()
        with self.poll_the_well(muster):
            self.sick.kill_daemon()
            self.assertEqual(self.states(muster)["sick.lab"], "up", "its time has not come")
            self.wait_for_state(muster, "down", NOTICED)
            self.sick.start_daemon()
            self.wait_for_state(muster, "up", RECOVERED)

    def test_a_stopped_daemon_turns_down_in_time_and_comes_back(self):
        muster = self.serve_both()
        with self.poll_the_well(muster):
            self.sick.stop_daemon()
            self.addCleanup(self.sick.continue_daemon)
            self.wait_for_state(muster, "down", NOTICED)
            self.sick.continue_daemon()
            self.wait_for_state(muster, "up", RECOVERED)

    def test_a_kept_page_shows_a_host_down_a_second_after_its_deadline(self):
        muster = self.serve_both()
        self.sick.kill_daemon()
        self.addCleanup(self.sick.start_daemon)
        hosts = json.loads(muster.command("host", "list", "--json"))
        self.assertEqual(self.states(muster)["sick.lab"], "up")
        status = json.loads(muster.command("status", "--json"))
        self.assertGreater(status["pages_kept"], 0)
        # The clock is the matter here: nothing is asked until a second past the deadline.
        seen = next(one["last_seen_up"] for one in hosts if one["host"] == "sick.lab")
        deadline = process.parse_utc(seen) + DOWN_TIME
        time.sleep(deadline + 1 - time.time())
        self.assertEqual(self.states(muster)["sick.lab"], "down")

    def test_a_stopped_guest_does_no_harm(self):
        self.sick.define("stuck", str(uuid.uuid4()))
        self.sick.virsh("start", "stuck")
        muster = self.serve_both()
        qemu = self.sick.qemu_of("stuck")
        os.kill(qemu, signal.SIGSTOP)
        self.addCleanup(os.kill, qemu, signal.SIGCONT)
        before = self.last_seen(muster)
        with self.poll_the_well(muster):
            process.wait_until("it was collected from for longer than the down time",
                               lambda: self.last_seen(muster) > before + DOWN_TIME + 1)
            self.assertEqual(self.states(muster)["sick.lab"], "up")
            self.sick.define("other", str(uuid.uuid4()))
            process.wait_until("a change shows at once", lambda: "other" in [
                server["name"] for server in muster.hypervisor("sick.lab")["servers"]],
                process.PROMPT)

    @staticmethod
    def last_seen(muster):
        hosts = json.loads(muster.command("host", "list", "--json"))
        return process.parse_utc(next(
            one["last_seen_up"] for one in hosts if one["host"] == "sick.lab"))

    def test_the_end_is_prompt_while_a_daemon_is_stopped(self):
        muster = self.serve_both()
        self.sick.stop_daemon()
        self.addCleanup(self.sick.continue_daemon)
        muster.terminate()

    def test_an_open_that_hangs_holds_up_neither_start_nor_end(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:  # listens, and never answers
            port = silent.getsockname()[1]
            muster = self.serve([f"qemu+tcp://127.0.0.1:{port}/system", self.well.uri],
                                open_timeout=1)
            process.wait_until("the other is up",
                               lambda: self.states(muster) == {"well.lab": "up"})
            with self.poll_the_well(muster):
                process.wait_until("the most that may be have been abandoned",
                                   lambda: self.abandoned(muster) == [3, 0])
            muster.terminate()

    def test_a_name_that_stalls_in_dns_holds_up_neither_start_nor_end(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:  # a silent name server
            silent.bind((NAME_SERVER, 53))
            muster = self.new_muster(["qemu+tcp://stalls.example/system", self.well.uri])
            resolv_conf = muster.folder / "resolv.conf"
            resolv_conf.write_text(f"nameserver {NAME_SERVER}\noptions timeout:30 attempts:1\n")
            muster.prefix = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                             'mount --bind "$1" /etc/resolv.conf; shift; exec "$@"', "sh",
                             resolv_conf]
            muster.start()
            process.wait_until("the other is up",
                               lambda: self.states(muster) == {"well.lab": "up"})
            silent.settimeout(process.PROMPT)
            self.assertIn(b"stalls", silent.recv(512), "the name server was asked")
            muster.terminate()

    @staticmethod
    def abandoned(muster):
        status = json.loads(muster.command("status", "--json"))
        return [one["opens_abandoned"] for one in status["connections"]]
