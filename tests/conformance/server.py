# SPDX-License-Identifier: Apache-2.0
"""A muster that runs as long as a `with` block: on loopback, on a port that
was free, without a collector, with a state directory of its own. The way out of
the block ends it by its pid and notes how it ended."""
import http.client
import os
import signal
import socket
import subprocess
import time

STOP_TIMEOUT = 60    # seconds; under a sanitizer the end takes longer


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, command, conf, directory, timeout=60):
        """command: the binary, after what it is run by, such as taskset; timeout: seconds
        that the server has until /healthcheck says 200."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = os.path.join(directory, f"muster-{self.port}.log")
        self.status = None
        self.timeout = timeout
        own = os.path.join(directory, "state.conf")
        with open(own, "w", encoding="utf-8") as file:
            file.write(f"[muster]\nstate_directory = {directory}/state\n")
        os.makedirs(os.path.join(directory, "state"), exist_ok=True)
        self.command = [*command, "serve", "--config", conf, "--config", own,
                        "--connect", "none", "--listen", f"127.0.0.1:{self.port}"]

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def wait(self):
        deadline = time.monotonic() + self.timeout
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                if self.get("/healthcheck")[0] == 200:
                    return
            except OSError:
                pass    # it does not listen yet
            time.sleep(0.05)
        how = "runs, unhealthy" if self.process.returncode is None else f"ended with {self.process.returncode}"
        raise RuntimeError(f"{' '.join(self.command)}\n{how}; expected 200 from /healthcheck within "
                           f"{self.timeout} s. Its log:\n{self.read_log()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.status = self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.status = self.process.wait()

    def get(self, path, headers=None):
        """(status, headers, body)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def read_log(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()
