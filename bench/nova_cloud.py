# SPDX-License-Identifier: Apache-2.0
"""The clouds that Nova and Muster both answer about: the rows of tools/make-cloud, put into cell1 of
the Nova of tests/scenario/lab, whose own compute keeps its rows."""
import contextlib
import itertools
import json
import os
import sqlite3
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tests", "scenario"))
sys.dont_write_bytecode = True

from lab import nova    # noqa: E402
from lab.rows import CELL1    # noqa: E402

TABLES = ("services", "compute_nodes", "instances")
ROWS = 500    # in a statement
STATEMENTS = 50    # in a file: a few seconds of MariaDB's
FIRST_ID = 1000    # above those of the rows that are there
BUFFER_POOL = 1 << 30    # bytes: a database of that size has memory
# As of a compute with QEMU for x86 alone: not every Nova knows all architectures of QEMU's, and the more
# there are the longer it takes for a page.
INSTANCES = json.dumps([[arch, kind, "hvm"] for arch in ("i686", "x86_64") for kind in ("qemu", "kvm")])
OTHERS = f"host <> '{nova.HOST}'"    # all hosts but that of nova-compute


def start_nova():
    """A Nova whose API takes the token of noauth2, so that nobody waits for Keystone. Its own compute is
    down, so that its uptime, which another answer finds changed, is not asked for."""
    lab = nova.start()
    conf = lab.conf.read_text()
    lab.conf.write_text(conf.replace("auth_strategy = keystone", "auth_strategy = noauth2"))
    lab.restart_api()
    lab.sql(f"SET GLOBAL innodb_buffer_pool_size = {BUFFER_POOL}", "mysql")
    lab.sql(f"UPDATE services SET forced_down = 1, updated_at = UTC_TIMESTAMP() WHERE host = '{nova.HOST}'")
    return lab


def statements(database, table):
    """What puts an SQLite table's rows into MariaDB."""
    names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    columns = ", ".join(f"`{name}`" for name in names)
    values = " || ', ' || ".join(f"quote(id + {FIRST_ID})" if name == "id" else f'quote("{name}")' for name in names)
    rows = database.execute(f"SELECT '(' || {values} || ')' FROM {table}")
    while batch := rows.fetchmany(ROWS):
        yield f"INSERT INTO {table} ({columns}) VALUES\n" + ",\n".join(row for row, in batch) + ";\n"


def copy(lab, cloud, directory):
    path = os.path.join(directory, "rows.sql")
    with contextlib.closing(sqlite3.connect(cloud)) as database:
        every = (statement for table in TABLES for statement in statements(database, table))
        while batch := list(itertools.islice(every, STATEMENTS)):
            with open(path, "w", encoding="utf-8") as file:
                file.write("SET sql_mode = 'NO_BACKSLASH_ESCAPES', unique_checks = 0;\nBEGIN;\n")
                file.writelines([*batch, "COMMIT;\n"])
            lab.sql(f"SOURCE {path}")
    os.remove(path)


def fill(lab, hypervisors, servers, directory):
    """Puts a cloud of so many hypervisors, all up, in the place of the one before."""
    cloud = os.path.join(directory, "cloud.db")
    subprocess.run([os.path.join(TOP, "tools", "make-cloud"), "--hypervisors", str(hypervisors),
                    "--servers", str(servers), "--heartbeat", "now", cloud], check=True, stdout=subprocess.DEVNULL)
    for table in TABLES:
        lab.sql(f"DELETE FROM {table} WHERE {OTHERS}")
    lab.sql(f"DELETE FROM host_mappings WHERE {OTHERS}", "nova_api")
    copy(lab, cloud, directory)
    lab.sql(f"UPDATE compute_nodes SET supported_instances = '{INSTANCES}' WHERE {OTHERS}")
    lab.sql(f"INSERT INTO host_mappings (created_at, cell_id, host) SELECT created_at, {CELL1}, host "
            f"FROM nova_cell1.compute_nodes WHERE {OTHERS}", "nova_api")
    lab.sql(f"ANALYZE TABLE {', '.join(TABLES)}, nova_api.host_mappings")
    os.remove(cloud)


def hosts(lab):
    """Their names."""
    return lab.sql(f"SELECT host FROM compute_nodes WHERE {OTHERS} ORDER BY id").splitlines()


def set_seen(lab, moment):
    """When the hosts were seen last, an expression of SQL; told now."""
    lab.sql(f"UPDATE services SET last_seen_up = {moment}, updated_at = UTC_TIMESTAMP() WHERE {OTHERS}")


def set_up(lab):
    set_seen(lab, "UTC_TIMESTAMP()")


def set_down(lab):
    """So that no compute is asked for its uptime."""
    set_seen(lab, "'2000-01-01'")


def forget_uptimes(lab):
    """The rows are those of computes before 2025.2, which have to be asked."""
    lab.sql("UPDATE compute_nodes SET stats = JSON_REMOVE(stats, '$.uptime'), updated_at = UTC_TIMESTAMP() "
            f"WHERE {OTHERS}")
