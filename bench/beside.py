# SPDX-License-Identifier: Apache-2.0
"""Muster beside a Nova's MariaDB of 10,000 hypervisors, whose rows change as Nova changes them: strict
(max_staleness = 0), where an answer is no older than its request, and with answers that may be 5 s old."""
import contextlib
import functools
import os
import statistics
import subprocess
import threading
import time

import clouds
import wrk
from mariadb_server import MariaDB
from stage import tell
from tables import Part, at_least, at_most, figure, table
from turns import Contender, Samples, measure
from works import DETAIL, LIST, SHOW, STATISTICS, ask_all, paths_of, request_headers, write_paths

CLIENTS = 16
STALENESS = (0, 5)    # s
SHOWS = 5000    # a second, wanted of the strict one
CORES = 1    # of MariaDB's, at most
DOWN_TIME = 60    # s, the default: a host whose heartbeat stays away turns down
THREADS = 2    # http_threads, the default
HEARTBEAT = 10    # s between two of a host, Nova's report_interval
STEP = 0.1    # s between two transactions of the updater
WORKS = (SHOW, LIST, DETAIL, STATISTICS)
IDLE = 2    # s in which nobody asks

# What each host's service and, of some, its resource tracker write.
BEAT = ("UPDATE services SET report_count = report_count + 1, last_seen_up = UTC_TIMESTAMP(), "
        "updated_at = UTC_TIMESTAMP() WHERE id BETWEEN {first} AND {last};\n")
USE = ("UPDATE compute_nodes SET vcpus_used = (vcpus_used + 1) % 64, running_vms = (running_vms + 1) % 64, "
       "updated_at = UTC_TIMESTAMP() WHERE id = {id};\n")


class Updater:
    """All heartbeats and 1 % of the nodes, evenly, as long as a `with` block."""

    def __init__(self, mariadb, database, hosts):
        self.command = mariadb.command(database)
        self.hosts = hosts
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.client = subprocess.Popen(self.command, stdin=subprocess.PIPE, text=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()
        self.client.stdin.close()
        if self.client.wait() != 0:
            raise RuntimeError(f"the updater's client of MariaDB ended with {self.client.returncode}; expected 0")

    def _run(self):
        beats = int(self.hosts * STEP / HEARTBEAT)
        uses = int(self.hosts / 100 * STEP)
        due, step = time.monotonic(), 0
        while not self._ends.wait(max(0, due - time.monotonic())):
            first = step * beats % self.hosts + 1
            # Far apart, so that most pages have some.
            ids = [(step * uses + number) * 7919 % self.hosts + 1 for number in range(uses)]
            with contextlib.suppress(BrokenPipeError):    # it ended, which __exit__ tells
                self.client.stdin.write("BEGIN;\n" + BEAT.format(first=first, last=first + beats - 1)
                                        + "".join(USE.format(id=id_) for id_ in ids) + "COMMIT;\n")
                self.client.stdin.flush()
            due += STEP
            step += 1


@functools.cache
def mariadb_of(stage):
    """One for all sections."""
    return stage.keep(MariaDB(os.path.join(stage.clouds.directory, "mariadb"), stage.new_folder()))


def cores_while(mariadb, action):
    """(what the action gives, how many cores MariaDB used)."""
    before, began = wrk.cpu_seconds(mariadb.pid), time.monotonic()
    got = action()
    return got, (wrk.cpu_seconds(mariadb.pid) - before) / (time.monotonic() - began)


class Bench:
    def __init__(self, stage):
        self.stage = stage
        self.mariadb = mariadb_of(stage)
        cloud = stage.clouds.get(clouds.MIDDLE)
        self.cell, self.api = self.mariadb.fill(cloud)
        self.uuids = cloud.uuids()
        self.rows, self.goals = [], []

    def measure(self, contender, connections):
        """Nothing is bound to a core, since there are three: Muster, MariaDB and wrk."""
        return cores_while(self.mariadb, lambda: measure(contender, connections, self.stage.seconds, ()))

    def compare(self, work, servers):
        paths = paths_of(work, self.uuids)
        paths_file = write_paths(paths, os.path.join(self.stage.new_folder(), "paths"))
        contenders = {}
        for staleness, server in servers.items():
            ask_all(server.port, work, paths[:1])
            contenders[staleness] = Contender(server.port, server.pid, paths_file, request_headers(work))
        samples = {(staleness, clients): [] for staleness in contenders for clients in (1, CLIENTS)}
        for _ in range(self.stage.rounds):
            for (staleness, clients), of_both in samples.items():
                of_both.append(self.measure(contenders[staleness], clients))
        for (staleness, clients), of_both in samples.items():
            self.tell(work, staleness, clients, Samples(sample for sample, _ in of_both),
                      [cores for _, cores in of_both])

    def tell(self, work, staleness, clients, samples, cores):
        self.rows.append((work.name, work.microversion, staleness, clients, samples.spread(),
                          *(figure(samples.median(field)) for field in ("p50", "p99", "p999", "cpu")),
                          f"{statistics.median(cores):.2f} ({min(cores):.2f}..{max(cores):.2f})"))
        if staleness == 0 and clients == CLIENTS:
            if work is SHOW:
                self.goals.append(at_least("beside MariaDB, strict, 16 clients: shows a second", SHOWS,
                                           samples.median("rate"), "{:,.0f}"))
            if work is LIST:
                self.goals.append(at_most("beside MariaDB, strict lists, 16 clients: MariaDB's cores", CORES,
                                          statistics.median(cores)))

    def run(self):
        options = {"beside": True, "prefix": (), "threads": THREADS, "down_time": DOWN_TIME}
        with contextlib.ExitStack() as stack:
            stack.enter_context(Updater(self.mariadb, self.cell, clouds.MIDDLE))
            _, idle = cores_while(self.mariadb, lambda: time.sleep(IDLE))
            servers = {staleness: stack.enter_context(
                self.stage.muster_on(self.mariadb.url(self.api), staleness=staleness, **options))
                for staleness in STALENESS}
            for work in WORKS:
                tell(f"  {work.name}, strict and not")
                self.compare(work, servers)
        return idle


def run(stage):
    bench = Bench(stage)
    idle = bench.run()
    head = ("work", "at", "max_staleness, s", "clients", "answers/s", "p50 ms", "p99 ms", "p99.9 ms",
            "Muster's CPU µs an answer", "MariaDB's cores")
    text = f"""10,000 hypervisors with {clouds.SERVERS} servers each in one cell, MariaDB on loopback, Keystone and \
policy; nothing is bound to a core. All hosts beat every {HEARTBEAT} s and 1 % of the nodes change each second, which takes \
{idle:.2f} of MariaDB's cores while no Muster runs. For one client, p50 of a strict list is the time of one refresh.

{table(head, bench.rows, texts=2)}"""
    return Part("Beside MariaDB", text, bench.goals)
