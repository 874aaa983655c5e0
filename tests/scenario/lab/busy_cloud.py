# SPDX-License-Identifier: Apache-2.0
"""A Nova's databases in SQLite, two cells of many hosts, and a writer that leaves nothing as it is:
nodes change, hosts come and go, heartbeats stop and begin, servers move. What is written keeps to
rules by which a reader can tell that an answer is right (busy_readers.py):

- of each node, memory and disk used and free make up the whole; vcpus_used and running_vms are its
  version, which only grows;
- ids grow from cell to cell; a server is on one host of its cell.
"""
import contextlib
import pathlib
import random
import sqlite3
import sys
import threading

from . import process

MAKE_CLOUD = pathlib.Path(__file__).resolve().parents[3] / "tools/make-cloud"
HOSTS, SERVERS = 500, 4  # of a cell, of a host
IDS = 10 * HOSTS  # by which the ids of a cell are above those of the one before
DOWN_TIME = 60  # s
TICK = 0.25  # s between transactions
CHANGED = 0.01  # of the nodes in a second
GOING = 0.002  # of the hosts in a second: each time all indexes are made anew
NOW = "strftime('%Y-%m-%d %H:%M:%S', 'now')"
LONG_AGO = "'2000-01-01 00:00:00'"
API_TABLES = """
CREATE TABLE cell_mappings (id INTEGER PRIMARY KEY, uuid VARCHAR(36) UNIQUE, name VARCHAR(255),
    transport_url TEXT, database_connection TEXT, disabled BOOLEAN);
CREATE TABLE host_mappings (id INTEGER PRIMARY KEY, cell_id INTEGER NOT NULL, host VARCHAR(255) UNIQUE);
CREATE TABLE aggregates (id INTEGER PRIMARY KEY, created_at DATETIME, updated_at DATETIME,
    uuid VARCHAR(36), name VARCHAR(255));
CREATE TABLE aggregate_hosts (id INTEGER PRIMARY KEY, host VARCHAR(255), aggregate_id INTEGER);
CREATE TABLE aggregate_metadata (id INTEGER PRIMARY KEY, aggregate_id INTEGER, `key` VARCHAR(255),
    value VARCHAR(255));
"""
# What a node's rules make of its version.
SET_VERSION = """
UPDATE compute_nodes SET vcpus_used = :version, running_vms = :version,
    memory_mb_used = 512 + :version % 1000, free_ram_mb = memory_mb - 512 - :version % 1000,
    local_gb_used = :version % 100, free_disk_gb = local_gb - :version % 100, updated_at = {now}
"""


class BusyCell:
    """number: from 0, also what tells its hosts and ids from another's."""

    def __init__(self, folder, number):
        self.number = number
        self.path = folder / f"cell{number + 1}.db"
        process.run(sys.executable, MAKE_CLOUD, "--hypervisors", HOSTS, "--servers", SERVERS,
                    "--seed", number + 1, "--heartbeat", "now", self.path)
        self.database = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self._set_up()
        rows = self.database.execute("SELECT id, uuid, host FROM compute_nodes").fetchall()
        self.nodes = {uuid: (id_, host) for id_, uuid, host in rows}
        self.gone = set()

    def _set_up(self):
        for statement in (
                "PRAGMA journal_mode = WAL", "PRAGMA synchronous = OFF",
                *(f"UPDATE {table} SET id = id + {self.number * IDS}"
                  for table in ("services", "compute_nodes")),
                *(f"UPDATE {table} SET host = 'c{self.number + 1}-' || host"
                  for table in ("services", "compute_nodes", "instances")),
                SET_VERSION.replace(":version", "1").format(now=NOW)):
            self.database.execute(statement)

    @contextlib.contextmanager
    def transaction(self):
        self.database.execute("BEGIN IMMEDIATE")
        yield self.database.execute
        self.database.execute("COMMIT")


class BusyCloud(threading.Thread):
    """spoiled: of a node that changes, more memory is free than there is, which readers must find."""

    def __init__(self, chance=None, spoiled=False):
        super().__init__(daemon=True)
        self.chance = chance or random.Random()
        self.spoiled = spoiled
        self.folder = process.new_folder()
        self.cells = [BusyCell(self.folder, number) for number in range(2)]
        self.ids = {uuid: id_ for cell in self.cells for uuid, (id_, _) in cell.nodes.items()}
        self.uuids = {id_: uuid for uuid, id_ in self.ids.items()}
        self.hosts = {uuid: host for cell in self.cells for uuid, (_, host) in cell.nodes.items()}
        self._make_api_database()
        self.versions = {uuid: 1 for uuid in self.ids}  # each was committed before it is here
        self.stays = dict.fromkeys(self.ids, 0)  # a node that is there -> its how manieth stay
        self.transactions = 0
        self.failure = None
        self._enough = threading.Event()

    def _make_api_database(self):
        with contextlib.closing(sqlite3.connect(self.folder / "api.db")) as database:
            database.executescript("PRAGMA journal_mode = WAL;" + API_TABLES)
            for cell in self.cells:
                name = f"cell{cell.number + 1}"
                database.execute("INSERT INTO cell_mappings VALUES (?, ?, ?, 'none:///', ?, 0)",
                                 (cell.number + 1, f"uuid-{name}", name, f"sqlite:///{cell.path}"))
                database.executemany("INSERT INTO host_mappings (cell_id, host) VALUES (?, ?)",
                                     [(cell.number + 1, host) for _, host in cell.nodes.values()])
            database.execute("INSERT INTO aggregates VALUES (1, NULL, NULL, 'uuid-a', 'all')")
            database.execute("INSERT INTO aggregate_hosts (host, aggregate_id) SELECT host, 1 "
                             "FROM host_mappings")
            database.commit()

    def sections(self):
        """What a nova.conf beside it says."""
        return {"api": {"auth_strategy": "noauth2"},
                "api_database": {"connection": f"sqlite:///{self.folder / 'api.db'}"}}

    def run(self):
        try:
            while not self._enough.wait(TICK):
                for cell in self.cells:
                    self._tick(cell)
        except sqlite3.Error as error:
            self.failure = f"the writer: {error}"

    def stop(self):
        self._enough.set()
        self.join()

    def _choose(self, nodes, share):
        """So many of them in a tick, at random, and now and then one more."""
        count = len(nodes) * share * TICK
        return self.chance.sample(nodes, int(count) + (self.chance.random() < count % 1))

    def _tick(self, cell):
        nodes = list(cell.nodes)
        there = [uuid for uuid in nodes if uuid not in cell.gone]
        self._change(cell, self._choose(there, CHANGED))
        self._beat(cell, there)
        self._move_servers(cell, there)
        self._go(cell, self._choose(there, GOING))
        self._come(cell, [uuid for uuid in cell.gone if self.chance.random() < TICK])

    def _change(self, cell, uuids):
        sql = SET_VERSION.format(now=NOW) + "WHERE uuid = :uuid"
        versions = {uuid: self.versions[uuid] + 1 for uuid in uuids}
        with cell.transaction() as execute:
            for uuid, version in versions.items():
                execute(sql, {"uuid": uuid, "version": version})
                if self.spoiled:
                    execute("UPDATE compute_nodes SET free_ram_mb = free_ram_mb + 1 WHERE uuid = ?",
                            (uuid,))
        self.versions.update(versions)
        self.transactions += 1

    def _beat(self, cell, uuids):
        """A tenth of the hosts beats; of a few others the heartbeat is lost, or its fate is forced."""
        hosts = [self.hosts[uuid] for uuid in self.chance.sample(uuids, len(uuids) // 10)]
        with cell.transaction() as execute:
            for host in hosts:
                execute(f"UPDATE services SET last_seen_up = {NOW}, updated_at = {NOW}, "
                        "report_count = report_count + 1, forced_down = 0 WHERE host = ?", (host,))
            for host in hosts[:2]:
                execute(f"UPDATE services SET last_seen_up = {LONG_AGO}, updated_at = {NOW} "
                        "WHERE host = ?", (host,))
            for host in hosts[2:4]:
                execute(f"UPDATE services SET forced_down = 1, disabled = 1 - disabled, "
                        f"updated_at = {NOW} WHERE host = ?", (host,))
        self.transactions += 1

    def _move_servers(self, cell, uuids):
        source, target = (self.hosts[uuid] for uuid in self.chance.sample(uuids, 2))
        with cell.transaction() as execute:
            execute(f"UPDATE instances SET host = ?, updated_at = {NOW} WHERE id = "
                    "(SELECT id FROM instances WHERE host = ? AND deleted = 0 LIMIT 1)", (target, source))
        self.transactions += 1

    def _go(self, cell, uuids):
        for uuid in uuids:
            self.stays.pop(uuid)
            cell.gone.add(uuid)
            with cell.transaction() as execute:
                for table in ("compute_nodes", "services"):
                    execute(f"UPDATE {table} SET deleted = id, deleted_at = {NOW} WHERE host = ?",
                            (self.hosts[uuid],))
            self.transactions += 1

    def _come(self, cell, uuids):
        for uuid in uuids:
            with cell.transaction() as execute:
                for table in ("services", "compute_nodes"):
                    execute(f"UPDATE {table} SET deleted = 0, deleted_at = NULL, updated_at = {NOW} "
                            "WHERE host = ?", (self.hosts[uuid],))
            cell.gone.discard(uuid)
            self.transactions += 1
            self.stays[uuid] = self.transactions
