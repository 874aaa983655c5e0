# SPDX-License-Identifier: Apache-2.0
"""A real Nova of two cells, of Debian's packages: MariaDB, RabbitMQ, Keystone, Placement,
nova-api, and in cell1 a nova-conductor and a nova-compute with the fake driver. All is on
loopback, in folders of its own, and ends with the runner.

cell1's row in cell_mappings has templates for its URLs, as nova-manage writes them when asked
to. cell2 is reached through a TCP proxy, Muster's way to it and Nova's, so that its
database can be away while all else is there.
"""
import concurrent.futures
import functools
import json
import shutil
import signal
import subprocess
import textwrap
import unittest
import urllib.parse
import uuid

from . import keystone, process, web
from .mariadb import MariaDB
from .rabbitmq import RabbitMQ
from .rows import CELL0, CELL1, CELL2, Rows
from .tcp_proxy import TcpProxy

LAST_MICROVERSION = "2.93"  # of Nova 26
HOST = "compute-real"  # where nova-compute is
CELL_DATABASES = ("nova_cell0", "nova_cell1", "nova_cell2", "nova_cell3")  # cell3 is not there yet
DATABASES = ("nova_api", *CELL_DATABASES)
USER, PASSWORD = "nova", "nova%40database"  # of the databases, as in a URL
SERVICE = "nova"  # the user in Keystone
GLANCE = "http://127.0.0.1:1/v2"  # `openstack server list` looks for it, and does not need it
DOWN_TIME = 3600  # s: who was seen up stays up for the length of a test
RPC_TIMEOUT = 4  # s, not Nova's 60: what hangs is to cost little
PROCESSES = 2  # of nova-api
_BOUND = 90  # s for a part to start, on a machine that does other things too

# nova-compute with a driver that has an uptime, as libvirt's has: what uptime(1) prints.
_COMPUTE = textwrap.dedent("""\
    import sys
    from nova.cmd import compute
    from nova.virt import fake
    from oslo_concurrency import processutils
    fake.FakeDriver.get_host_uptime = lambda driver: processutils.execute(
        "uptime", env_variables={"LC_ALL": "C"})[0]
    sys.exit(compute.main())
    """)
_CONDUCTOR = "import sys; from nova.cmd import conductor; sys.exit(conductor.main())"
_MANAGE = "import sys; from nova.cmd import manage; sys.exit(manage.main())"

_PLACEMENT_CONF = textwrap.dedent("""\
    [api]
    auth_strategy = noauth2
    [placement_database]
    connection = sqlite:///{folder}/placement.sqlite
    """)


def unpack_paste_ini(folder):
    """nova-api's pipeline of filters. Its package brings daemons and asks questions, so it is
    unpacked and not installed; gives None where it can't be downloaded."""
    try:
        process.run("apt-get", "-q", "download", "nova-common", cwd=folder, timeout=120)
    except (AssertionError, subprocess.TimeoutExpired):
        return None
    (package,) = folder.glob("nova-common_*.deb")
    process.run("dpkg-deb", "--extract", package, folder)
    return folder / "usr/share/nova-common/api-paste.ini"


def get_cell_uuid(cell):
    """cell0 has the one of zeros, by which Nova knows it."""
    return str(uuid.UUID(int=cell - CELL0))


@functools.cache
def start():
    """One for all scenarios: it takes most of a minute."""
    nova = Nova()
    if not nova.paste_ini:
        raise unittest.SkipTest("no real Nova: apt-get can't download the package nova-common")
    nova.set_up()
    return nova


class Nova:
    def __init__(self):
        self.folder = process.new_folder()
        self.paste_ini = unpack_paste_ini(self.folder)
        self.mariadb = MariaDB()
        self.rows = Rows(self.mariadb.sql)
        self.rabbitmq = RabbitMQ("cell1", "cell2")
        self.keystone = keystone.Keystone()
        self.cell2_database = None  # the proxy before it
        self.port = process.free_port()
        self.placement_port = process.free_port()
        self.api = self.compute = None  # processes
        self.conf = self.folder / "api/nova.conf"
        self._cell1_conf = self.folder / "cell1/nova.conf"

    # Setting up: what can be done side by side is, as each of Nova's programs takes seconds to load

    def set_up(self):
        self.rabbitmq.launch()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            parts = [pool.submit(self.keystone.prepare), pool.submit(self._prepare_placement)]
            self.mariadb.install()
            self.cell2_database = TcpProxy(self.mariadb.port)
            self.cell2_database.open()
            self._prepare_databases(pool)
            for part in parts:
                part.result()
        self.rabbitmq.wait()
        self._start_placement()
        self._start_cell()
        self.keystone.begin()
        self.keystone.add_project("service")
        self.keystone.add_user(SERVICE, "service", keystone.ADMIN)
        self.keystone.add_service("image", "glance", GLANCE)
        self._write_conf(self.conf, "nova_cell0", api={"auth_strategy": "keystone"},
                         keystone_authtoken=self.keystone.options(SERVICE, "service"))
        self.start_api()
        process.wait_until("nova-compute has its node", self._has_node, bound=_BOUND)

    def _prepare_placement(self):
        (self.folder / "placement.conf").write_text(_PLACEMENT_CONF.format(folder=self.folder))
        process.run("/usr/bin/placement-manage", "--config-file", self.folder / "placement.conf",
                    "db", "sync", env=process.SYSTEM)

    def _prepare_databases(self, pool):
        """The tables of one cell are made by Nova, and copied to the others."""
        self.sql(f"CREATE USER '{USER}'@'127.0.0.1' "
                 f"IDENTIFIED BY '{urllib.parse.unquote(PASSWORD)}'", "mysql")
        for name in DATABASES:
            self.sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb3; "
                     f"GRANT ALL ON {name}.* TO '{USER}'@'127.0.0.1'", "mysql")
        self._write_conf(self._cell1_conf, "nova_cell1")
        api = pool.submit(self.manage, "api_db", "sync")
        self.manage("db", "sync", "--local_cell")
        dump = self.mariadb.dump("nova_cell1", self.folder / "cell.sql")
        for name in CELL_DATABASES:
            if name != "nova_cell1":
                self.sql(f"SOURCE {dump}", name)
        api.result()
        template = "{scheme}://{username}:{password}@{hostname}:{port}/"
        self.add_cell(CELL0, "cell0", self.database_url("nova_cell0"), "none:///")
        self.add_cell(CELL1, "cell1", template + "nova_cell1?{query}", template + "cell1")
        self.add_cell(CELL2, "cell2", self.database_url("nova_cell2", self.cell2_database.port),
                      self.rabbitmq.url("cell2"))
        self.rows.map(CELL1, HOST)

    def add_cell(self, cell, name, database_connection, transport_url):
        self.rows.insert("nova_api.cell_mappings", {
            "id": cell, "name": name, "uuid": get_cell_uuid(cell),
            "transport_url": transport_url, "database_connection": database_connection})

    def _write_conf(self, path, database, **sections):
        """nova.conf of a service with that [database], and api-paste.ini beside it."""
        path.parent.mkdir()
        shutil.copy(self.paste_ini, path.parent)
        placement = f"http://127.0.0.1:{self.placement_port}"
        sections = {
            "DEFAULT": {
                "host": HOST, "my_ip": "127.0.0.1", "state_path": self.folder / "state",
                "transport_url": self.rabbitmq.url("cell1"), "rpc_response_timeout": RPC_TIMEOUT,
                "compute_driver": "fake.FakeDriver", "service_down_time": DOWN_TIME},
            "api_database": {"connection": self.database_url("nova_api")},
            "database": {"connection": self.database_url(database)},
            "conductor": {"workers": 1},
            "placement": {"auth_type": "admin_token", "endpoint": placement, "token": "admin"},
            "neutron": {"auth_type": "none"},
            "service_user": {"send_service_user_token": "false"},
            "oslo_concurrency": {"lock_path": self.folder / "state"}, **sections}
        path.write_text("".join(
            f"[{section}]\n" + "".join(f"{name} = {value}\n" for name, value in options.items())
            for section, options in sections.items()))

    # The processes

    def _launch(self, name, arguments, **options):
        with (self.folder / f"{name}.log").open("ab") as log:
            return process.start(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                 cwd=self.folder, **{"env": process.SYSTEM, **options})

    def _launch_python(self, name, program):
        return self._launch(name, ["/usr/bin/python3", "-c", program,
                                   "--config-file", self._cell1_conf])

    def _launch_uwsgi(self, name, port, processes, *application, **environment):
        return self._launch(name, [
            "/usr/bin/uwsgi_python3", "--http-socket", f"127.0.0.1:{port}", "--master",
            "--processes", processes, "--lazy-apps", "--need-app", "--no-orphans",
            "--enable-threads", "--thunder-lock", "--buffer-size", 65535,
            "--add-header", "Connection: close", *application],
            env={**process.SYSTEM, **environment})

    def _start_placement(self):
        self._launch_uwsgi("placement", self.placement_port, 1,
                           "--wsgi-file", "/usr/bin/placement-api",
                           OS_PLACEMENT_CONFIG_DIR=str(self.folder))

    def _start_cell(self):
        self._launch_python("nova-conductor", _CONDUCTOR)
        self.compute = self._launch_python("nova-compute", _COMPUTE)

    def _has_node(self):
        """It answers calls once it has found its node, and is listed once its host is mapped."""
        return self.sql("SELECT count(*) FROM compute_nodes") == "1"

    def start_api(self):
        self.api = self._launch_uwsgi(
            "nova-api", self.port, PROCESSES,
            "--module", "nova.api.openstack.compute.wsgi:init_application()",
            OS_NOVA_CONFIG_DIR=str(self.conf.parent))
        process.wait_until("nova-api answers",
                           lambda: web.ask(self.port, "GET", "/", within=_BOUND).status == 200,
                           bound=_BOUND)

    def restart_api(self):
        """It reads the cells once, at its first request."""
        self.api.send_signal(signal.SIGINT)  # with its workers, which hold the port
        process.kill(self.api, within=_BOUND)
        self.start_api()

    def suspend_compute(self):
        self.compute.send_signal(signal.SIGSTOP)

    def resume_compute(self):
        self.compute.send_signal(signal.SIGCONT)

    def add_provider(self, node, name):
        """A node in Placement, without which Nova can't delete its service."""
        answer = web.ask(self.placement_port, "POST", "/resource_providers",
                         {"X-Auth-Token": "admin", "Content-Type": "application/json"},
                         json.dumps({"uuid": node, "name": name}), within=_BOUND)
        assert answer.status == 201, answer

    # What is done with it

    def manage(self, *words):
        """nova-manage."""
        return process.run("/usr/bin/python3", "-c", _MANAGE, "--config-file", self._cell1_conf,
                           *words, cwd=self.folder, env=process.SYSTEM, timeout=_BOUND)

    def sql(self, sql, database="nova_cell1"):
        return self.mariadb.sql(sql, database)

    def database_url(self, database, port=None):
        return (f"mysql+pymysql://{USER}:{PASSWORD}@127.0.0.1:{port or self.mariadb.port}"
                f"/{database}?charset=utf8mb4")

    def get(self, path, version, headers=None, within=_BOUND):
        return web.get(self.port, path, version, headers, within=within)
