# SPDX-License-Identifier: Apache-2.0
"""The cloud of 1,000 hypervisors, and all who answer about it: Muster with Keystone and policy, Muster under
noauth, bare libmicrohttpd and nginx. Before anything is measured, all must have given the same answers."""
import functools
import os

import clouds
from bare import Bare
from nginx import Nginx
from peer import find_port, shared_headers
from stage import tell
from turns import Contender
from works import WORKS, ask_all, paths_of, request_headers, write_paths

MUSTER, NOAUTH, BARE, NGINX = "Muster", "noauth", "libmicrohttpd", "nginx"
CONSTANT = ("X-OpenStack-Request-Id", "X-Compute-Request-Id")    # of a peer; Muster makes them anew


def without_ids(headers):
    return [(name, value) for name, value in shared_headers(headers) if name not in CONSTANT]


def head_size(headers):
    return len("HTTP/1.1 200 OK\r\n\r\n") + sum(len(f"{name}: {value}\r\n") for name, value in headers.items())


class Arena:
    def __init__(self, stage):
        tell("the cloud of 1,000 hypervisors and who answers about it")
        cloud = stage.clouds.get(clouds.SMALL)
        self.uuids = cloud.uuids()
        self.guarded = stage.keep(stage.muster_on(cloud.url))
        self.plain = stage.keep(stage.muster_on(cloud.url, guarded=False))
        self.bare = Bare(stage.new_folder(), stage.server_prefix)
        self.nginx = Nginx(stage.new_folder(), stage.server_prefix)
        self.contenders = {}    # work -> {name: Contender}
        self.bytes = {}    # work -> of an answer's body
        self.heads = {}    # name -> bytes
        answers = {work: self.add(work, stage) for work in WORKS}
        stage.keep(self.bare)
        stage.keep(self.nginx)
        for work, (headers, bodies) in answers.items():
            self.meet(work, headers, bodies)
        self.check_guard()

    def add(self, work, stage):
        """Has the peers serve what Muster answers."""
        paths = paths_of(work, self.uuids)
        headers, bodies = ask_all(self.guarded.port, work, paths)
        self.bytes[work] = len(bodies[paths[0]])
        paths_file = write_paths(paths, os.path.join(stage.new_folder(), "paths"))
        ports = [find_port() for _ in range(2)]
        self.bare.add(ports[0], headers, bodies)
        self.nginx.add(ports[1], headers, bodies)
        self.contenders[work] = paths_file, ports
        return headers, bodies

    def meet(self, work, headers, bodies):
        """Who can be asked for the work; the others must answer as Muster did."""
        paths_file, (bare_port, nginx_port) = self.contenders[work]
        self.contenders[work] = {
            name: Contender(port, server.pid, paths_file, request_headers(work)) for name, server, port in (
                (MUSTER, self.guarded, self.guarded.port), (BARE, self.bare, bare_port),
                (NGINX, self.nginx, nginx_port), (NOAUTH, self.plain, self.plain.port))}
        self.heads.setdefault(MUSTER, head_size(headers))
        for name, contender in self.contenders[work].items():
            got_headers, got = ask_all(contender.port, work, list(bodies))
            self.heads.setdefault(name, head_size(got_headers))
            one_of_them = name == BARE and set(got.values()) <= set(bodies.values())
            # Links name the port that was asked.
            here, there = (f"127.0.0.1:{port}".encode() for port in (self.guarded.port, contender.port))
            same = one_of_them or got == bodies or name == NOAUTH and all(
                len(got[path]) == len(body) and got[path].replace(there, here) == body for path, body in bodies.items())
            if not same or without_ids(got_headers) != without_ids(headers):
                raise RuntimeError(f"{name} answers {work.name} at {work.microversion} otherwise than Muster: "
                                   f"{without_ids(got_headers)}; expected {without_ids(headers)}")

    def check_guard(self):
        """Keystone lets the token in, and nothing without it."""
        path = paths_of(WORKS[0], self.uuids)[0]
        if (status := self.guarded.get(path)[0]) != 401:
            raise RuntimeError(f"{path} without a token: {status}; expected 401")


@functools.cache
def arena_of(stage):
    """One for all sections."""
    return Arena(stage)
