# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy on loopback between a server and those who reach it through here: it makes the
server be away for them (nothing listens, and what was open is closed), hang (connections
are taken, and nothing comes back) or drip (its answers come a byte at a time, with pauses) while
all others go on reaching it."""
import contextlib
import socket
import threading

from . import process

_CHUNK = 65536
_PAUSE = 0.2  # s between two bytes where it drips: no wait for the next one is long


class _Pace:
    """How the bytes of some connections pass."""

    def __init__(self):
        self.flowing = threading.Event()
        self.fast = threading.Event()
        self.restore()

    def restore(self):
        self.flowing.set()
        self.fast.set()

    def send(self, target, data, is_answer):
        self.flowing.wait()
        while data and is_answer and not self.fast.is_set():
            target.sendall(data[:1])
            data = data[1:]
            self.fast.wait(_PAUSE)
        target.sendall(data)


class TcpProxy:
    def __init__(self, server_port):
        self.server_port = server_port
        self.port = process.free_port()
        self._listener = None
        self._ends = set()  # the sockets of what is open
        self._pace = _Pace()
        self._left = []  # paces of what was open before

    def open(self):
        """Also after cut(), hang() and drip()."""
        self._restore()
        if not self._listener:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def cut(self):
        listener, self._listener = self._listener, None
        if listener:
            _shut(listener)
        for end in list(self._ends):
            _shut(end)
        self._restore()

    def _restore(self):
        for pace in (self._pace, *self._left):
            pace.restore()
        self._left.clear()

    def hang(self):
        self._pace.flowing.clear()

    def drip(self):
        self._pace.fast.clear()

    def leave(self):
        """What is open goes on to hang or drip, and what comes from now on is served."""
        self._left.append(self._pace)
        self._pace = _Pace()

    def _accept(self, listener):
        with listener, contextlib.suppress(OSError):  # it is shut down in the end
            while True:
                near, _ = listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self.server_port))
                except OSError:
                    near.close()
                    continue
                for source, target in ((near, far), (far, near)):
                    self._ends.add(source)
                    threading.Thread(target=self._pass, daemon=True, args=[
                        source, target, self._pace, source is far]).start()

    def _pass(self, source, target, pace, is_answer):
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                pace.send(target, data, is_answer)
        _shut(target)
        self._ends.discard(source)
        source.close()


def _shut(end):
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
