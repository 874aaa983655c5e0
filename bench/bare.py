# SPDX-License-Identifier: Apache-2.0
"""A peer: bare libmicrohttpd handing out one buffer, a port for each work. See bare.c."""
import os
import shlex
import statistics
import subprocess

from peer import Peer, shared_headers

HERE = os.path.dirname(os.path.abspath(__file__))


def compile_bare(directory):
    """The path of the program."""
    program = os.path.join(directory, "bare")
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libmicrohttpd"],
                           stdout=subprocess.PIPE, text=True, check=True)
    subprocess.run(["cc", "-O3", "-Wall", "-o", program, os.path.join(HERE, "bare.c"), *shlex.split(flags.stdout)],
                   check=True)
    return program


class Bare(Peer):
    name = "bare"

    def __init__(self, directory, prefix=()):
        super().__init__(directory)
        self.command = [*prefix, compile_bare(directory)]

    def add(self, port, headers, bodies):
        """Serves the body of median length at the port, whatever path is asked for."""
        size = statistics.median_low(sorted(map(len, bodies.values())))
        body = next(body for body in bodies.values() if len(body) == size)
        files = [os.path.join(self.directory, f"{port}.{what}") for what in ("head", "body")]
        with open(files[0], "w", encoding="utf-8") as file:
            file.write("".join(f"{name}: {value}\n" for name, value in shared_headers(headers)))
        with open(files[1], "wb") as file:
            file.write(body)
        self.command += [str(port), *files]
        self.ports.append(port)
