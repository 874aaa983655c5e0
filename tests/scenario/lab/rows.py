# SPDX-License-Identifier: Apache-2.0
"""Rows of Nova's tables, written as Nova writes them: an insert sets created_at, an update
updated_at, a soft delete deleted (to the row's id) and deleted_at. A table is named with its
database: nova_cell1.services."""
import itertools
import json
import uuid

CELL0, CELL1, CELL2, CELL3 = 1, 2, 3, 4  # ids of cell_mappings
_BATCH = 100  # rows in a statement, which is an argument of a command
_VERSION = 66  # of a service of Nova 26: beside older ones nova-api does not start

CPU = json.dumps({"arch": "x86_64", "model": "Haswell", "vendor": "Intel", "features": ["aes"],
                  "topology": {"cells": 1, "sockets": 1, "cores": 4, "threads": 2}})


class Sql(str):
    """An expression, and not a text."""


NOW = Sql("UTC_TIMESTAMP()")
LONG_AGO = Sql("UTC_TIMESTAMP() - INTERVAL 2 DAY")


def _format(value):
    if value is None:
        return "NULL"
    if isinstance(value, (Sql, int)):
        return str(value)
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def table(cell, name):
    return f"nova_cell{cell - CELL0}.{name}"


class Rows:
    def __init__(self, sql):
        self.sql = sql  # runs statements
        self._numbers = itertools.count(1)

    # Any table

    def insert(self, name, *rows):
        """Dictionaries, each of the same columns."""
        for first in range(0, len(rows), _BATCH):
            batch = [{"created_at": NOW, **row} for row in rows[first:first + _BATCH]]
            columns = ", ".join(f"`{column}`" for column in batch[0])
            values = ", ".join(f"({', '.join(map(_format, row.values()))})" for row in batch)
            self.sql(f"INSERT INTO {name} ({columns}) VALUES {values}")

    def update_untold(self, name, where, /, **columns):
        """By hand: no time tells of it."""
        values = ", ".join(f"`{column}` = {_format(value)}" for column, value in columns.items())
        self.sql(f"UPDATE {name} SET {values} WHERE {where}")

    def update(self, name, where, /, **columns):
        self.update_untold(name, where, updated_at=NOW, **columns)

    def soft_delete(self, name, where):
        self.update_untold(name, f"({where}) AND deleted = 0", deleted=Sql("id"), deleted_at=NOW)

    def delete(self, name, where):
        self.sql(f"DELETE FROM {name} WHERE {where}")

    # What these tables are about

    def add_hosts(self, cell, *hosts, service=None, node=None, mapped=True):
        """A service and a node for each, with those columns besides the usual ones."""
        self.add_services(cell, *hosts, **(service or {}))
        self.add_nodes(cell, *hosts, **(node or {}))
        if mapped:
            self.map(cell, *hosts)

    def add_services(self, cell, *hosts, **columns):
        self.insert(table(cell, "services"), *(
            {"host": host, "binary": "nova-compute", "topic": "compute", "report_count": 1,
             "disabled": 0, "forced_down": 0, "deleted": 0, "version": _VERSION,
             "uuid": str(uuid.uuid4()), "last_seen_up": NOW, **columns} for host in hosts))

    def add_nodes(self, cell, *hosts, **columns):
        self.insert(table(cell, "compute_nodes"), *(
            {"host": host, "hypervisor_hostname": f"{host}.example", "uuid": str(uuid.uuid4()),
             "vcpus": 8, "vcpus_used": number % 8, "memory_mb": 16384, "memory_mb_used": 512,
             "free_ram_mb": 15872, "local_gb": 100, "local_gb_used": number, "free_disk_gb": 50,
             "disk_available_least": 40, "current_workload": 0, "running_vms": number % 3,
             "hypervisor_type": "QEMU", "hypervisor_version": 7002000, "host_ip": "10.0.0.1",
             "cpu_info": CPU, "supported_instances": "[]", "metrics": "[]", "stats": "{}",
             "ram_allocation_ratio": 1, "cpu_allocation_ratio": 4, "disk_allocation_ratio": 1,
             "deleted": 0, "mapped": 1, **columns}
            for host, number in zip(hosts, self._numbers)))

    def map(self, cell, *hosts):
        self.insert("nova_api.host_mappings", *({"host": host, "cell_id": cell} for host in hosts))

    def add_servers(self, cell, host, count=1, **columns):
        """Gives their uuids."""
        uuids = [str(uuid.uuid4()) for _ in range(count)]
        self.insert(table(cell, "instances"), *(
            {"uuid": one, "user_id": "u", "project_id": "p", "image_ref": "", "host": host,
             "node": f"{host}.example", "launched_on": host, "display_name": f"server {one[:8]}",
             "hostname": "server", "vm_state": "active", "power_state": 1, "memory_mb": 512,
             "vcpus": 1, "root_gb": 1, "ephemeral_gb": 0, "instance_type_id": 1,
             "launch_index": 0, "locked": 0, "cleaned": 0, "hidden": 0, "progress": 0,
             "deleted": 0, **columns} for one in uuids))
        return uuids
