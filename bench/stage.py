# SPDX-License-Identifier: Apache-2.0
"""What every section stands on: the cores, the clouds, a folder, and the servers under test, all
of which end with a `with` block."""
import contextlib
import functools
import os
import sys

from clouds import Clouds
from works import TOP    # puts tests/conformance on the path

from server import Server    # noqa: E402
from stub import keystone    # noqa: E402

# Nothing beats in these clouds, so a heartbeat counts for 20 years, and deleted rows are kept, since a store
# is to be as large at the end as it was.
CONF = """\
[DEFAULT]
service_down_time = {down_time}
[muster]
http_threads = {threads}
deleted_retention = 2147483647
max_staleness = {staleness}
[{database}]
connection = {url}
[api]
auth_strategy = {strategy}
"""
FOREVER = 630720000    # s

KEYSTONE = """\
[keystone_authtoken]
auth_url = http://127.0.0.1:{port}
username = muster
password = secret
project_name = service
user_domain_name = Default
project_domain_name = Default
"""

START_TIMEOUT = 120    # s


class Stage:
    def __init__(self, muster, directory, args):
        self.muster = muster
        self.directory = directory
        self.rounds, self.seconds = args.rounds, args.seconds
        self.clouds = Clouds(os.path.join(TOP, "build-bench"))
        self.server_core, self.client_core = sorted(os.sched_getaffinity(0))[:2]
        self.server_prefix = ("taskset", "-c", str(self.server_core))
        self.client_prefix = ("taskset", "-c", str(self.client_core))
        self._stack = contextlib.ExitStack()
        self._folders = 0

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        return self._stack.__exit__(*failure)

    def keep(self, context):
        """Enters it; it is left when the bench ends."""
        return self._stack.enter_context(context)

    def new_folder(self):
        self._folders += 1
        path = os.path.join(self.directory, str(self._folders))
        os.mkdir(path)
        return path

    @functools.cached_property
    def keystone_port(self):
        """The stub's, on the client's core: it is asked once in five minutes."""
        return self.keep(keystone())

    def write_conf(self, url, folder, guarded=True, beside=False, threads=1, staleness=0, down_time=FOREVER, more=""):
        """The path of a configuration. guarded: by Keystone and policy, else noauth; beside: the URL is
        that of Nova's API database."""
        conf = os.path.join(folder, "muster.conf")
        with open(conf, "w", encoding="utf-8") as file:
            file.write(CONF.format(down_time=down_time, threads=threads, staleness=staleness, url=url,
                                   database="api_database" if beside else "database",
                                   strategy="keystone" if guarded else "noauth"))
            if guarded:
                file.write(KEYSTONE.format(port=self.keystone_port))
            file.write(more)
        return conf

    def muster_on(self, url, prefix=None, **options):
        """A server to be entered: a Muster on that database, with write_conf()'s options."""
        folder = self.new_folder()
        command = [*(self.server_prefix if prefix is None else prefix), self.muster]
        return Server(command, self.write_conf(url, folder, **options), folder, timeout=START_TIMEOUT)


def tell(text):
    print(text, file=sys.stderr, flush=True)
