# SPDX-License-Identifier: Apache-2.0
"""wrk, and what it told."""
import collections
import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
LONGEST = 300    # s for an answer: Nova's may take long

Told = collections.namedtuple("Told", "requests seconds p50 p99 p999")    # p…: ms


def cpu_seconds(pid):
    """Of a process and its children (nginx's worker, those of nova-api)."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        pids = [pid, *file.read().split()]
    ticks = 0
    for each in pids:
        with open(f"/proc/{each}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])    # utime, stime: proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")


def run(port, headers, paths_file, connections, seconds, prefix=()):
    """One thread that asks for the paths of a file at random."""
    command = [*prefix, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", f"{LONGEST}s",
               "-s", os.path.join(HERE, "requests.lua")]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run([*command, f"http://127.0.0.1:{port}", "--", paths_file],
                          stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    if told["errors"] or not told["requests"]:
        raise RuntimeError(f"{paths_file} at port {port}: {told}; expected requests, and no errors")
    return Told(told["requests"], told["seconds"], *(told[name] / 1000 for name in ("p50", "p99", "p999")))
