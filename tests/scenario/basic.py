# SPDX-License-Identifier: Apache-2.0
"""HTTP Basic, with passwords by htpasswd and curl for a client."""
import re

from lab import libvirt, process
from lab.scenario import Scenario

LIST = "/v2.1/os-hypervisors"

# As curl tells it: the status, and after it the body.
_ANSWER = "\n%{http_code}"


class Basic(Scenario):
    def setUp(self):
        super().setUp()
        uri = libvirt.MadeUpHost(process.new_folder(), "made-up", {"guest": "running"}).uri
        self.passwords = process.new_folder() / "passwords"
        self.set_password("anna", "secret-of-anna", "-c")
        self.set_password("rita", "secret: of rita")  # a colon may stand in it
        self.muster = self.new_muster(
            [uri], sections={"api": {"auth_strategy": "http_basic"}}, basic_readers="rita",
            default={"http_basic_auth_user_file": self.passwords})
        self.muster.arguments = ["--verbose"]
        self.muster.start()

    def set_password(self, user, password, *options):
        process.run("htpasswd", "-b", "-B", *options, self.passwords, user, password)

    def curl(self, *arguments, path=LIST):
        """The status and what is printed, with --include the headers too."""
        told = process.run("curl", "--silent", "--write-out", _ANSWER, *arguments,
                           f"http://127.0.0.1:{self.muster.port}{path}")
        text, _, status = told.rpartition("\n")
        return int(status), text

    def status(self, user, password):
        return self.curl("--user", f"{user}:{password}")[0]

    def check_no_secret_in_log(self):
        for secret in ("secret-of", "secret: of", "$2y$05$", "Basic "):
            self.assertNotIn(secret, self.muster.log)

    def test_who_has_the_password_may(self):
        status, text = self.curl("--user", "anna:secret-of-anna")
        self.assertEqual(status, 200)
        self.assertIn('"hypervisors"', text)
        for user, password in (("anna", "secret-of-rita"), ("anna", ""), ("", ""),
                               ("ANNA", "secret-of-anna"), ("nobody", "secret-of-anna")):
            self.assertEqual(self.status(user, password), 401, (user, password))
        self.check_no_secret_in_log()

    def test_whoever_brings_none_is_told_to(self):
        for arguments in ([], ["--header", "Authorization: Bearer abc"],
                          ["--header", "Authorization: Basic ???"],
                          ["--header", "X-Auth-Token: admin"]):
            status, text = self.curl("--include", *arguments)
            self.assertEqual(status, 401, arguments)
            self.assertTrue(re.search(r'^WWW-Authenticate: Basic realm="', text, re.M), text)
        for path in ("/", "/v2.1", "/healthcheck"):
            self.assertIn(self.curl(path=path)[0], (200, 300), path)

    def test_a_reader_may_what_policy_lets_readers(self):
        self.assertEqual(self.status("rita", "secret: of rita"), 403)
        (self.muster.folder / "policy.yaml").write_text(
            '"os_compute_api:os-hypervisors:list": "role:reader"\n')
        process.wait_until("the new rules are in force",
                           lambda: self.status("rita", "secret: of rita") == 200)
        self.assertEqual(self.curl("--user", "rita:secret: of rita",
                                   path="/v2.1/os-services")[0], 403)
        self.check_no_secret_in_log()

    def test_links_behind_a_proxy_that_is_believed(self):
        """And as the client asked where it is not."""
        forwarded = ["--header", "X-Forwarded-Proto: https",
                     "--header", "X-Forwarded-Host: compute.example.org"]
        self.assertIn(f'"http://127.0.0.1:{self.muster.port}/v2.1/"',
                      self.curl(*forwarded, path="/")[1])
        self.muster.sections["oslo_middleware"] = {"enable_proxy_headers_parsing": "true"}
        self.muster.restart()
        process.wait_until("the host's page leads on", lambda: (
            f'"https://compute.example.org{LIST}?limit=1&marker=' in self.curl(
                *forwarded, "--user", "anna:secret-of-anna",
                "--header", "OpenStack-API-Version: compute 2.88", path=LIST + "?limit=1")[1]))
        self.assertIn('"https://compute.example.org/v2.1/"', self.curl(*forwarded, path="/")[1])

    def test_a_changed_file_is_read_again(self):
        self.assertEqual(self.status("anna", "secret-of-anna"), 200)
        self.set_password("anna", "secret-of-late")
        process.wait_until("the new password is in force",
                           lambda: self.status("anna", "secret-of-late") == 200)
        self.assertEqual(self.status("anna", "secret-of-anna"), 401)

        self.passwords.write_text("anna:plain\n")
        process.wait_until("the broken file is told",
                           lambda: (self.status("anna", "secret-of-late"),
                                    f"{self.passwords}:1: expected" in self.muster.log)[1])
        self.assertEqual(self.status("anna", "secret-of-late"), 200)
        self.assertNotIn("plain", self.muster.log)

        self.set_password("rita", "secret-of-rita", "-c")
        process.wait_until("anna is gone", lambda: self.status("anna", "secret-of-late") == 401)
        self.check_no_secret_in_log()
