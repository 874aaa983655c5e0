# SPDX-License-Identifier: Apache-2.0
"""The base of the scenarios beside a real Nova, which they share: each class finds it without hosts
but for the one of nova-compute."""
from . import keystone, nova
from .rows import CELL1, CELL2, table
from .scenario import Scenario

_TABLES = ("services", "compute_nodes", "instances")


class NovaScenario(Scenario):
    @classmethod
    def setUpClass(cls):
        cls.nova = nova.start()
        cls.rows = cls.nova.rows
        cls.clear()
        cls.token = cls.nova.keystone.log_in(keystone.ADMIN, keystone.ADMIN)

    @classmethod
    def clear(cls):
        for cell in (CELL1, CELL2):
            for name in _TABLES:
                cls.rows.delete(table(cell, name), f"host <> '{nova.HOST}'")
        cls.rows.delete("nova_api.host_mappings", f"host <> '{nova.HOST}'")
        for name in ("aggregate_hosts", "aggregate_metadata", "aggregates"):
            cls.rows.delete(f"nova_api.{name}", "TRUE")

    def new_beside(self, **options):
        """A Muster with nova-api's nova.conf, that is not started."""
        muster = self.new_muster(max_microversion=nova.LAST_MICROVERSION, **options)
        muster.arguments = ["--config", self.nova.conf, "--verbose"]
        muster.headers = {"X-Auth-Token": self.token}
        return muster

    def serve_beside(self, **options):
        return self.new_beside(**options).start()
