# SPDX-License-Identifier: Apache-2.0
"""Changes to the rows of two cells at random, each written as Nova writes it. The hosts of a cell
are its own, and may be mapped to the other or to none."""
from .rows import CELL1, CELL2, LONG_AGO, NOW, Sql, table

_HOSTS = {"a": CELL1, "b": CELL2}  # by the first letter
_MANY = 5  # hosts a cell


class Changes:
    def __init__(self, rows, chance):
        self.rows = rows
        self.sql = rows.sql
        self.chance = chance
        self.hosts = [f"{letter}-{number}" for letter in _HOSTS for number in range(1, _MANY + 1)]
        self.told = "the beginning"  # the newest change, for a failure's message
        self._served = set(self.hosts)  # who has a service
        self._mapped = set(self.hosts)
        self._number = 0  # of what is made anew

    def fill(self):
        for host in self.hosts:
            self.rows.add_hosts(self._cell(host), host)
            self.rows.add_servers(self._cell(host), host, 2)

    @staticmethod
    def _cell(host):
        return _HOSTS[host[0]]

    def _table(self, name, host):
        return table(self._cell(host), name)

    def make_one(self, host=None):
        """A change to a host; gives its name."""
        host = host or self.chance.choice(self.hosts)
        change = self.chance.choice(_CHANGES)
        self.told = f"{change.__name__}({host})"
        change(self, host)
        return self.told

    # Services

    def disable(self, host):
        self._number += 1
        self._update("services", host, disabled=1, disabled_reason=f"reason {self._number}")

    def enable(self, host):
        self._update("services", host, disabled=0, disabled_reason=None)

    def force_down(self, host):
        self._update("services", host, forced_down=self.chance.randrange(2))

    def beat(self, host):
        self._update("services", host, last_seen_up=self.chance.choice((NOW, LONG_AGO)),
                     report_count=Sql("report_count + 1"))

    def end_service(self, host):
        self.rows.soft_delete(self._table("services", host), f"host = '{host}'")
        self._served.discard(host)

    def begin_service(self, host):
        """Anew, where it has ended."""
        if host in self._served:
            self.beat(host)
        else:
            self.rows.add_services(self._cell(host), host)
            self._served.add(host)

    # Nodes

    def use(self, host):
        self._number += 1
        self._update("compute_nodes", host, vcpus_used=self._number, running_vms=self._number % 7,
                     memory_mb_used=Sql("memory_mb_used + 1"))

    def add_node(self, host):
        self._number += 1
        self.rows.add_nodes(self._cell(host), host,
                            hypervisor_hostname=f"{host}.number-{self._number}")

    def remove_nodes(self, host):
        """All but the newest, or all."""
        newest = f" ORDER BY id LIMIT {self.chance.choice((1, 1, 9))}"
        self.rows.update_untold(self._table("compute_nodes", host),
                                f"host = '{host}' AND deleted = 0{newest}",
                                deleted=Sql("id"), deleted_at=NOW)

    # Mappings

    def map(self, host):
        cell = self.chance.choice((CELL1, CELL2, *[self._cell(host)] * 4))
        if host in self._mapped:
            self.rows.update("nova_api.host_mappings", f"host = '{host}'", cell_id=cell)
        else:
            self.rows.map(cell, host)
        self._mapped.add(host)

    def unmap(self, host):
        self.rows.delete("nova_api.host_mappings", f"host = '{host}'")
        self._mapped.discard(host)

    # Servers

    def add_servers(self, host):
        self.rows.add_servers(self._cell(host), host, self.chance.randint(1, 3))

    def remove_server(self, host):
        self.rows.update_untold(self._table("instances", host),
                                f"host = '{host}' AND deleted = 0 ORDER BY id LIMIT 1",
                                deleted=Sql("id"), deleted_at=NOW)

    def move_server(self, host):
        """To another host of the cell, or off any, as shelving does."""
        others = [f"'{one}'" for one in self.hosts if one[0] == host[0]]
        self.rows.update(self._table("instances", host),
                         f"host = '{host}' AND deleted = 0 ORDER BY id LIMIT 1",
                         host=Sql(self.chance.choice([*others, "NULL"])))

    def take_server_up(self, host):
        self.rows.update(self._table("instances", host), "host IS NULL AND deleted = 0",
                         host=host)

    def archive(self, host):
        """As nova-manage's archive_deleted_rows has it."""
        for name in ("services", "compute_nodes", "instances"):
            self.rows.delete(self._table(name, host), "deleted <> 0")

    # What else a test asks for

    def _update(self, name, host, /, **columns):
        self.rows.update(self._table(name, host), f"host = '{host}' AND deleted = 0", **columns)

    def update(self, name, host, /, **columns):
        """A change that a test chooses."""
        self.told = f"{columns} in {name} of {host}"
        self._update(name, host, **columns)

    def age(self):
        """The rows are as if they were written long ago."""
        for cell in _HOSTS.values():
            for name in ("services", "compute_nodes", "instances"):
                self.rows.update_untold(table(cell, name), "TRUE", created_at=LONG_AGO,
                                        updated_at=LONG_AGO)

    def choose(self, column):
        """Some values of nodes that are or were."""
        values = self.sql("".join(
            f"SELECT {column} FROM {table(cell, 'compute_nodes')};" for cell in _HOSTS.values()))
        return self.chance.sample(values.split(), 3)


_CHANGES = (
    Changes.disable, Changes.enable, Changes.force_down, Changes.beat, Changes.end_service,
    *[Changes.begin_service] * 3, Changes.use, Changes.use, Changes.add_node,
    Changes.add_node, Changes.remove_nodes, *[Changes.map] * 3, Changes.unmap,
    Changes.add_servers, Changes.remove_server, Changes.move_server, Changes.take_server_up,
    Changes.archive)
