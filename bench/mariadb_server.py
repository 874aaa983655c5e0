# SPDX-License-Identifier: Apache-2.0
"""A MariaDB on loopback whose data stay between runs, with the clouds of tools/make-cloud in it as the databases
of a Nova of one cell."""
import getpass
import os
import re
import subprocess
import time

from clouds import LARGE
from peer import find_port, stop
from stage import tell
from wrk import cpu_seconds

from mariadb import convert    # of tests/conformance

USER, PASSWORD = "muster", "bench"
START_TIMEOUT = 60    # s
SETTLE_TIMEOUT = 60    # s
IDLE = 0.05    # of a core
BUFFER_POOL = "4G"    # the largest cloud has memory
TABLES = ("services", "compute_nodes", "instances")

# Nova's, of what Muster reads (nova/db/api/models.py).
API_TABLES = """
CREATE TABLE cell_mappings (
	created_at DATETIME, updated_at DATETIME, id INTEGER NOT NULL AUTO_INCREMENT, uuid VARCHAR(36) NOT NULL,
	name VARCHAR(255), transport_url TEXT NOT NULL, database_connection TEXT NOT NULL, disabled BOOLEAN NOT NULL,
	PRIMARY KEY (id), UNIQUE (uuid));
CREATE TABLE host_mappings (
	created_at DATETIME, updated_at DATETIME, id INTEGER NOT NULL AUTO_INCREMENT, cell_id INTEGER NOT NULL,
	host VARCHAR(255) NOT NULL, PRIMARY KEY (id), UNIQUE (host), INDEX (host),
	FOREIGN KEY (cell_id) REFERENCES cell_mappings (id));
CREATE TABLE aggregates (
	created_at DATETIME, updated_at DATETIME, id INTEGER NOT NULL AUTO_INCREMENT, uuid VARCHAR(36),
	name VARCHAR(255), PRIMARY KEY (id), INDEX (uuid), UNIQUE (name));
CREATE TABLE aggregate_hosts (
	created_at DATETIME, updated_at DATETIME, id INTEGER NOT NULL AUTO_INCREMENT, host VARCHAR(255),
	aggregate_id INTEGER NOT NULL, PRIMARY KEY (id), UNIQUE (host, aggregate_id));
CREATE TABLE aggregate_metadata (
	created_at DATETIME, updated_at DATETIME, id INTEGER NOT NULL AUTO_INCREMENT, aggregate_id INTEGER NOT NULL,
	`key` VARCHAR(255) NOT NULL, value VARCHAR(255) NOT NULL, PRIMARY KEY (id), UNIQUE (aggregate_id, `key`));
"""

CELL = """
INSERT INTO cell_mappings (created_at, uuid, name, transport_url, database_connection, disabled)
VALUES (UTC_TIMESTAMP(), '11111111-1111-4111-8111-111111111111', 'cell1', 'none:///', '{url}', 0);
INSERT INTO host_mappings (created_at, cell_id, host) SELECT created_at, 1, host FROM {cell}.compute_nodes ORDER BY id;
"""

# What SQLite's quote() makes of a value.
LOAD = """
SET unique_checks = 0, foreign_key_checks = 0;
LOAD DATA LOCAL INFILE '/dev/stdin' INTO TABLE {table} CHARACTER SET utf8mb4
FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '''' ESCAPED BY '' ({columns});
"""
ROWS = 2000    # fetched at a time


def write_rows(cloud, table, columns, file):
    """Of the largest cloud those alone that are not deleted, as where an operator has Nova archive the
    others: it takes minutes as it is."""
    which = "WHERE deleted = 0" if cloud.hypervisors >= LARGE else ""
    values = " || ',' || ".join(f'quote("{column}")' for column in columns)
    with cloud.open() as database:
        rows = database.execute(f"SELECT {values} FROM {table} {which}")
        while batch := rows.fetchmany(ROWS):
            file.writelines(f"{row}\n" for row, in batch)


def split_schema(statements):
    """(tables, {table: what adds its indexes}) of SQLite's statements, in MariaDB's words."""
    tables, indexes = [], {}
    for statement in statements:
        index = re.fullmatch(r"CREATE (UNIQUE )?INDEX (\w+) ON (\w+) (\(.*\))", statement)
        if index:
            unique, name, table, columns = index.groups(default="")
            indexes.setdefault(table, []).append(f"ADD {unique}INDEX {name} {columns}")
        else:
            tables.append(convert(f"{statement};"))
    return tables, {table: f"ALTER TABLE {table} {', '.join(adds)}" for table, adds in indexes.items()}


class MariaDB:
    """Runs as long as a `with` block, as the user who runs the bench."""

    def __init__(self, data, folder):
        """data: stays; folder: for its socket, whose path must be short."""
        self.data = data
        self.folder = folder
        self.socket = os.path.join(folder, "socket")
        self.port = find_port()

    def __enter__(self):
        if not os.path.exists(self.data):
            subprocess.run(["mariadb-install-db", "--no-defaults", f"--user={getpass.getuser()}",
                            f"--datadir={self.data}", "--skip-test-db", "--auth-root-authentication-method=normal"],
                           check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.process = subprocess.Popen(
                ["mariadbd", "--no-defaults", f"--user={getpass.getuser()}", f"--datadir={self.data}",
                 f"--socket={self.socket}", f"--pid-file={self.folder}/pid", f"--tmpdir={self.folder}",
                 "--bind-address=127.0.0.1", f"--port={self.port}", "--skip-name-resolve", "--local-infile=1",
                 "--innodb-flush-log-at-trx-commit=1", "--innodb-log-file-size=512M",
                 "--innodb-sort-buffer-size=64M",    # for the indexes of the clouds
                 f"--innodb-buffer-pool-size={BUFFER_POOL}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.wait()
            self.sql(f"CREATE USER IF NOT EXISTS '{USER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'; "
                     f"GRANT SELECT ON *.* TO '{USER}'@'127.0.0.1'")
        except BaseException:
            stop(self.process)
            raise
        return self

    def __exit__(self, *_):
        stop(self.process)

    @property
    def pid(self):
        return self.process.pid

    def wait(self):
        deadline = time.monotonic() + START_TIMEOUT
        while self.process.poll() is None and time.monotonic() < deadline:
            if self.run("SELECT 1", check=False).returncode == 0:
                return
            time.sleep(0.1)
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            raise RuntimeError(f"mariadbd does not answer; expected it within {START_TIMEOUT} s\n{log.read()[-2000:]}")

    def command(self, database):
        return ["mariadb", "--no-defaults", "--user=root", f"--socket={self.socket}", "--default-character-set=utf8mb4",
                "--local-infile=1", "--batch", "--skip-column-names", database]

    def run(self, sql, database="mysql", check=True):
        return subprocess.run(self.command(database), input=sql, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, check=check)

    def sql(self, sql, database="mysql"):
        """Runs statements as root, and gives the rows as text."""
        try:
            return self.run(sql, database).stdout.strip()
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"{sql[:200]}: {error.stderr}") from None

    def url(self, database):
        return f"mysql+pymysql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}?charset=utf8mb4"

    def fill(self, cloud):
        """(the cell's database, the API's) of a cloud, made unless they are there; told that all beat now."""
        cell, api = f"cell_{cloud.hypervisors}", f"api_{cloud.hypervisors}"
        if self.sql(f"SHOW DATABASES LIKE '{api}'") != api:
            tell(f"  {cloud.hypervisors:,} hypervisors into MariaDB")
            self.load(cloud, cell)
            self.sql(f"CREATE DATABASE {api} CHARACTER SET utf8mb3")    # the last: where it is, all is
            self.sql(API_TABLES + CELL.format(url="", cell=cell), api)
        # The port is another each time.
        self.sql(f"UPDATE cell_mappings SET database_connection = '{self.url(cell)}'", api)
        self.sql("UPDATE services SET last_seen_up = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP()", cell)
        self.settle()
        return cell, api

    def settle(self):
        """What was written has work for MariaDB behind it, which is not to be measured."""
        deadline = time.monotonic() + SETTLE_TIMEOUT
        spent = 1
        while spent > IDLE and time.monotonic() < deadline:
            before = cpu_seconds(self.pid)
            time.sleep(0.5)
            spent = (cpu_seconds(self.pid) - before) / 0.5

    def load(self, cloud, cell):
        tables, indexes = split_schema(sql for sql, in cloud.select("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
        self.sql(f"DROP DATABASE IF EXISTS {cell}; CREATE DATABASE {cell} CHARACTER SET utf8mb3")
        self.sql("".join(tables), cell)
        for table in TABLES:
            self.load_rows(cloud, table, cell)
            self.sql(f"{indexes[table]}; ANALYZE TABLE {table}", cell)

    def load_rows(self, cloud, table, cell):
        """SQLite makes the text while MariaDB reads it: each has a core."""
        columns = [name for _, name, *_ in cloud.select(f"PRAGMA table_info({table})")]
        load = LOAD.format(table=table, columns=", ".join(f"`{column}`" for column in columns))
        with subprocess.Popen([*self.command(cell), f"--execute={load}"], stdin=subprocess.PIPE, text=True) as client:
            write_rows(cloud, table, columns, client.stdin)
        if client.returncode != 0:
            raise RuntimeError(f"{table} into MariaDB: the client ended with {client.returncode}; expected 0")
