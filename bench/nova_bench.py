# SPDX-License-Identifier: Apache-2.0
"""Muster beside a real Nova, on the same databases and in turns: how long one client waits for an
answer, how many eight clients get, and what it costs in CPU time; then the uptimes of a thousand
computes that have to be asked.

Two Musters run, one with max_staleness = 0, whose every answer waits for the databases, and one
with 5. Before a work is measured, both must answer it as Nova does.
"""
import collections
import http.client
import json
import math
import os
import statistics
import sys
import time

import nova_cloud
import wrk
from lab import nova
from lab.computes import UPTIME, Computes
from lab.muster import Muster

SIZES = (10, 1000, 10000)
SERVERS = 10    # a hypervisor
ASKED = 1000    # computes that are asked for their uptime
HUNG = 10
STALENESS = 5    # s
CLIENTS = 8
ROUNDS = 3
SECONDS = 1    # of a turn, at least
SLOW = 5    # s that Nova takes for an answer: one turn is enough
IDLE = 0.05    # CPU s in a fifth of a second: a Nova that does no more than that has nothing left to do

# down: whether the hosts are, so that their uptime is null and nobody is asked; many: it is
# measured with eight clients too.
Work = collections.namedtuple("Work", "name microversion path down many")
PAGE = "limit=1000"
WORKS = (
    Work("show", "2.53", "/v2.1/os-hypervisors/{uuid}", False, True),
    Work("list, a page", "2.53", f"/v2.1/os-hypervisors?{PAGE}", False, True),
    Work("list with servers, a page", "2.53", f"/v2.1/os-hypervisors?with_servers=true&{PAGE}", False, False),
    Work("detail, a page", "2.87", f"/v2.1/os-hypervisors/detail?{PAGE}", False, False),
    Work("detail, a page, all down", "2.88", f"/v2.1/os-hypervisors/detail?{PAGE}", True, False),
    Work("detail, all", "2.1", "/v2.1/os-hypervisors/detail", False, False),
    Work("statistics", "2.1", "/v2.1/os-hypervisors/statistics", False, False),
)
UPTIMES = Work("", "2.88", f"/v2.1/os-hypervisors/detail?{PAGE}", False, False)

Peer = collections.namedtuple("Peer", "port pid")
Sample = collections.namedtuple("Sample", "ms rate cpu database_cpu")    # CPU ms an answer


def request_headers(work):
    return {"Host": "nova.example.org:8774", "X-Auth-Token": "admin:admin", "Accept": "application/json",
            "OpenStack-API-Version": f"compute {work.microversion}"}


def ask(peer, work, path):
    """(seconds, status, body)"""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=wrk.LONGEST)
    try:
        connection.request("GET", path, headers=request_headers(work))
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    return time.monotonic() - began, response.status, body


def get(peer, work, path):
    """(seconds, the JSON); Nova has the servers of a hypervisor in no order."""
    took, status, body = ask(peer, work, path)
    if status != 200:
        raise RuntimeError(f"GET {path} at port {peer.port}: {status} {body[:200]}; expected 200")
    answer = json.loads(body)
    for hypervisor in answer.get("hypervisors", ()):
        hypervisor.get("servers", []).sort(key=lambda server: server["uuid"])
    return took, answer


class Bench:
    def __init__(self, muster, directory):
        self.muster = muster
        self.directory = directory
        self.lab = nova_cloud.start_nova()
        self.nova = Peer(self.lab.port, self.lab.api.pid)

    def start_muster(self, max_staleness):
        muster = Muster(self.muster, max_staleness=max_staleness, max_microversion=nova.LAST_MICROVERSION)
        muster.arguments = ["--config", self.lab.conf]
        muster.start()
        return muster, Peer(muster.port, muster.process.pid)

    def wait_for_nova(self):
        """wrk leaves when its time is over; Nova works on."""
        spent = math.inf
        while spent > IDLE:
            before = wrk.cpu_seconds(self.nova.pid)
            time.sleep(0.2)
            spent = wrk.cpu_seconds(self.nova.pid) - before

    def measure(self, peer, work, paths_file, connections, seconds):
        database = self.lab.mariadb.process.pid
        before, database_before = wrk.cpu_seconds(peer.pid), wrk.cpu_seconds(database)
        told = wrk.run(peer.port, request_headers(work), paths_file, connections, seconds)
        self.wait_for_nova()
        answers = told.requests + connections    # those that nobody waited for were made, too
        return Sample(told.p50, told.requests / told.seconds,
                      1000 * (wrk.cpu_seconds(peer.pid) - before) / answers,
                      1000 * (wrk.cpu_seconds(database) - database_before) / answers)

    def measure_in_turns(self, peers, work, paths, connections):
        """The samples of each peer."""
        took, expected = get(self.nova, work, paths[0])
        for peer in peers[1:]:
            if get(peer, work, paths[0])[1] != expected:
                raise RuntimeError(f"GET {paths[0]} at {work.microversion}: port {peer.port} and Nova differ")
        paths_file = os.path.join(self.directory, "paths")
        with open(paths_file, "w", encoding="ascii") as file:
            file.writelines(f"{path}\n" for path in paths)
        samples = [[] for _ in peers]
        for _ in range(1 if took > SLOW else ROUNDS):
            for peer, of_peer in zip(peers, samples):
                # At least one answer of Nova's, also where the machine is not quiet.
                enough = math.ceil(1 + took * max(1.5, connections / nova.PROCESSES)) if peer is self.nova else 0
                of_peer.append(self.measure(peer, work, paths_file, connections, max(SECONDS, enough)))
        return samples

    def compare(self, size):
        """(work, connections, samples) of each work on a cloud of that size."""
        print(f"{size:,} hypervisors", file=sys.stderr)
        nova_cloud.fill(self.lab, size, SERVERS, self.directory)
        musters = [self.start_muster(staleness) for staleness in (0, STALENESS)]
        peers = [self.nova, *(peer for _, peer in musters)]
        listed = get(self.nova, WORKS[1], WORKS[1].path)[1]["hypervisors"]
        for work in WORKS:
            print(f"  {work.name}, {work.microversion}", file=sys.stderr)
            (nova_cloud.set_down if work.down else nova_cloud.set_up)(self.lab)
            time.sleep(STALENESS)    # both have seen it
            paths = [work.path.format(uuid=one["id"]) for one in listed] if "{uuid}" in work.path else [work.path]
            for connections in (1, CLIENTS) if work.many else (1,):
                yield work, connections, self.measure_in_turns(peers, work, paths, connections)
        for muster, _ in musters:
            muster.terminate()

    def count_uptimes(self, peer):
        """(seconds, "N uptimes" or the status) of a page."""
        took, status, body = ask(peer, UPTIMES, UPTIMES.path)
        if status != 200:
            return took, f"{status}"
        told = [one["uptime"] for one in json.loads(body)["hypervisors"]]
        return took, f"{told.count(UPTIME):,} uptimes"

    def ask_anew(self):
        """What a Muster that knows no uptime yet takes, and then again."""
        muster, peer = self.start_muster(0)
        cold, warm = self.count_uptimes(peer), self.count_uptimes(peer)
        muster.terminate()
        return cold, warm

    def compare_uptimes(self):
        """(name, Nova's answer, Muster's cold, and warm), with all computes answering, and with some that hang."""
        print(f"the uptimes of {ASKED:,} computes", file=sys.stderr)
        nova_cloud.fill(self.lab, ASKED, SERVERS, self.directory)
        nova_cloud.forget_uptimes(self.lab)
        hosts = nova_cloud.hosts(self.lab)
        well, some = (Computes(self.lab.rabbitmq.url("cell1")) for _ in range(2))
        well.answer(hosts[HUNG:])
        some.answer(hosts[:HUNG])
        yield "all answer", *self.race()
        some.stop()    # their queues stay
        yield f"{HUNG} hang", *self.race()
        well.stop()

    def race(self):
        asked = [self.ask_anew() for _ in range(ROUNDS)]
        return self.count_uptimes(self.nova), *(sorted(answers)[ROUNDS // 2] for answers in zip(*asked))


def median(samples, field):
    return statistics.median(getattr(sample, field) for sample in samples)


def figure(value):
    """Three digits, or all that are before the point."""
    return f"{value:,.{max(0, 2 - math.floor(math.log10(value)))}f}" if value > 0 else "0"


def table_of_waits(rows):
    lines = ["| one client waits for | at | hypervisors | Nova, ms | Muster, strict, ms | ratio | Muster, 5 s, ms | ratio "
             "| CPU ms, Nova + MariaDB | Muster, strict + MariaDB |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for size, work, _, samples in rows:
        theirs, *ours = (median(of_peer, "ms") for of_peer in samples)
        cpu = [f"{figure(median(of_peer, 'cpu'))} + {figure(median(of_peer, 'database_cpu'))}" for of_peer in samples[:2]]
        waits = " | ".join(f"{figure(wait)} | **{figure(theirs / wait)}**" for wait in ours)
        lines.append(f"| {work.name} | {work.microversion} | {size:,} | {figure(theirs)} | {waits} | {' | '.join(cpu)} |")
    return "\n".join(lines)


def table_of_rates(rows):
    lines = [f"| {CLIENTS} clients get, a second | at | hypervisors | Nova | Muster, strict | ratio | Muster, 5 s | ratio |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for size, work, _, samples in rows:
        theirs, *ours = (median(of_peer, "rate") for of_peer in samples)
        rates = " | ".join(f"{figure(rate)} | **{figure(rate / theirs)}**" for rate in ours)
        lines.append(f"| {work.name} | {work.microversion} | {size:,} | {figure(theirs)} | {rates} |")
    return "\n".join(lines)


def table_of_uptimes(rows):
    lines = [f"| {ASKED:,} computes are asked | Nova | Muster, cold | warm |", "| --- | ---: | ---: | ---: |"]
    for name, *answers in rows:
        told = " | ".join(f"{figure(took)} s, {what}" for took, what in answers)
        lines.append(f"| {name} | {told} |")
    return "\n".join(lines)


def run(muster, directory, sizes=SIZES):
    """The tables."""
    bench = Bench(muster, directory)
    rows = [(size, *row) for size in sizes for row in bench.compare(size)]
    uptimes = list(bench.compare_uptimes())
    return f"""{SERVERS} servers a hypervisor, MariaDB on loopback, nova-api with {nova.PROCESSES} processes, noauth2 for \
both; nothing is bound to a core. Strict: max_staleness = 0. The median of {ROUNDS} turns of {SECONDS} s or more; where \
Nova takes more than {SLOW} s for an answer, of one turn.

{table_of_waits([row for row in rows if row[2] == 1])}

{table_of_rates([row for row in rows if row[2] == CLIENTS])}

A page of 1,000 details at 2.88, computes that have to be asked for their uptime over RabbitMQ, and one \
process of Python that answers for all. Nova takes one after the other, and its answer is a 500 when one has \
not answered in rpc_response_timeout ({nova.RPC_TIMEOUT} s here, 60 s by default); Muster's uptime_deadline is 3 s.

{table_of_uptimes(uptimes)}
"""
