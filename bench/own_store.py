# SPDX-License-Identifier: Apache-2.0
"""Stores that are Muster's own, and how their hosts are changed: over the control socket, as `muster host`
does."""
import contextlib
import json
import os
import socket
import sqlite3
import time

from server import Server    # of tests/conformance

REPLY_TIMEOUT = 30    # s
COLLECT_TIMEOUT = 120    # s until all hosts have reported
OWN_TABLES = "name LIKE 'muster%' AND sql IS NOT NULL"    # of sqlite_master
# Which service and node are one host; what collects from it is nobody.
BIND = """
INSERT INTO muster_hosts (service_id, node_id)
SELECT services.id, compute_nodes.id FROM services JOIN compute_nodes USING (host)
WHERE services.deleted = 0 AND compute_nodes.deleted = 0 AND services.topic = 'compute'
"""


class Collecting(Server):
    """With the connections that its configuration names."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        none = self.command.index("none")
        del self.command[none - 1:none + 1]    # --connect none


class Control:
    """The control socket of a server in that folder: one command a connection, a line of JSON each way."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "state", "muster.sock")

    @contextlib.contextmanager
    def begin(self, action, name):
        """Sends the command; gives the function that waits for the reply."""
        command = {"command": "host", "action": action, "name": name, "reason": "bench"}
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(REPLY_TIMEOUT)
            connection.connect(self.path)
            connection.sendall(json.dumps(command).encode() + b"\n")

            def wait():
                with connection.makefile("rb") as replies:
                    reply = json.loads(replies.readline())
                if "error" in reply:
                    raise RuntimeError(f"control socket: {command}: {reply['error']}")
            yield wait

    def do(self, action, name):
        with self.begin(action, name) as wait:
            wait()


def read_own_tables(stage):
    """(SQL, the rows of muster_meta), as the program makes them in an empty store."""
    folder = stage.new_folder()
    store = os.path.join(folder, "own.db")
    conf = stage.write_conf(f"sqlite:///{store}", folder, guarded=False, more="[muster]\nconnect = test:///default\n")
    with Collecting([stage.muster], conf, folder):
        pass
    with contextlib.closing(sqlite3.connect(store)) as database:
        return ([sql for sql, in database.execute(f"SELECT sql FROM sqlite_master WHERE {OWN_TABLES}")],
                database.execute("SELECT name, value FROM muster_meta").fetchall())


def disown(path):
    """Takes Muster's tables away again; also those that an interrupted run has left."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        for table in ("muster_guests", "muster_hosts", "muster_meta"):
            database.execute(f"DROP TABLE IF EXISTS {table}")
        database.execute("PRAGMA journal_mode = DELETE")


@contextlib.contextmanager
def owned(stage, cloud):
    """A cloud of tools/make-cloud as a store of Muster's own, for the length of the block: to copy one of
    5 GiB takes longer than to measure it."""
    tables, meta = read_own_tables(stage)
    disown(cloud.path)
    try:
        with contextlib.closing(sqlite3.connect(cloud.path)) as database:
            for sql in tables:
                database.execute(sql)
            database.executemany("INSERT INTO muster_meta (name, value) VALUES (?, ?)", meta)
            database.execute(BIND)
            database.commit()
        yield
    finally:
        disown(cloud.path)


def wait_for(what, condition):
    deadline = time.monotonic() + COLLECT_TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {COLLECT_TIMEOUT} s in vain: {what}")
        time.sleep(0.1)
