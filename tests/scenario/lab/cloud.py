# SPDX-License-Identifier: Apache-2.0
"""The databases of a Nova of two cells, and no Nova: its tables, as its own models make them, in a
MariaDB. Muster reaches each database through a TCP proxy of its own, the tests go straight to
MariaDB, so that a database can be away for Muster while its rows change."""
import subprocess
import textwrap
import urllib.parse
import uuid

from . import process
from .mariadb import MariaDB
from .rows import CELL0, CELL1, CELL2, Rows
from .tcp_proxy import TcpProxy

API, CELLS = "nova_api", ("nova_cell0", "nova_cell1", "nova_cell2", "nova_cell3")
USER, PASSWORD = "nova", "nova%40database"  # as in a URL
TABLES = ("services", "compute_nodes", "instances")

_MAKE_TABLES = textwrap.dedent("""\
    import sys
    import sqlalchemy
    from nova.db.api import models as api
    from nova.db.main import models as main
    for models, database, names in (
            (api, "nova_api", ("cell_mappings", "host_mappings", "aggregates", "aggregate_hosts",
                               "aggregate_metadata")),
            (main, "nova_cell1", ("services", "compute_nodes", "instances"))):
        engine = sqlalchemy.create_engine(sys.argv[1].format(database))
        tables = models.BASE.metadata.tables
        models.BASE.metadata.create_all(engine, [tables[name] for name in names])
    """)


class Cloud:
    def __init__(self):
        self.mariadb = MariaDB()
        self.rows = Rows(self.mariadb.sql)
        self.proxies = {}  # a database's name -> the way to it
        self._get_transport_url = None

    def start(self, get_transport_url=lambda name: "none:///"):
        """get_transport_url: of a cell's name."""
        self._get_transport_url = get_transport_url
        self.mariadb.install()
        self.mariadb.sql("".join(
            [f"CREATE USER '{USER}'@'127.0.0.1' IDENTIFIED BY '{urllib.parse.unquote(PASSWORD)}';",
             *(f"CREATE DATABASE {name} CHARACTER SET utf8mb3;"
               f"GRANT ALL ON {name}.* TO '{USER}'@'127.0.0.1';" for name in (API, *CELLS))]))
        self._make_tables()
        for name in (API, *CELLS):
            self.proxies[name] = TcpProxy(self.mariadb.port)
            self.proxies[name].open()
        for cell, name in ((CELL0, "cell0"), (CELL1, "cell1"), (CELL2, "cell2")):
            self.add_cell(cell, name)

    def _make_tables(self):
        """Those of one cell are copied to the others."""
        process.run("/usr/bin/python3", "-c", _MAKE_TABLES,
                    f"mysql+pymysql://{USER}:{PASSWORD}@127.0.0.1:{self.mariadb.port}/{{}}",
                    env=process.SYSTEM)
        self.mariadb.sql("".join(f"CREATE TABLE {other}.{name} LIKE nova_cell1.{name};"
                                 for other in CELLS if other != "nova_cell1" for name in TABLES))

    def add_cell(self, cell, name):
        """cell0 has the uuid of zeros, by which Nova knows it."""
        self.rows.insert(f"{API}.cell_mappings", {
            "id": cell, "name": name, "uuid": str(uuid.UUID(int=cell - CELL0)), "disabled": 0,
            "transport_url": self._get_transport_url(name),
            "database_connection": self.url(f"nova_{name}")})

    def clear(self):
        """Without hosts, and all there."""
        for proxy in self.proxies.values():
            proxy.open()
        for name in CELLS:
            for table in TABLES:
                self.rows.delete(f"{name}.{table}", "TRUE")
        self.rows.delete(f"{API}.host_mappings", "TRUE")

    def url(self, database, port=None, password=PASSWORD):
        port = port or self.proxies[database].port
        return f"mysql+pymysql://{USER}:{password}@127.0.0.1:{port}/{database}?charset=utf8mb4"

    def sections(self):
        """What a nova.conf beside it says."""
        return {"api": {"auth_strategy": "noauth2"},
                "api_database": {"connection": self.url(API)},
                "database": {"connection": self.url("nova_cell0")}}

    def hold(self, statement, database):
        """Runs a statement that locks something, in a session of its own that sleeps on it; gives
        the function that ends it."""
        holding = process.start(
            ["mariadb", "--no-defaults", "--user=root", f"--socket={self.mariadb.socket}",
             f"--execute={statement}; SELECT SLEEP(60)", database],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        sleeper = "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"
        process.wait_until(f"{statement}: it is done", lambda: self.mariadb.sql(sleeper))

        def release():
            self.mariadb.sql(f"KILL {self.mariadb.sql(sleeper)}")
            process.kill(holding, within=5)
        return release
