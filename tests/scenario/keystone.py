# SPDX-License-Identifier: Apache-2.0
"""Who asks, and may they, with a real Keystone: the clients that people have, found by way
of the catalogue; tokens that are revoked or expire; a Keystone that is killed or
hangs. No password and no token may be seen in Muster's log, verbose as it is."""
import concurrent.futures
import datetime
import functools
import json
import time

from lab import keystone, libvirt, process, web
from lab.scenario import Scenario

LIST = "/v2.1/os-hypervisors"
CACHE_TIME = 2  # s that a token is remembered
UNAVAILABLE = 12  # s within which whoever can't be identified is told so
CROWD, TOKENS = 50, 16  # requests that wait for Keystone, and what they bring among them
SERVICE, PROJECT = "muster", "service"  # Muster's own user


@functools.cache
def start_keystone():
    """One for all tests: it takes fifteen seconds. Whoever wants to know whose a token is needs
    the role service."""
    one = keystone.Keystone()
    one.set_up()
    one.add_role("service")
    for project in (PROJECT, "demo"):
        one.add_project(project)
    one.add_user(SERVICE, PROJECT, "service")
    one.add_user("rita", "demo", "reader")
    return one


class KeystoneScenario(Scenario):
    @classmethod
    def setUpClass(cls):
        cls.keystone = start_keystone()

    def serve_for(self, options=None, **sections):
        """A Muster with one hypervisor that asks Keystone, and that the catalogue points to."""
        uri = libvirt.MadeUpHost(process.new_folder(), "made-up", {"guest": "running"}).uri
        muster = self.new_muster([uri], sections={
            "keystone_authtoken": options or self.keystone.options(SERVICE, PROJECT),
            **sections})
        muster.arguments = ["--verbose"]
        self.addCleanup(self.check_no_secret_in_log, muster)
        muster.start()
        self.keystone.point_compute_to(f"http://127.0.0.1:{muster.port}/v2.1")
        return muster

    def check_no_secret_in_log(self, muster):
        for secret in self.keystone.secrets:
            self.assertNotIn(secret, muster.log)

    def log_in(self, user=keystone.ADMIN, project=keystone.ADMIN):
        return self.keystone.log_in(user, project)

    def status(self, muster, token, path=LIST, within=keystone.WITHIN):
        return web.get(muster.port, path, headers={"X-Auth-Token": token}, within=within).status


class Clients(KeystoneScenario):
    def openstack(self, environment, *words, check=True):
        """`openstack hypervisor …`, which knows Keystone and nothing else."""
        done = process.run("openstack", "hypervisor", *words, "-f", "json", env=environment,
                           check=check)
        return json.loads(done) if check else done

    def names(self, environment):
        return [one["Hypervisor Hostname"] for one in self.openstack(environment, "list")]

    def refuse(self, environment):
        refused = self.openstack(environment, "list", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("Policy doesn't allow os_compute_api:os-hypervisors:list", refused.stderr)
        self.assertIn("HTTP 403", refused.stderr)

    def test_an_administrator_finds_everything_by_the_catalogue(self):
        muster = self.serve_for()
        admin = self.keystone.environment(keystone.ADMIN, keystone.ADMIN)
        muster.headers = {"X-Auth-Token": self.log_in()}
        process.wait_until("the host is there", muster.hypervisors)
        (one,) = muster.hypervisors()
        self.assertEqual(self.names(admin), [one["hypervisor_hostname"]])
        shown = self.openstack({**admin, "OS_COMPUTE_API_VERSION": "2.87"}, "show", one["id"])
        self.assertEqual(shown["id"], one["id"])
        self.assertNotIn('"GET /v2.1" ', muster.log)
        listed = process.run("nova", "hypervisor-list", env=admin)
        self.assertIn(one["id"], listed)
        self.assertIn('"GET /v2.1" ', muster.log, "novaclient has looked for the version")

    def test_nobody_gets_no_more_than_versions_and_health(self):
        muster = self.serve_for()
        for path in ("/", "/v2", "/v2.1", "/healthcheck"):
            self.assertIn(web.get(muster.port, path).status, (200, 300), path)
        for token in ({}, {"X-Auth-Token": ""}, {"X-Auth-Token": "nonsense"}):
            refused = web.get(muster.port, LIST, headers=token, within=keystone.WITHIN)
            self.assertEqual(refused.status, 401)
            self.assertEqual(refused.headers["WWW-Authenticate"],
                             f'Keystone uri="{self.keystone.url.removesuffix("/v3")}"')
            self.assertEqual(refused.json()["error"]["code"], 401)

    def test_a_reader_may_when_policy_says_so(self):
        muster = self.serve_for()
        reader = self.keystone.environment("rita", "demo")
        token = self.log_in("rita", "demo")
        policy = muster.folder / "policy.yaml"
        self.refuse(reader)

        policy.write_text("".join(f'"os_compute_api:os-hypervisors:{name}": "role:reader"\n'
                                  for name in ("list", "list-detail")))
        process.wait_until("the new rules are in force",
                           lambda: self.status(muster, token) == 200)
        self.assertEqual(len(self.names(reader)), 1)
        self.assertEqual(self.status(muster, token, path="/v2.1/os-services"), 403)
        listed = muster.command("policy", "list")
        self.assertRegex(listed, rf"os-hypervisors:list +role:reader +{policy}:1")
        self.assertRegex(muster.command("policy", "check", "os_compute_api:os-hypervisors:list",
                                        "--role", "reader"), "^allowed: ")

        policy.write_text('"os_compute_api:os-hypervisors:list": "role:reader and"\n')
        process.wait_until("the broken file is told", lambda: f"{policy}:1:" in muster.log)
        self.assertEqual(self.status(muster, token), 200)

        policy.unlink()
        process.wait_until("Nova's defaults are in force",
                           lambda: self.status(muster, token) == 403)
        self.refuse(reader)

    def test_a_token_for_the_system(self):
        """Nova's operations are for projects; without enforce_scope the role alone counts."""
        admin = self.keystone.environment(keystone.ADMIN)
        self.serve_for()
        self.refuse(admin)
        self.serve_for(oslo_policy={"enforce_scope": "false"})
        self.assertEqual(len(self.names(admin)), 1)

    def test_application_credentials_on_both_sides(self):
        own = self.keystone.add_application_credential(SERVICE, PROJECT)
        of_reader = self.keystone.add_application_credential("rita", "demo")
        muster = self.serve_for({"auth_url": self.keystone.url,
                                 "auth_type": "v3applicationcredential",
                                 "application_credential_id": own["id"],
                                 "application_credential_secret": own["secret"]})
        self.refuse(self.keystone.environment_of_credential(of_reader))
        self.assertEqual(self.status(muster, self.log_in()), 200)


class Tokens(KeystoneScenario):
    def test_a_revoked_token_is_found_out(self):
        muster = self.serve_for(
            self.keystone.options(SERVICE, PROJECT, token_cache_time=CACHE_TIME))
        token = self.log_in()
        self.assertEqual(self.status(muster, token), 200)
        self.keystone.revoke(token)
        self.assertEqual(self.status(muster, token), 200, "it is remembered")
        process.wait_until("it is forgotten", lambda: self.status(muster, token) == 401,
                           bound=CACHE_TIME + 1)

    def test_a_token_is_not_remembered_beyond_its_expiry(self):
        """That of an application credential ends with it."""
        muster = self.serve_for()
        ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=8)
        short = self.keystone.add_application_credential(
            "rita", "demo", expires_at=ends.strftime("%Y-%m-%dT%H:%M:%S"))
        token = self.keystone.log_in("rita", application_credential=short)
        self.assertEqual(self.status(muster, token), 403, "it is rita's, who may not")
        process.wait_until("it has expired", lambda: self.status(muster, token) == 401, bound=15)
        self.assertGreaterEqual(time.time(), int(ends.timestamp()))

    def test_a_hundred_requests_cost_one_validation(self):
        muster = self.serve_for()
        self.assertEqual(self.status(muster, self.log_in("rita", "demo")), 403)
        token = self.log_in()
        before = self.keystone.count_validations()
        with concurrent.futures.ThreadPoolExecutor(100) as pool:
            asked = [pool.submit(self.status, muster, token) for _ in range(100)]
            self.assertEqual({one.result() for one in asked}, {200})
        self.assertEqual(self.keystone.count_validations(), before + 1)


class Outages(KeystoneScenario):
    def setUp(self):
        """Each test leaves Keystone running."""
        super().setUp()
        self.muster = self.serve_for()
        self.known = self.log_in()
        self.assertEqual(self.status(self.muster, self.known), 200)

    def poll_known(self):
        """Whoever is known is answered, and promptly, all the while."""
        return web.Poller(self.muster.port, [LIST], headers={"X-Auth-Token": self.known})

    def check_unavailable(self, tokens):
        """Brought at once, they are all refused in time."""
        with concurrent.futures.ThreadPoolExecutor(CROWD) as pool:
            asked = [pool.submit(self.status, self.muster, token, within=UNAVAILABLE)
                     for token in tokens]
            self.assertEqual({one.result() for one in asked}, {503})

    def check_back(self, token):
        """Keystone first answers those that nobody waits for any more."""
        process.wait_until("new tokens are let in",
                           lambda: self.status(self.muster, token) == 200, bound=30)
        self.assertIn("Keystone helps again", self.muster.log)

    def test_keystone_killed_and_back(self):
        new = self.log_in()
        self.keystone.kill()
        self.addCleanup(lambda: self.keystone.process.poll() is None or self.keystone.start())
        with self.poll_known():
            self.check_unavailable([new, "nonsense"])
        self.assertIn("Keystone does not help", self.muster.log)
        self.keystone.start()
        self.check_back(new)
        self.assertEqual(self.status(self.muster, "nonsense"), 401)

    def test_keystone_stopped(self):
        new = self.log_in()
        self.keystone.stop()
        self.addCleanup(self.keystone.resume)
        with self.poll_known():
            self.check_unavailable(f"nonsense-{i % TOKENS}" for i in range(CROWD))
        self.keystone.resume()
        self.check_back(new)


class Service(KeystoneScenario):
    def test_a_wrong_password_of_musters_own(self):
        """It is Muster's trouble and not the caller's: 503, and the log tells where to look."""
        wrong = self.keystone.options(SERVICE, PROJECT, password="secret-and-wrong")
        self.keystone.secrets.add("secret-and-wrong")
        muster = self.serve_for(wrong)
        self.assertEqual(self.status(muster, self.log_in()), 503)
        self.assertRegex(muster.log, r"Keystone does not help: .*got 401.*\[keystone_authtoken\]")

    def test_a_user_who_may_not_validate(self):
        muster = self.serve_for(self.keystone.options("rita", "demo"))
        self.assertEqual(self.status(muster, self.log_in()), 503)
        self.assertRegex(muster.log, r"Keystone does not help: .*got 403.*needs a role")
