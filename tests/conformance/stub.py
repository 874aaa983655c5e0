# SPDX-License-Identifier: Apache-2.0
"""replay.py's stub of Keystone, which runs as long as a `with` block."""
import contextlib
import os
import socket
import subprocess
import sys
import time

from server import free_port

REPLAY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "replay.py")
START_TIMEOUT = 10    # seconds


@contextlib.contextmanager
def keystone():
    """Its port on loopback, once it answers there."""
    port = free_port()
    process = subprocess.Popen([sys.executable, REPLAY, "keystone", str(port)], stdin=subprocess.DEVNULL)
    try:
        wait(port)
        yield port
    finally:
        process.kill()
        process.wait()


def wait(port):
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
