# SPDX-License-Identifier: Apache-2.0
"""A Muster under test: its folder, its configuration, its process, its answers."""
import os
import re
import signal
import subprocess

from . import process, web

# What the sanitizers and GLib say of a programmer's mistake.
_MISTAKES = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:"
                       r"|CRITICAL|assertion|stack smashing")
_END_BOUND = 8  # s for SIGTERM: shutdown_timeout and libvirt's farewells


class Muster:
    """options: of [muster], but for those of [DEFAULT], which stand in `default`, and those
    of other sections, {section: {option: value}}."""

    def __init__(self, binary, connect=(), default=None, sections=None, **options):
        self.binary = binary
        self.folder = process.new_folder()
        self.state = self.folder / "state"
        self.database = self.state / "muster.sqlite"
        self.conf = self.folder / "muster.conf"
        self.log_path = self.folder / "muster.log"
        self.log_from = 0  # where the log of the newest process begins
        self.port = process.free_port()
        self.process = None
        self.connect = list(connect)
        self.default = {"service_down_time": 60, **(default or {})}
        self.sections = sections or {}
        self.options = {"collect_interval": 1, **options}
        self.headers = {}  # of each request
        self.tls = None  # the client's SSLContext, where it serves HTTPS
        self.prefix = []  # a command that the server is run by
        self.arguments = []  # more of `muster serve`

    def write_conf(self):
        options = {"listen": f"127.0.0.1:{self.port}", "state_directory": self.state,
                   **self.options}
        lines = []
        for section, values in {"DEFAULT": self.default, **self.sections,
                                "muster": options}.items():
            lines += [f"[{section}]", *(f"{name} = {value}" for name, value in values.items())]
        lines += [f"connect = {uri}" for uri in self.connect or ["none"]]
        self.conf.write_text("\n".join(lines) + "\n")
        self.conf.chmod(0o600)  # it may hold a password

    def launch(self):
        """Starts the process and does not wait."""
        self.write_conf()
        self.log_from = self.log_path.stat().st_size if self.log_path.exists() else 0
        environment = {**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"}
        with self.log_path.open("ab") as log:
            self.process = process.start(
                [*self.prefix, self.binary, "serve", "--config", self.conf,
                 *self.arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)

    def start(self):
        self.launch()
        process.wait_until("muster answers /healthcheck", self._is_there)
        return self

    def _is_there(self):
        status = self.process.poll()
        if status is not None:
            self._forget()
            raise RuntimeError(f"muster has ended by itself, status {status}")
        return self.health().status in (200, 503)

    @property
    def log(self):
        """What this process has written; those before it on the same folder are left out."""
        if not self.log_path.exists():
            return ""
        return self.log_path.read_bytes()[self.log_from:].decode(errors="replace")

    def terminate(self):
        """Asks it to end, and holds it to an orderly and prompt end."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(_END_BOUND)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"SIGTERM: muster still runs after {_END_BOUND} s") from None
        finally:
            self._forget()
        assert status == 0, f"SIGTERM: muster's exit status is {status}"

    def kill(self):
        self.process.kill()
        self._forget()

    def _forget(self):
        process.kill(self.process)
        self.process = None

    def finish(self):
        """The end of a scenario."""
        if self.process:
            self.terminate()
        if self.log_path.exists():
            mistakes = [line for line in self.log_path.read_text(errors="replace").splitlines()
                        if _MISTAKES.search(line)]
            assert not mistakes, "muster's stderr:\n" + "\n".join(mistakes[:20])

    def restart(self):
        self.terminate()
        self.start()

    def command(self, *arguments, **options):
        """Runs `muster ARGUMENTS --config …`, the operator's side."""
        self.write_conf()
        return process.run(self.binary, *arguments, "--config", self.conf, **options)

    def get(self, path, version="2.88", **options):
        options = {"headers": self.headers, "tls": self.tls, **options}
        return web.get(self.port, "/v2.1" + path, version, **options)

    def hypervisors(self, version="2.88"):
        """Those that are listed, with their servers from 2.53 on, in full."""
        query = "?with_servers=true" if int(version.split(".")[1]) >= 53 else ""
        answer = self.get("/os-hypervisors/detail" + query, version)
        assert answer.status == 200, answer
        return answer.json()["hypervisors"]

    def hypervisor(self, hostname, version="2.88"):
        """The one of that hostname, or None."""
        return next((one for one in self.hypervisors(version)
                     if one["hypervisor_hostname"] == hostname), None)

    def count_files(self):
        """How many file descriptors it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_seconds(self):
        """Of all its threads, in user and kernel."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def count_threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def health(self):
        return web.get(self.port, "/healthcheck", tls=self.tls)
