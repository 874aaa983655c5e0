# SPDX-License-Identifier: Apache-2.0
"""Clients of the API: a request at a time, a thread that keeps asking, and bytes
as they are for what no HTTP library would send."""
import http.client
import json
import socket
import threading
import time

from . import process


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:200]}"


def ask(port, method, path, headers=None, body=None, tls=None, within=process.PROMPT):
    """An answer that takes longer than `within` seconds is a failure. tls: an SSLContext
    where it is HTTPS."""
    began = time.monotonic()
    if tls:
        connection = http.client.HTTPSConnection("localhost", port, timeout=within, context=tls)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=within)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
    finally:
        connection.close()
    took = time.monotonic() - began
    assert took < within, f"{method} {path}: answered after {took:.2f} s"
    return answer


def get(port, path, version="2.88", headers=None, **options):
    """Asks at a microversion."""
    headers = {"OpenStack-API-Version": f"compute {version}", **(headers or {})}
    return ask(port, "GET", path, headers, **options)


def send(port, request, wait=5.0):
    """Sends bytes and gives the answer's status and body; the server may close first."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        try:
            connection.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it refused before it had read all; the answer may still be there
        response = http.client.HTTPResponse(connection)
        response.begin()
        return Answer(response.status, response.headers, response.read())


class Poller(threading.Thread):
    """Keeps asking for some paths until it is stopped. Each answer must be prompt, a 200,
    and as `is_right` wants it; at the end the first that was not is a failure."""

    def __init__(self, port, paths, is_right=lambda answer: True, **options):
        super().__init__(daemon=True)
        self.options = options  # of get()
        self.port = port
        self.paths = paths
        self.is_right = is_right
        self.answers = 0
        self.failure = None
        self._enough = threading.Event()

    def run(self):
        while not self._enough.wait(0.05) and not self.failure:
            for path in self.paths:
                self._ask(path)

    def _ask(self, path):
        try:
            answer = get(self.port, path, **self.options)
        except (OSError, AssertionError, http.client.HTTPException) as error:
            self.failure = f"GET {path}: {error!r}"
            return
        self.answers += 1
        if answer.status != 200 or not self.is_right(answer):
            self.failure = f"GET {path}: {answer.status} {answer.body}"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self._enough.set()
        self.join()
        if kind is None:
            assert not self.failure, self.failure
            assert self.answers > 0, "the poller has asked nothing"
