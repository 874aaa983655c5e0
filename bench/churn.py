# SPDX-License-Identifier: Apache-2.0
"""Answers while the cloud changes: a Muster on its own that collects from 1,000 hosts of libvirt's test driver,
each of which reports every collect_interval, and of which 1 % are disabled or enabled each second."""
import contextlib
import json
import os
import random
import statistics
import threading
import time
import uuid

import clouds
from own_store import Collecting, Control, wait_for
from stage import START_TIMEOUT, tell
from tables import Part, at_most, figure, table
from turns import Contender, Samples, measure
from works import DETAIL, LIST, SHOW, Client, paths_of, request_headers, write_paths

HOSTS = clouds.SMALL
CHANGES = HOSTS // 100    # a second
CONNECTIONS = 255    # not 256: see README.md on connections
DOWN_TIME = 60    # s, the default: who does not report turns down
WORST = 5    # times p50: what p99 may be
QUIET, CHANGING = "heartbeats", "and changes"

NODE = """\
<node>
<cpu><mhz>2000</mhz><model>x86_64</model><active>8</active>
<nodes>1</nodes><sockets>1</sockets><cores>8</cores><threads>1</threads></cpu>
<memory>67108864</memory>
{domains}</node>
"""
DOMAIN = """\
<domain type="test"><name>guest-{number}</name><uuid>{uuid}</uuid><memory unit="MiB">1024</memory><vcpu>2</vcpu>\
<os><type>hvm</type></os></domain>
"""


def make_hosts(folder):
    """The URIs of hosts with servers."""
    chance = random.Random(1)
    for number in range(HOSTS):
        path = os.path.join(folder, f"host-{number}.xml")
        domains = "".join(DOMAIN.format(number=guest, uuid=uuid.UUID(int=chance.getrandbits(128), version=4))
                          for guest in range(clouds.SERVERS))
        with open(path, "w", encoding="ascii") as file:
            file.write(NODE.format(domains=domains))
        yield f"test://{path}"


class Changes:
    """Made one after the other, evenly, by a thread that runs as long as a `with` block."""

    def __init__(self, control, uuids):
        self.control = control
        self.uuids = uuids
        self.seconds = []    # that each took
        self.error = None
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()
        if self.error:
            raise self.error

    def _run(self):
        due = time.monotonic()
        number = 0
        while not self._ends.wait(max(0, due - time.monotonic())):
            due += 1 / CHANGES
            began = time.monotonic()
            try:
                # Each host twice, so that it is at the end as it was.
                self.control.do(("disable", "enable")[number % 2], self.uuids[number // 2 % len(self.uuids)])
            except (OSError, RuntimeError, ValueError) as error:
                self.error = error
                return
            self.seconds.append(time.monotonic() - began)
            number += 1


def list_uuids(port):
    with Client(port) as client:
        listed = json.loads(client.get(LIST.path, request_headers(LIST))[1])
    return [hypervisor["id"] for hypervisor in listed["hypervisors"]]


@contextlib.contextmanager
def collecting_server(stage):
    """(server, its folder), once all hosts have reported."""
    folder = stage.new_folder()
    connections = "".join(f"connect = {uri}\n" for uri in make_hosts(folder))
    conf = stage.write_conf(f"sqlite:///{folder}/own.db", folder, down_time=DOWN_TIME,
                            more=f"[muster]\n{connections}")
    with Collecting([*stage.server_prefix, stage.muster], conf, folder, timeout=START_TIMEOUT) as server:
        wait_for(f"{HOSTS} hosts report", lambda: len(list_uuids(server.port)) == HOSTS)
        yield server, folder


def take_turns_with_changes(stage, contender, control, uuids):
    """The samples with heartbeats alone, and with changes; the seconds that each change took."""
    samples = {QUIET: Samples(), CHANGING: Samples()}
    took = []
    for _ in range(stage.rounds):
        samples[QUIET].append(measure(contender, CONNECTIONS, stage.seconds, stage.client_prefix))
        with Changes(control, uuids) as changes:
            samples[CHANGING].append(measure(contender, CONNECTIONS, stage.seconds, stage.client_prefix))
        took += changes.seconds
    return samples, took


def run(stage):
    tell(f"  {HOSTS:,} hosts of libvirt's test driver report")
    rows, goals, took = [], [], []
    with collecting_server(stage) as (server, folder):
        uuids = list_uuids(server.port)
        for work in (SHOW, DETAIL):
            tell(f"  {work.name}, quiet and changing")
            paths_file = write_paths(paths_of(work, uuids), os.path.join(folder, "paths"))
            contender = Contender(server.port, server.pid, paths_file, request_headers(work))
            samples, seconds = take_turns_with_changes(stage, contender, Control(folder), uuids)
            took += seconds
            for name, of_name in samples.items():
                rows.append((work.name, name, of_name.spread(),
                             *(figure(of_name.median(field)) for field in ("p50", "p99", "p999")),
                             f"**{of_name.ratio(of_name, 'p99', 'p50'):.1f}**", figure(of_name.median("cpu"))))
            goals.append(at_most(f"{work.name}, {CONNECTIONS} clients, 1 % changes a second: p99 to p50", WORST,
                                 samples[CHANGING].ratio(samples[CHANGING], "p99", "p50"), "{:.1f}"))
    rate = len(took) / (2 * stage.rounds * stage.seconds)
    head = ("work at 2.88", "while", "answers/s", "p50 ms", "p99 ms", "p99.9 ms", "p99 to p50",
            "CPU µs an answer, with collecting")
    text = f"""Muster on its own, Keystone and policy. {HOSTS:,} hosts of libvirt's test driver with {clouds.SERVERS} \
servers each, all of which are collected and written every 10 s, on Muster's core too. A change is a host disabled or \
enabled over the control socket: {rate:.0f} a second were made, each told as done after {figure(1000 * statistics.median(took))} ms \
(median). {CONNECTIONS} connections.

{table(head, rows, texts=2)}"""
    return Part("While the cloud changes", text, goals)
