# SPDX-License-Identifier: Apache-2.0
"""Processes and folders that do not outlive their scenario.

Whatever is started is ended by its pid: in the scenario's clean-up, at the
runner's exit, and, where the runner itself is killed, by the kernel
(PR_SET_PDEATHSIG). That signal comes when the *thread* that started the process
ends, so processes which are to stay are started from the main thread.
"""
import atexit
import contextlib
import ctypes
import datetime
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

PROMPT = 1.0  # s: an answer that takes longer is a hang

# The environment of Debian's own Python programs, whatever else is installed.
SYSTEM = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_folders = []
_running = []


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def start(arguments, **options):
    """A Popen that ends with us at the latest; in a group of its own, so that a
    Ctrl-C at the terminal reaches the runner alone."""
    process = subprocess.Popen([str(argument) for argument in arguments],
                               preexec_fn=_die_with_parent, process_group=0, **options)
    _running.append(process)
    return process


def kill(process, within=0):
    """Ends it, stopped or not, and reaps it; `within` seconds it may do so by itself."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(within)
    if process.poll() is None:
        process.kill()
    process.wait()
    if process in _running:
        _running.remove(process)


def run(*arguments, **options):
    """Runs a command to its end and gives what it printed; fails where it fails."""
    options = {"timeout": 60, "check": True, "env": {**os.environ, "LC_ALL": "C.UTF-8"},
               **options}
    try:
        done = subprocess.run([str(argument) for argument in arguments], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, **options)
    except subprocess.CalledProcessError as error:
        raise AssertionError(
            f"{' '.join(error.cmd)}: status {error.returncode}\n{error.stdout}{error.stderr}"
        ) from None
    return done if not options["check"] else done.stdout


def new_folder():
    """A folder that is removed at the runner's exit."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="muster-scenario-"))
    _folders.append(folder)
    return folder


def free_port():
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children_of(pid):
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in children.read_text().split()]


def parse_utc(text):
    """Seconds since the epoch of a time as Muster prints it."""
    moment = datetime.datetime.fromisoformat(text)
    return moment.replace(tzinfo=datetime.timezone.utc).timestamp()


@contextlib.contextmanager
def open_database(path):
    """To look into a store, whether or not a server holds it."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        yield database


def wait_until(what, condition, bound=10.0):
    """Asks until the condition holds and gives what it gave; fails, saying what was
    waited for, after `bound` seconds. What the condition last raised is told too."""
    end = time.monotonic() + bound
    trouble = None
    while True:
        try:
            answer = condition()
            trouble = None
        except (AssertionError, OSError) as error:
            answer, trouble = None, error
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {bound:g} s for: {what}"
                                 + (f" ({trouble})" if trouble else ""))
        time.sleep(0.02)


def _clean_up():
    for process in list(_running):
        kill(process)
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)


atexit.register(_clean_up)
