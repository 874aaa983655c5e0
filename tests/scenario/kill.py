# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments while guests come and go: it starts again, every id is the
same, and nothing that was answered is lost."""
import os
import random
import threading
import time
import uuid

from lab import process
from lab.scenario import Scenario

ROUNDS = 50
LIVES = 0.4  # s: the longest that a server lives before it is killed
HOST = "compute.lab"


class Churn(threading.Thread):
    """Guests that are defined, started, destroyed and undefined, always the same few uuids."""

    NEXT = {None: ["define"], "off": ["start", "undefine", "undefine"], "on": ["destroy"]}
    STATE_AFTER = {"define": "off", "start": "on", "destroy": "off", "undefine": None}

    def __init__(self, machine, seed):
        super().__init__(daemon=True)
        self.machine = machine
        self.chance = random.Random(seed)
        self.uuids = {f"churn-{i}": str(uuid.uuid4()) for i in range(6)}
        self.states = dict.fromkeys(self.uuids)
        self.at_work = threading.Lock()  # held by whoever wants the guests to stay as they are
        self._enough = threading.Event()
        self.failure = None

    def run(self):
        while not self._enough.wait(0.01):
            with self.at_work:
                try:
                    self._step()
                except AssertionError as error:
                    self.failure = error
                    return

    def _step(self):
        name = self.chance.choice(sorted(self.states))
        action = self.chance.choice(self.NEXT[self.states[name]])
        if action == "define":
            self.machine.define(name, self.uuids[name])
        else:
            self.machine.virsh(action, name)
        self.states[name] = self.STATE_AFTER[action]

    def stop(self):
        self._enough.set()
        self.join()


class Kill(Scenario):
    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
        print(f"kill: SEED={seed}")
        self.chance = random.Random(seed)
        self.machine = self.boot(HOST)
        self.stable = {f"stable-{i}": str(uuid.uuid4()) for i in range(3)}
        for name, guest_uuid in self.stable.items():
            self.machine.define(name, guest_uuid)
        self.row_ids = {}  # of every server that was ever seen in the store

    def defined(self):
        """{name: uuid} by libvirt."""
        listed = self.machine.virsh("list", "--all", "--uuid", "--name")
        return {name: guest_uuid for guest_uuid, name in map(str.split, filter(
            str.strip, listed.splitlines()))}

    def servers(self, muster):
        return {server["name"]: server["uuid"]
                for server in muster.hypervisor(HOST).get("servers", [])}

    def identity(self, muster):
        old, new = muster.hypervisor(HOST, "2.52"), muster.hypervisor(HOST)
        return old["id"], old["service"]["id"], new["id"], new["service"]["id"]

    def check_store(self, muster, answered):
        """Right after the kill: whole, with a row for each server that was answered, and
        each row under the id that it has always had."""
        with process.open_database(muster.database) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            rows = dict(database.execute("SELECT uuid, id FROM instances"))
        self.assertLessEqual(set(answered.values()), set(rows))
        self.assertEqual({key: rows.get(key) for key in self.row_ids}, self.row_ids)
        self.row_ids = rows

    def live(self, muster):
        """A random span in which the answers are followed; gives the last."""
        end = time.monotonic() + self.chance.uniform(0, LIVES)
        while True:
            answered = self.servers(muster)
            if time.monotonic() >= end:
                return answered

    def kill_during_the_start(self, muster):
        muster.launch()
        time.sleep(self.chance.uniform(0, LIVES))
        muster.kill()

    def start_and_check(self, muster, identity, churn):
        """Its first answer is from the store; then it agrees with libvirt."""
        muster.start()
        self.assertEqual(self.identity(muster), identity)
        self.assertLessEqual(self.stable.items(), self.servers(muster).items())
        with churn.at_work:
            defined = self.defined()
            process.wait_until("what libvirt has is shown",
                               lambda: self.servers(muster) == defined, process.PROMPT)

    def test_nothing_answered_is_lost(self):
        muster = self.serve([self.machine.uri])
        process.wait_until("the guests are shown", lambda: muster.hypervisor(HOST)
                           and self.servers(muster) == self.stable)
        identity = self.identity(muster)
        churn = Churn(self.machine, self.chance.random())
        churn.start()
        self.addCleanup(churn.stop)

        for _ in range(ROUNDS):
            answered = self.live(muster)
            muster.kill()
            self.check_store(muster, answered)
            if self.chance.random() < 0.3:
                self.kill_during_the_start(muster)
                self.check_store(muster, answered)
            self.start_and_check(muster, identity, churn)
        self.assertIsNone(churn.failure)
        self.assertGreater(len(self.row_ids), len(self.stable), "no guest has come and gone")
