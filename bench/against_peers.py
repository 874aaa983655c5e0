# SPDX-License-Identifier: Apache-2.0
"""Every work, against the peers and against the same Muster under noauth; and few and many connections."""
from arena import BARE, MUSTER, NGINX, NOAUTH, arena_of
from stage import tell
from tables import Part, at_least, figure, table
from turns import take_turns
from works import DETAIL, FEW, MANY, SHOW, WORKS

CONNECTIONS = (1, 16, 255, 256)    # 256 alone is special: README.md
NO_STALL = 0.8    # of the rate, with one connection more
OF_BARE = {SHOW: 0.8, DETAIL: 0.9}    # wanted, of the rate of bare libmicrohttpd
PEERS = (BARE, NGINX)


def label(work):
    return work.name, work.microversion


def rates(measured, arena):
    rows = []
    for work, samples in measured:
        muster = samples[MUSTER]
        rows.append((*label(work), f"{arena.bytes[work]:,}", *(samples[name].spread() for name in (MUSTER, *PEERS)),
                     *(f"**{muster.ratio(samples[name], 'rate'):.2f}**" for name in PEERS)))
    return table(("work", "at", "bytes", "Muster, answers/s", "libmicrohttpd", "nginx", "Muster to libmicrohttpd",
                  "Muster to nginx"), rows, texts=2)


def times(measured):
    """How long an answer takes, and what it costs."""
    names = (MUSTER, *PEERS)
    rows = [(*label(work),
             *(" / ".join(figure(samples[name].median(field)) for name in names)
               for field in ("p50", "p99", "p999", "cpu")),
             " / ".join(f"{samples[name].median('busy'):.0%}" for name in names)) for work, samples in measured]
    return table(("work", "at", "p50 ms: Muster / libmicrohttpd / nginx", "p99 ms", "p99.9 ms", "CPU µs an answer",
                  "server busy"), rows, texts=2)


def cost_of_asking(measured):
    rows = [(*label(work), samples[NOAUTH].spread(), samples[MUSTER].spread(),
             *(" / ".join(figure(samples[name].median(field)) for name in (NOAUTH, MUSTER))
               for field in ("p50", "cpu")),
             f"{samples[MUSTER].median('cpu') - samples[NOAUTH].median('cpu'):+.1f}") for work, samples in measured]
    return table(("work", "at", "noauth, answers/s", "Keystone and policy", "p50 ms: noauth / Keystone",
                  "CPU µs an answer", "more CPU µs"), rows, texts=2)


def goals_of(samples_of):
    """Of a show and of a page: {work: samples}."""
    for work, wanted in OF_BARE.items():
        for name, least in ((NGINX, 1), (BARE, wanted)):
            yield at_least(f"{work.name}: Muster's rate to {name}'s", least,
                           samples_of[work][MUSTER].ratio(samples_of[work][name], "rate"))


def run(stage):
    arena = arena_of(stage)
    measured = []
    for work in WORKS:
        tell(f"  {work.name}, {work.microversion}")
        measured.append((work, take_turns(stage, arena.contenders[work], work.connections)))
    heads = ", ".join(f"{arena.heads[name]} from {name}" for name in (MUSTER, *PEERS))
    text = f"""1,000 hypervisors; {MANY} connections for a show, statistics and an uptime, {FEW} for what is larger. \
Bytes are a body's; the head has {heads}. Muster asks Keystone who asks, the token known, with Nova's default policy.

{rates(measured, arena)}

{times(measured)}

The same Muster under noauth:

{cost_of_asking(measured)}"""
    return Part("Against libmicrohttpd and nginx", text, list(goals_of(dict(measured))))


def run_connections(stage):
    rows, goals = [], []
    for work in (SHOW, DETAIL):
        contenders = {name: arena_of(stage).contenders[work][name] for name in (MUSTER, *PEERS)}
        samples = None
        for connections in CONNECTIONS:
            tell(f"  {work.name}, {connections} connections")
            before, samples = samples, take_turns(stage, contenders, connections)
            rows.append((work.name, connections, samples[MUSTER].spread(),
                         *(f"**{samples[MUSTER].ratio(samples[name], 'rate'):.2f}**" for name in PEERS),
                         *(" / ".join(figure(samples[name].median(field)) for name in contenders)
                           for field in ("p50", "p99", "p999", "cpu"))))
        goals.append(at_least(f"{work.name}: Muster's rate with 256 connections to that with 255", NO_STALL,
                              samples[MUSTER].median("rate") / before[MUSTER].median("rate")))
    text = table(("work at 2.88", "connections", "Muster, answers/s", "to libmicrohttpd", "to nginx",
                  "p50 ms: Muster / libmicrohttpd / nginx", "p99 ms", "p99.9 ms", "CPU µs an answer"), rows)
    return Part("Connections", f"1,000 hypervisors, kept alive, Keystone and policy.\n\n{text}", goals)
