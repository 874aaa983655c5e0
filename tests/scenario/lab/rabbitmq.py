# SPDX-License-Identifier: Apache-2.0
"""A RabbitMQ of one's own: on loopback, with its node, its port mapper and its files in a
folder of its own. Its virtual hosts and its one user are there from its first start."""
import base64
import hashlib
import json
import signal
import socket
import subprocess
import textwrap

from . import process

USER, PASSWORD = "nova", "r@bbit"
_ENCODED = "r%40bbit"  # as in a URL
_SALT = b"salt"
_BOUND = 60  # s that it may take to start

_CONF = textwrap.dedent("""\
    listeners.tcp.1 = 127.0.0.1:{port}
    load_definitions = {folder}/definitions.json
    """)


class RabbitMQ:
    def __init__(self, *virtual_hosts):
        self.virtual_hosts = virtual_hosts
        self.folder = process.new_folder()
        self.port = process.free_port()
        self.process = None
        self._mapper = None  # epmd, by which Erlang's nodes find each other
        self._mapper_port = process.free_port()
        self._node_port = process.free_port()

    def launch(self):
        """Starts it and does not wait."""
        self._write_files()
        environment = {
            **process.SYSTEM, "HOME": str(self.folder),
            "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(self._mapper_port),
            "RABBITMQ_NODENAME": f"muster{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RUNNING_UNDER_SYSTEMD": "true"}  # the shell becomes the server: it has our pid
        with (self.folder / "log").open("ab") as log:
            out = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, "env": environment}
            if not self._mapper:
                self._mapper = process.start(["epmd"], **out)
            self.process = process.start(["/usr/lib/rabbitmq/bin/rabbitmq-server"], **out)

    def _write_files(self):
        salted = _SALT + hashlib.sha256(_SALT + PASSWORD.encode()).digest()
        definitions = {
            "users": [{"name": USER, "password_hash": base64.b64encode(salted).decode(),
                       "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []}],
            "vhosts": [{"name": name} for name in self.virtual_hosts],
            "permissions": [{"user": USER, "vhost": name, "configure": ".*", "write": ".*",
                             "read": ".*"} for name in self.virtual_hosts]}
        (self.folder / "definitions.json").write_text(json.dumps(definitions))
        (self.folder / "rabbitmq.conf").write_text(
            _CONF.format(port=self.port, folder=self.folder))

    def wait(self):
        process.wait_until("RabbitMQ answers", self._answers, bound=_BOUND)

    def start(self):
        self.launch()
        self.wait()

    def _answers(self):
        """To a protocol that it does not speak it answers with its own, and hangs up."""
        status = self.process.poll()
        assert status is None, f"it has ended by itself, status {status}"
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            connection.sendall(b"AMQP\0\0\0\0")
            return connection.recv(4) == b"AMQP"

    def url(self, virtual_host):
        return f"rabbit://{USER}:{_ENCODED}@127.0.0.1:{self.port}/{virtual_host}"

    def kill(self):
        process.kill(self.process)

    def suspend(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        """The end of it, with its port mapper."""
        for one in (self.process, self._mapper):
            if one:
                process.kill(one)
