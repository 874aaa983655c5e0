# SPDX-License-Identifier: Apache-2.0
"""bench/results.md: two halves, of a run and of one with --nova; each run writes its own."""
import datetime
import os
import platform
import re
import subprocess
import time

from tables import Part, table_of_goals

HERE = os.path.dirname(os.path.abspath(__file__))
PATH = os.path.join(HERE, "results.md")
TITLE = "# Results of bench/run\n"
NOVA = "Beside Nova"


def output_of(*command):
    """The first line."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd=HERE)
    except OSError:
        return "unknown"
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "unknown"


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"^model name\s*: (.*)", file.read(), re.MULTILINE)
    return f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}"


def versions(muster):
    return ", ".join((
        f"{output_of(muster, '--version')} (commit {output_of('git', 'rev-parse', '--short', 'HEAD')})",
        f"libmicrohttpd {output_of('pkg-config', '--modversion', 'libmicrohttpd')}",
        output_of("nginx", "-v").removeprefix("nginx version: "),
        output_of("mariadbd", "--version").split(" for ")[0].removeprefix("mariadbd  Ver "),
        output_of("wrk", "-v").split(" Copyright")[0]))


class Conditions:
    """What was measured, on what, how busy that was, and how long it took."""

    def __init__(self):
        self.load = os.getloadavg()[0]
        self.began = time.monotonic()

    def describe(self, muster):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        return (f"{today}. {machine()}. {versions(muster)}. Load average at the start: {self.load:.1f}. "
                f"It took {(time.monotonic() - self.began) / 60:.0f} min.")


def nova_part(text):
    return Part(NOVA, text, [])


def format_run(parts, conditions, args):
    goals = [goal for part in parts for goal in part.goals]
    texts = [f"## {part.title}\n\n{part.text.rstrip()}\n" for part in parts]
    if parts[0].title == NOVA:
        texts[0] = f"## {NOVA}\n\n{conditions}\n\n{parts[0].text.rstrip()}\n"
    else:
        texts.insert(0, f"## Goals\n\n{conditions} {args.rounds} rounds of {args.seconds} s each, in turns; medians, "
                        f"in brackets the lowest and the highest.\n\n{table_of_goals(goals)}\n")
    return "\n".join(texts)


def write(text, keep_nova):
    """In the place of the half of that kind; the other stays."""
    with open(PATH, encoding="utf-8") as file:
        _, *old = re.split(r"^(?=## )", file.read(), flags=re.MULTILINE)
    nova = [part for part in old if part.startswith(f"## {NOVA}\n")]
    others = [part for part in old if part not in nova]
    halves = [text, *nova] if keep_nova else [*others, text]
    with open(PATH, "w", encoding="utf-8") as file:
        file.write("\n".join([TITLE, *(half.strip() + "\n" for half in halves)]))
