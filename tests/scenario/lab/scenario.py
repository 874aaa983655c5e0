# SPDX-License-Identifier: Apache-2.0
"""The base of all scenarios: a test case that knows the binary and cleans up."""
import unittest

from . import libvirt, muster


class Scenario(unittest.TestCase):
    binary = None  # set by the runner
    maxDiff = None

    @classmethod
    def boot(cls, hostname):
        """A machine that serves all tests of the class."""
        machine = libvirt.Machine(hostname)
        cls.addClassCleanup(machine.stop)
        machine.start()
        return machine

    def setUp(self):
        self.musters = []  # the runner shows their logs where a test fails

    def new_muster(self, connect=(), **options):
        """One that is not started; held to an orderly end when the test ends."""
        one = muster.Muster(self.binary, connect, **options)
        self.musters.append(one)
        self.addCleanup(one.finish)
        return one

    def serve(self, connect=(), **options):
        return self.new_muster(connect, **options).start()
