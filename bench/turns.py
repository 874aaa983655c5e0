# SPDX-License-Identifier: Apache-2.0
"""Measuring in turns: each contender once in every round, so that whatever else the machine does
meets all of them."""
import collections
import statistics

import wrk

# port: where it listens; pid: whose CPU time counts; paths_file, headers: what it is asked.
Contender = collections.namedtuple("Contender", "port pid paths_file headers")
Sample = collections.namedtuple("Sample", "rate p50 p99 p999 cpu busy")    # ms; CPU µs an answer; 0 to 1


class Samples(list):
    """A contender's, one of each round."""

    def median(self, field):
        return statistics.median(getattr(sample, field) for sample in self)

    def ratio(self, other, field, to=None):
        """To another's, of the same field or of `to`: the median of the rounds' ratios, each of two neighbours in
        time."""
        return statistics.median(getattr(one, field) / getattr(two, to or field) for one, two in zip(self, other))

    def spread(self, field="rate"):
        """The median, with the lowest and the highest."""
        values = [getattr(sample, field) for sample in self]
        return f"{statistics.median(values):,.0f} ({min(values):,.0f}..{max(values):,.0f})"


def measure(contender, connections, seconds, prefix):
    before = wrk.cpu_seconds(contender.pid)
    told = wrk.run(contender.port, contender.headers, contender.paths_file, connections, seconds, prefix)
    cpu = wrk.cpu_seconds(contender.pid) - before
    return Sample(told.requests / told.seconds, told.p50, told.p99, told.p999,
                  cpu * 1e6 / told.requests, cpu / told.seconds)


def take_turns(stage, contenders, connections, rounds=None, seconds=None):
    """The samples of each, by the name that it has in `contenders`."""
    samples = {name: Samples() for name in contenders}
    for _ in range(rounds or stage.rounds):
        for name, contender in contenders.items():
            samples[name].append(measure(contender, connections, seconds or stage.seconds, stage.client_prefix))
    return samples
