# SPDX-License-Identifier: Apache-2.0
"""What a large cloud takes: memory, the start, and the time until a change shows. 100,000 hypervisors have
2,000,000 servers."""
import contextlib
import re
import statistics
import time

import clouds
from beside import mariadb_of
from own_store import Control, owned
from stage import START_TIMEOUT, tell
from tables import Part, at_most, figure, table
from works import API, PAGE, SHOW, Client, Work, request_headers

from server import Server    # of tests/conformance

MEMORY = 1024    # MiB at most
STARTS = {clouds.SMALL: 7, clouds.LARGE: 3}    # measured
SQLITE = {clouds.SMALL: 0.05, clouds.LARGE: 2}    # s, wanted from there until the first answer
MARIADB = {clouds.SMALL: None, clouds.LARGE: 5}
CHANGE = 5    # ms at most until an answer shows it
CHANGES = 20
FIRST = Work("the first answer", "2.53", f"{API}?limit=1", 1)
POLL = 0.001    # s

# Every shape that a microversion has, of every hypervisor. Before 2.33 there are no pages.
SHAPES = (
    *(Work("", version, f"{API}{detail}", 1) for version in ("2.1",) for detail in ("", "/detail")),
    *(Work("", version, f"{API}{detail}?{servers}{PAGE}", 1) for version in ("2.33", "2.53", "2.75", "2.88")
      for detail in ("", "/detail") for servers in ("", "with_servers=true&") if version != "2.33" or not servers),
)


class Timed(Server):
    """Knows in `took` how many seconds passed until the first answer."""

    def __init__(self, command, conf, folder):
        super().__init__(command, conf, folder)
        self.folder = folder

    def __enter__(self):
        self.began = time.monotonic()
        return super().__enter__()

    def wait(self):
        while self.process.poll() is None and time.monotonic() < self.began + START_TIMEOUT:
            with contextlib.suppress(OSError, RuntimeError), Client(self.port) as client:
                client.get(FIRST.path, request_headers(FIRST))
                self.took = time.monotonic() - self.began
                return
            time.sleep(POLL)
        raise RuntimeError(f"{' '.join(self.command)}: no answer within {START_TIMEOUT} s\n{self.read_log()}")


def start(stage, url, **options):
    """To be entered. On all cores: nobody else is measured meanwhile."""
    folder = stage.new_folder()
    return Timed([stage.muster], stage.write_conf(url, folder, guarded=False, **options), folder)


def start_often(stage, size, url, **options):
    """The seconds that it took."""
    took = []
    for _ in range(STARTS[size] if stage.rounds > 1 else 1):
        with start(stage, url, **options) as server:
            took.append(server.took)
    return took


def read_memory(pid):
    """MiB that are resident."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return int(re.search(r"^VmRSS:\s+(\d+) kB", file.read(), re.MULTILINE).group(1)) / 1024


def ask_every_shape(port):
    """How many bytes were answered."""
    with Client(port) as client:
        return sum(len(body) for work in SHAPES for body in client.follow_pages(work))


def measure_memory(stage, cloud):
    tell("  memory at 100,000")
    with start(stage, cloud.url) as server:
        cold = read_memory(server.pid)
        asked = ask_every_shape(server.port)
        warm = read_memory(server.pid)
    text = table(("resident, MiB", "after the start", "after every shape of every hypervisor"),
                 [("100,000 hypervisors, 2,000,000 servers", figure(cold), figure(warm))])
    return (f"{text}\n\nThe shapes of all hypervisors were {asked / 2**20:,.0f} MiB of answers.",
            [at_most("resident memory at 100,000, after the start, MiB", MEMORY, cold, "{:,.0f}")])


def measure_starts(stage):
    rows, goals = [], []
    for size in (clouds.SMALL, clouds.LARGE):
        cloud = stage.clouds.get(size)
        mariadb = mariadb_of(stage)
        cell, api = mariadb.fill(cloud)
        for source, url, wanted, options in (
                ("SQLite", cloud.url, SQLITE[size], {}),
                ("MariaDB, read as a store", mariadb.url(cell), MARIADB[size], {}),
                ("MariaDB, beside Nova", mariadb.url(api), MARIADB[size], {"beside": True})):
            tell(f"  start at {size:,} from {source}")
            took = start_often(stage, size, url, **options)
            rows.append((source, f"{size:,}", *map(figure, (statistics.median(took), min(took), max(took)))))
            if wanted:
                goals.append(at_most(f"start from {source} at {size:,}, s", wanted, statistics.median(took), "{:.3f}"))
    return table(("start to the first answer from", "hypervisors", "s", "least", "most"), rows), goals


def show_until(client, uuid, status):
    """Asks until the hypervisor has that status."""
    path = SHOW.path.format(uuid=uuid)
    wanted = f'"status": "{status}"'.encode()
    while wanted not in client.get(path, request_headers(SHOW))[1]:
        pass


def measure_changes(stage, cloud):
    """Each from the moment at which the command is sent; the seconds, sorted."""
    tell("  changes at 100,000")
    enabled = [uuid for uuid, in cloud.select(
        "SELECT compute_nodes.uuid FROM compute_nodes JOIN services USING (host) "
        f"WHERE NOT disabled AND topic = 'compute' LIMIT {CHANGES // 2}")]
    took = []
    with owned(stage, cloud), start(stage, cloud.url) as server, Client(server.port) as client:
        control = Control(server.folder)
        for uuid in enabled:
            for action, status in (("disable", "disabled"), ("enable", "enabled")):
                began = time.monotonic()
                with control.begin(action, uuid) as wait:
                    show_until(client, uuid, status)
                    took.append(time.monotonic() - began)
                    wait()
    return took


def run(stage):
    cloud = stage.clouds.get(clouds.LARGE)
    memory, goals = measure_memory(stage, cloud)
    took = [1000 * one for one in measure_changes(stage, cloud)]
    changes = table(("ms from a change to the first answer that shows it", "median", "least", "most"),
                    [("`muster host` on a store of Muster's own, 100,000 hypervisors",
                      *map(figure, (statistics.median(took), min(took), max(took))))])
    goals.append(at_most("a change at 100,000 until an answer shows it, ms", CHANGE, statistics.median(took), "{:.1f}"))
    starts, more = measure_starts(stage)
    text = f"""All cores, noauth. The databases' files are in the memory of the machine.

{memory}

{starts}

{changes}"""
    return Part("Footprint", text, goals + more)
