# SPDX-License-Identifier: Apache-2.0
"""What nginx and the bare library have in common: a folder, ports on loopback, one process that runs as
long as a `with` block and is ended by its pid."""
import contextlib
import itertools
import os
import random
import socket
import subprocess
import time

START_TIMEOUT = 10    # s
STOP_TIMEOUT = 10    # s

# A server sends these in its own way.
OWN_HEADERS = {"connection", "content-length", "date", "server"}


_ports = itertools.count(random.randrange(10000, 20000))


def find_port():
    """A free one below those from which the kernel gives clients theirs: between now and the start of
    who is to listen there, thousands of connections are made."""
    for port in _ports:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def shared_headers(headers):
    """(name, value) of those that a peer is to send as Muster does, in a fixed order."""
    return sorted((name, value) for name, value in headers.items() if name.lower() not in OWN_HEADERS)


def stop(process):
    """Ends it by its pid, and reaps it."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Peer:
    """Who derives from it sets `command`, and adds to `ports` what is served."""

    name = ""    # as the tables call it

    def __init__(self, directory):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self.ports = []
        self.command = []

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)
        try:
            for port in self.ports:
                self.wait(port)
        except BaseException:
            stop(self.process)
            raise
        return self

    def __exit__(self, *_):
        stop(self.process)

    @property
    def pid(self):
        return self.process.pid

    def wait(self, port):
        deadline = time.monotonic() + START_TIMEOUT
        while self.process.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not listen on 127.0.0.1:{port}; expected it within {START_TIMEOUT} s")
