# SPDX-License-Identifier: Apache-2.0
"""What Nova would answer of the rows as they are: a plain reading of its tables, with which
Muster's answers are compared."""
import json

from .rows import CELL1, CELL2, CELL3, table

LIST = "/v2.1/os-hypervisors"

# The members of a hypervisor's details whose values are a column's.
COLUMNS = ("vcpus", "vcpus_used", "memory_mb", "memory_mb_used", "local_gb", "local_gb_used",
           "free_ram_mb", "free_disk_gb", "current_workload", "running_vms",
           "disk_available_least", "hypervisor_hostname", "hypervisor_type", "hypervisor_version",
           "host_ip")
SUMS = COLUMNS[:11]  # those of the statistics

_READ = {
    "services": ("id", "host", "disabled", "disabled_reason", "forced_down", "seen"),
    "compute_nodes": ("id", "host", "uuid", *COLUMNS),
    "instances": ("id", "host", "uuid"),
}
_SEEN = "TIMESTAMPDIFF(SECOND, COALESCE(last_seen_up, created_at), UTC_TIMESTAMP())"
_WHERE = {"services": " AND `binary` = 'nova-compute'"}


def _select(cell, name):
    members = ", ".join(f"'{column}', " + (_SEEN if column == "seen" else f"`{column}`")
                        for column in _READ[name])
    return (f"SELECT JSON_OBJECT('cell', {cell}, 'table', '{name}', {members}) "
            f"FROM {table(cell, name)} WHERE deleted = 0{_WHERE.get(name, '')} ORDER BY id;")


class Expected:
    """The rows of one moment. down_time: service_down_time, in s."""

    def __init__(self, sql, down_time):
        self._down_time = down_time
        self.rows = {(cell, name): [] for cell in (CELL1, CELL2, CELL3) for name in _READ}
        statements = "".join(_select(*key) for key in self.rows)
        mappings = "SELECT JSON_OBJECT('host', host, 'cell', cell_id) FROM nova_api.host_mappings;"
        cells = "SELECT JSON_ARRAYAGG(id) FROM nova_api.cell_mappings;"
        lines = sql(f"START TRANSACTION WITH CONSISTENT SNAPSHOT; {cells}{mappings}{statements}")
        first, *others = (json.loads(line.replace("\\\\", "\\")) for line in lines.splitlines())
        self.mappings = {}
        for row in others:
            if "table" in row:
                if row["cell"] in first:
                    self.rows[row["cell"], row["table"]].append(row)
            else:
                self.mappings[row["host"]] = row["cell"]

    def _service(self, cell, host):
        found = [row for row in self.rows.get((cell, "services"), ()) if row["host"] == host]
        return found[0] if found else None

    def _servers(self, cell, host):
        return sorted((row["uuid"], f"instance-{row['id']:08x}")
                      for row in self.rows[cell, "instances"] if row["host"] == host)

    def hypervisors(self):
        """All that are listed, in their order; each as read_hypervisor() gives it."""
        return [one for cell in (CELL1, CELL2, CELL3) for node in self.rows[cell, "compute_nodes"]
                if (one := self._join(node))]

    def _join(self, node):
        cell = self.mappings.get(node["host"])
        service = self._service(cell, node["host"])
        if not service:
            return None
        up = not service["forced_down"] and abs(service["seen"]) <= self._down_time
        return {**{column: node[column] for column in COLUMNS},
                "uuid": node["uuid"],
                "state": "up" if up else "down",
                "status": "disabled" if service["disabled"] else "enabled",
                "service": (node["host"], service["disabled_reason"] if service["disabled"]
                            else None),
                "servers": self._servers(cell, node["host"])}

    def find_id(self, number):
        """The node of the first cell that has one of the id, if it is listed."""
        nodes = [node for cell in (CELL1, CELL2, CELL3)
                 for node in self.rows[cell, "compute_nodes"] if node["id"] == number]
        return self._join(nodes[0]) if nodes else None

    def has_node(self, pattern):
        """Whether any is named so, listed or not."""
        return any(pattern in node["hypervisor_hostname"] for (_, name), rows in self.rows.items()
                   if name == "compute_nodes" for node in rows)

    def statistics(self):
        """Nova asks each cell for itself: who is mapped where does not matter."""
        counted = []
        for (cell, name), rows in self.rows.items():
            if name == "compute_nodes":
                for row in rows:
                    service = self._service(cell, row["host"])
                    if service and not service["disabled"]:
                        counted.append(row)
        return {"count": len(counted),
                **{name: sum(row[name] for row in counted) for name in SUMS}}


def read_hypervisor(one):
    """A hypervisor of an answer at 2.53 to 2.87, with its servers."""
    return {**{column: one[column] for column in COLUMNS},
            "uuid": one["id"], "state": one["state"], "status": one["status"],
            "service": (one["service"]["host"], one["service"]["disabled_reason"]),
            "servers": sorted((server["uuid"], server["name"])
                              for server in one.get("servers", ()))}
