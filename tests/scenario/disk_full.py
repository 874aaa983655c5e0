# SPDX-License-Identifier: Apache-2.0
"""A disk that is full: what was shown stays and is kept up, the health tells it, and
once there is room again all is as if nothing had been."""
import errno
import json
import pathlib
import time
import uuid

from lab import process, web
from lab.scenario import Scenario

DOWN_TIME = 3  # s

# A small disk of its own, mounted on $1, that is gone with the process.
ON_A_SMALL_DISK = 'mount -t tmpfs -o size=1m tmpfs "$1"; shift; exec "$@"'


class DiskFull(Scenario):
    def serve_on_a_small_disk(self, machine):
        muster = self.new_muster([machine.uri], default={"service_down_time": DOWN_TIME})
        self.disk = muster.folder / "disk"
        self.disk.mkdir()
        muster.prefix = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                         ON_A_SMALL_DISK, "sh", self.disk]
        muster.arguments = ["--database", f"sqlite:///{self.disk}/store.sqlite"]
        return muster.start()

    def filler(self, muster):
        """In the mount namespace of the server."""
        return pathlib.Path(f"/proc/{muster.process.pid}/root{self.disk}/filler")

    def fill(self, muster):
        with self.filler(muster).open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError as error:
                self.assertEqual(error.errno, errno.ENOSPC)

    def last_seen(self, muster):
        hosts = json.loads(muster.command("host", "list", "--json"))
        return process.parse_utc(hosts[0]["last_seen_up"])

    def test_a_full_disk_degrades_and_recovers(self):
        machine = self.boot("compute.lab")
        muster = self.serve_on_a_small_disk(machine)
        process.wait_until("the host is up", lambda: muster.hypervisor("compute.lab"))

        def is_up(answer):
            return [one["state"] for one in answer.json()["hypervisors"]] == ["up"]

        with web.Poller(muster.port, ["/v2.1/os-hypervisors/detail"], is_up):
            self.fill(muster)
            self.wait_for_health(muster, 503)
            self.assertIn("the store fails", muster.log)
            self.check_commands(muster)
            stored = self.last_seen(muster)
            guest = str(uuid.uuid4())
            machine.define("guest", guest)
            process.wait_until("heartbeats go on in memory alone for longer than the down time",
                               lambda: time.time() > stored + DOWN_TIME + 1)
            self.assertEqual(muster.hypervisor("compute.lab")["servers"], [],
                             "nothing is shown that is not stored")
            self.filler(muster).unlink()
            self.wait_for_health(muster, 200)
            self.assertIn("the store is well again", muster.log)
            self.assertEqual(muster.hypervisor("compute.lab")["servers"],
                             [{"name": "guest", "uuid": guest}])
            self.assertGreater(self.last_seen(muster), stored)

    def check_commands(self, muster):
        """The operator is told, too."""
        status = muster.command("status", check=False)
        self.assertEqual(status.returncode, 1)
        self.assertRegex(status.stdout, r"health +degraded\n +store: .*full")
        refused = muster.command("host", "disable", "compute.lab", "--reason", "x", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("full", refused.stderr)

    def wait_for_health(self, muster, status):
        process.wait_until(f"the health is {status}",
                           lambda: muster.health().status == status)
        named = [line for line in muster.health().json()["wrong"] if line.startswith("store: ")]
        self.assertEqual(len(named), 1 if status == 503 else 0)
