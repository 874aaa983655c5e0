# SPDX-License-Identifier: Apache-2.0
"""What an answer costs at 1,000, 10,000 and 100,000 hypervisors, and whether the largest cloud still holds
against the peers."""
import contextlib
import os

import clouds
from against_peers import OF_BARE, PEERS, goals_of
from arena import MUSTER, arena_of
from stage import tell
from tables import Part, at_most, figure, micros, table
from turns import Contender, take_turns
from works import DETAIL, LIST, LIST_SERVERS, RACK, SEARCH, SHOW, STATISTICS, UPTIME, Client, ask_all, paths_of, \
    request_headers, write_paths

SIZES = (clouds.SMALL, clouds.MIDDLE, clouds.LARGE)
WORKS = (SHOW, LIST, DETAIL, LIST_SERVERS, SEARCH, STATISTICS, UPTIME)
INDEPENDENT = (SHOW, DETAIL, STATISTICS, UPTIME)    # of the size, in CPU time
GROWTH = 1.25    # times as much at 100,000 still counts as that: more memory is less often in the caches
P50 = {SEARCH: 1000, STATISTICS: 50}    # µs for one client at 100,000


def start(stage, stack):
    """{size: (server, uuids)}, running until the stack is left: an idle one costs the others nothing."""
    servers = {clouds.SMALL: (arena_of(stage).guarded, arena_of(stage).uuids)}
    for size in SIZES[1:]:
        tell(f"a cloud of {size:,} hypervisors")
        cloud = stage.clouds.get(size)
        servers[size] = stack.enter_context(stage.muster_on(cloud.url)), cloud.uuids()
        warm(servers[size][0].port)
    return servers


def warm(port):
    """What is made at first use is made, of every hypervisor."""
    with Client(port) as client:
        for work in (DETAIL, DETAIL._replace(microversion=UPTIME.microversion), LIST, LIST_SERVERS):
            for _ in client.follow_pages(work):
                pass


def contenders_of(stage, servers, work):
    """By size."""
    contenders = {}
    for size, (server, uuids) in servers.items():
        paths = paths_of(work, uuids)
        ask_all(server.port, work, paths[:clouds.SMALL])
        paths_file = write_paths(paths, os.path.join(stage.new_folder(), "paths"))
        contenders[size] = Contender(server.port, server.pid, paths_file, request_headers(work))
    return contenders


def row_of(work, samples):
    cpus = [samples[size].median("cpu") for size in SIZES]
    return (work.name, work.microversion, *(micros(samples[size].median("p50")) for size in SIZES),
            *(micros(samples[size].median("p99")) for size in (SIZES[0], SIZES[-1])), *map(figure, cpus),
            f"**{samples[SIZES[-1]].ratio(samples[SIZES[0]], 'cpu'):.2f}**")


def goals_of_size(work, samples):
    largest = samples[clouds.LARGE]
    if work in P50:
        yield at_most(f"{work.name} among 100,000: p50 for one client, µs", P50[work],
                      1000 * largest.median("p50"), "{:,.0f}")
    if work in INDEPENDENT:
        yield at_most(f"{work.name}: CPU time at 100,000 to that at 1,000", GROWTH,
                      largest.ratio(samples[clouds.SMALL], "cpu"))


def measure_all(stage, servers):
    """(rows of one client's, rows against the peers, goals)"""
    rows, loaded, goals = [], [], []
    samples_of = {}
    for work in WORKS:
        tell(f"  {work.name} at each size")
        contenders = contenders_of(stage, servers, work)
        samples = take_turns(stage, contenders, 1)
        rows.append(row_of(work, samples))
        goals += goals_of_size(work, samples)
        if work in OF_BARE:
            peers = {name: arena_of(stage).contenders[work][name] for name in PEERS}
            against = take_turns(stage, {MUSTER: contenders[clouds.LARGE], **peers}, work.connections)
            samples_of[work] = against
            loaded.append((work.name, work.connections, *(against[name].spread() for name in (MUSTER, *PEERS)),
                           *(f"**{against[MUSTER].ratio(against[name], 'rate'):.2f}**" for name in PEERS),
                           " / ".join(figure(against[name].median("cpu")) for name in (MUSTER, *PEERS))))
    return rows, loaded, [*goals, *(goal._replace(what=f"{goal.what}, at 100,000") for goal in goals_of(samples_of))]


def run(stage):
    with contextlib.ExitStack() as stack:    # what comes after writes to the largest cloud
        rows, loaded, goals = measure_all(stage, start(stage, stack))
    sizes = [f"{size:,}" for size in SIZES]
    text = f"""One client, Keystone and policy. A show and an uptime are of any hypervisor of the cloud at random; a page \
is the first; a pattern finds {RACK} hypervisors in each.

{table(("work", "at", *(f"p50 µs, {size}" for size in sizes), *(f"p99 µs, {size}" for size in (sizes[0], sizes[-1])),
        *(f"CPU µs, {size}" for size in sizes), "100,000 to 1,000"), rows, texts=2)}

Muster at 100,000, against the peers with the answers of 1,000, who would be slower with more files:

{table(("work", "connections", "Muster, answers/s", *PEERS, "Muster to libmicrohttpd", "Muster to nginx",
        "CPU µs an answer: Muster / libmicrohttpd / nginx"), loaded)}"""
    return Part("Sizes", text, goals)
