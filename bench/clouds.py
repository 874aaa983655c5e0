# SPDX-License-Identifier: Apache-2.0
"""The clouds of tools/make-cloud, kept between runs: one of 100,000 hypervisors takes minutes to make."""
import contextlib
import hashlib
import os
import random
import sqlite3
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAKE_CLOUD = os.path.join(TOP, "tools", "make-cloud")
SMALL, MIDDLE, LARGE = 1000, 10000, 100000
SERVERS = 20    # a hypervisor


def version():
    """Another make-cloud makes another cloud."""
    with open(MAKE_CLOUD, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:12]


class Cloud:
    """An SQLite file that nobody writes to, but by own_store.py for a while."""

    def __init__(self, path, hypervisors):
        self.path = path
        self.hypervisors = hypervisors
        self.url = f"sqlite:///{path}"

    def open(self):
        """A connection to read, in a `with` block."""
        return contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True))

    def select(self, sql):
        with self.open() as database:
            return database.execute(sql).fetchall()

    def uuids(self):
        """The hypervisors', in a random order that is the same each time."""
        uuids = [uuid for uuid, in self.select("SELECT uuid FROM compute_nodes ORDER BY id")]
        random.Random(1).shuffle(uuids)
        return uuids


class Clouds:
    def __init__(self, directory):
        self.directory = os.path.join(directory, f"clouds-{version()}")
        os.makedirs(self.directory, exist_ok=True)

    def get(self, hypervisors):
        path = os.path.join(self.directory, f"{hypervisors}.db")
        if not os.path.exists(path):
            subprocess.run([MAKE_CLOUD, "--hypervisors", str(hypervisors), "--servers", str(SERVERS), path],
                           check=True, stdout=sys.stderr)
        return Cloud(path, hypervisors)
