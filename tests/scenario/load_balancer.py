# SPDX-License-Identifier: Apache-2.0
"""Muster and nova-api behind a real HAProxy and a real nginx, with the configurations that
docs/beside-nova.md prints, and the clients that people have before them: hypervisors are Muster's
business and all else Nova's, and without Muster all is Nova's."""
import json
import re
import textwrap

from lab import balancer, keystone, nova, process, web
from lab.nova_scenario import NovaScenario
from lab.rows import CELL1, CELL2

WITHIN = 30  # s for an answer of Nova's
LIST = "/v2.1/os-hypervisors"

# What Horizon's panel of hypervisors asks novaclient (openstack_dashboard/api/nova.py:
# hypervisor_list, hypervisor_stats, service_list, hypervisor_search).
HORIZON = textwrap.dedent("""\
    import json, os, sys
    from keystoneauth1 import loading, session
    from novaclient import client
    names = ("auth_url", "username", "password", "project_name", "user_domain_name",
             "project_domain_name")
    auth = loading.get_plugin_loader("password").load_from_options(
        **{name: os.environ["OS_" + name.upper()] for name in names})
    nova = client.Client("2.1", session=session.Session(auth=auth))
    hypervisors = nova.hypervisors.list()
    print(json.dumps({
        "hypervisors": [one.hypervisor_hostname for one in hypervisors],
        "count": nova.hypervisors.statistics().count,
        "servers": [len(one.servers) for one in nova.hypervisors.search("cmp-31", True)],
        "services": sorted(one.host for one in nova.services.list(binary="nova-compute"))}))
    """)


class Balanced:
    """The tests of either; which one is what a subclass says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows.add_hosts(CELL1, "cmp-30")
        cls.rows.add_hosts(CELL2, "cmp-31")
        cls.rows.add_servers(CELL2, "cmp-31", 2)

    def setUp(self):
        super().setUp()
        self.muster = self.serve_beside()
        self.balancer = self.kind(self.muster.port, self.nova.port)
        self.addCleanup(self.balancer.stop)
        self.balancer.start()
        self.nova.keystone.point_compute_to(f"http://127.0.0.1:{self.balancer.port}/v2.1")
        self.environment = self.nova.keystone.environment(keystone.ADMIN, keystone.ADMIN)

    def openstack(self, *words, version="2.87"):
        told = process.run("openstack", "--os-compute-api-version", version, *words, "-f", "json",
                           env=self.environment)
        return json.loads(told)

    def get(self, path, version="2.53"):
        return web.get(self.balancer.port, path, version, {"X-Auth-Token": self.token},
                       within=WITHIN)

    def count_asked(self):
        """The requests that Muster has had, but for what asks whether it is there."""
        return len(re.findall(r'"GET /(?!healthcheck)', self.muster.log))

    def check_clients(self):
        listed = self.openstack("hypervisor", "list")
        self.assertEqual([one["Hypervisor Hostname"] for one in listed],
                         ["compute-real", "cmp-30.example", "cmp-31.example"])
        shown = self.openstack("hypervisor", "show", nova.HOST)  # it has an uptime
        self.assertEqual(shown["id"], listed[0]["ID"])
        self.assertEqual(self.openstack("hypervisor", "stats", "show")["count"], 3)
        self.assertEqual(self.openstack("server", "list"), [])
        self.assertIn(listed[1]["ID"], process.run("nova", "hypervisor-list",
                                                   env=self.environment))
        horizon = json.loads(process.run("/usr/bin/python3", "-c", HORIZON, env=self.environment))
        names = [one["Hypervisor Hostname"] for one in listed]
        self.assertEqual(horizon, {"hypervisors": names, "count": 3, "servers": [2],
                                   "services": ["cmp-30", "cmp-31", "compute-real"]})

    def test_clients_notice_nothing(self):
        self.check_clients()
        self.assertGreater(self.count_asked(), 0)
        asked = re.findall(r'"GET ([^ "?]+)', self.muster.log)
        self.assertEqual([path for path in asked if "/os-hypervisors" not in path
                          and path != "/healthcheck"], [])
        self.muster.kill()
        before = self.count_asked()
        self.check_clients()
        self.assertEqual(self.count_asked(), before)

    def test_which_paths_are_whose(self):
        project = self.nova.keystone.find_project(keystone.ADMIN)
        for path, is_musters in (
                (LIST, True), (f"/compute{LIST}", True), (f"{LIST}/detail?limit=1", True),
                ("/v2/os-hypervisors", True),
                (f"/v2.1/{project}/os-hypervisors/detail", True),
                (f"{LIST}/statistics", True), (f"{LIST}/no-such-thing", True),
                ("/", False), ("/v2.1", False), ("/v2.1/", False),
                ("/v2.1/servers", False), ("/v2.1/os-hypervisorsx", False),
                ("/v2.1/os-services", False), ("/v2.1/os-aggregates", False)):
            before = self.count_asked()
            self.get(path)
            self.assertEqual(self.count_asked() - before, is_musters, path)

    def test_links_lead_back_here(self):
        for path in (LIST, f"/compute{LIST}"):
            (link,) = self.get(f"{path}?limit=1").json()["hypervisors_links"]
            self.assertTrue(
                link["href"].startswith(f"http://127.0.0.1:{self.balancer.port}{path}?"), link)

    def test_without_muster_nova_answers_every_request(self):
        musters = self.get(LIST).json()
        self.muster.kill()
        for _ in range(5):
            answer = self.get(LIST)
            self.assertEqual((answer.status, answer.json()), (200, musters))
        self.muster.start()

        def is_back():
            self.get(LIST)
            return self.count_asked() > 0
        process.wait_until("Muster is asked again", is_back, bound=20)


class BehindHAProxy(Balanced, NovaScenario):
    kind = balancer.HAProxy


class BehindNginx(Balanced, NovaScenario):
    kind = balancer.Nginx
