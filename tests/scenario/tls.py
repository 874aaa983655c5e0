# SPDX-License-Identifier: Apache-2.0
"""HTTPS, with a chain of real certificates; curl and openssl's s_client are the peers."""
import contextlib
import http.client
import json
import re
import signal
import ssl

from lab import certificates, libvirt, process
from lab.scenario import Scenario

LIST = "/v2.1/os-hypervisors"


class Https(Scenario):
    @classmethod
    def setUpClass(cls):
        cls.authority = certificates.Authority()
        cls.first, cls.second = (cls.authority.issue_server(name) for name in ("first", "second"))

    def setUp(self):
        """The files in force are links, which a reload finds pointing elsewhere."""
        super().setUp()
        self.folder = process.new_folder()
        self.certificate, self.key = self.folder / "server.pem", self.folder / "server.key"
        self.install(*self.first)

    def install(self, certificate, key):
        for link, target in ((self.certificate, certificate), (self.key, key)):
            link.unlink(missing_ok=True)
            link.symlink_to(target)

    def new_https(self, **ssl_options):
        uri = libvirt.MadeUpHost(process.new_folder(), "made-up", {"guest": "running"}).uri
        return self.new_muster([uri], sections={"ssl": {
            "cert_file": self.certificate, "key_file": self.key, **ssl_options}})

    def serve_https(self, client=None, **ssl_options):
        muster = self.new_https(**ssl_options)
        muster.tls = ssl.create_default_context(cafile=self.authority.root)
        if client:
            muster.tls.load_cert_chain(*client)
        return muster.start()

    def curl(self, muster, *arguments, path=LIST, check=True):
        return process.run("curl", "--silent", "--show-error", "--fail", "--cacert",
                           self.authority.root, *arguments,
                           f"https://localhost:{muster.port}{path}", check=check)

    def s_client(self, muster, *arguments):
        """What openssl tells of a handshake, and whether it came about."""
        done = process.run("openssl", "s_client", "-connect", f"localhost:{muster.port}",
                           "-CAfile", self.authority.root, "-verify_return_error", *arguments,
                           check=False)
        return done.returncode == 0, done.stdout + done.stderr

    def subject(self, muster):
        came_about, told = self.s_client(muster)
        self.assertTrue(came_about, told)
        return re.search(r"^subject=CN = (\w+)", told, re.M)[1]


class Serving(Https):
    def test_the_chain_is_whole_and_links_say_https(self):
        muster = self.serve_https()
        came_about, told = self.s_client(muster, "-showcerts")
        self.assertTrue(came_about, told)
        self.assertIn("Verify return code: 0 (ok)", told)
        self.assertEqual(told.count("BEGIN CERTIFICATE"), 2)
        versions = json.loads(self.curl(muster, "--location", path="/"))
        self.assertEqual({link["href"].partition(":")[0] for version in versions["versions"]
                          for link in version["links"]}, {"https"})
        process.wait_until("the host is there", muster.hypervisors)

    def test_tls_1_2_and_1_3_alone(self):
        muster = self.serve_https()
        for option, version in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
            came_about, told = self.s_client(muster, option)
            self.assertTrue(came_about, told)
            self.assertRegex(told, rf"New, {version}, Cipher is \w+")
        for option in ("-tls1", "-tls1_1"):  # at level 0 openssl itself would speak them
            came_about, told = self.s_client(muster, option, "-cipher", "DEFAULT:@SECLEVEL=0")
            self.assertFalse(came_about, told)
            self.assertRegex(told, "has read 0 bytes and written [1-9]")
        for newest in ("1.2", "1.3"):
            self.curl(muster, "--tls-max", newest)

    def test_plain_http_is_no_way_in(self):
        muster = self.serve_https()
        done = process.run("curl", "--silent", "--max-time", "5",
                           f"http://localhost:{muster.port}{LIST}", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        self.assertEqual(muster.health().status, 200)

    def test_clients_with_certificates(self):
        client = self.authority.issue_client("client")
        stranger = certificates.Authority().issue_client("stranger")
        muster = self.serve_https(client, ca_file=self.authority.root)
        words = {name: ["--cert", pair[0], "--key", pair[1]] for name, pair in (
            ("client", client), ("stranger", stranger), ("server", self.second))}
        for version in ("1.2", "1.3"):
            only = [f"--tlsv{version}", "--tls-max", version]
            self.curl(muster, *only, *words["client"])
            for wrong in ([], words["stranger"], words["server"]):
                refused = self.curl(muster, *only, *wrong, check=False)
                self.assertNotEqual(refused.returncode, 0, wrong)
                self.assertEqual(refused.stdout, "")


class Reload(Https):
    def reload(self, muster, word):
        before = muster.log.count(word)
        muster.process.send_signal(signal.SIGHUP)
        process.wait_until(word, lambda: muster.log.count(word) > before)

    def test_new_connections_get_the_new_certificate_and_old_ones_go_on(self):
        muster = self.serve_https()
        with contextlib.closing(http.client.HTTPSConnection(
                "localhost", muster.port, context=muster.tls)) as old:
            old.request("GET", LIST)
            self.assertEqual(old.getresponse().read()[:1], b"{")
            self.assertEqual(self.subject(muster), "first")
            self.install(*self.second)
            self.assertEqual(self.subject(muster), "first", "nobody has said to reload")
            self.reload(muster, "reloaded")
            self.assertEqual(self.subject(muster), "second")
            old.auto_open = False
            old.request("GET", LIST)
            self.assertEqual(old.getresponse().status, 200)

    def test_a_bad_pair_leaves_the_old_one_in_force(self):
        muster = self.serve_https()
        self.install(self.second[0], self.first[1])
        self.reload(muster, "it is another's; the certificate that was read before stays in force")
        self.assertEqual(self.subject(muster), "first")
        self.certificate.unlink()
        self.reload(muster, "No such file or directory; the certificate")
        self.assertEqual(self.subject(muster), "first")


class Refusals(Https):
    def refuse(self, *words, **ssl_options):
        muster = self.new_https(**ssl_options)
        muster.write_conf()
        text = muster.conf.read_text()
        muster.conf.write_text(re.sub(r"^\w+_file = None\n", "", text, flags=re.M))
        refused = process.run(self.binary, "serve", "--config", muster.conf, check=False,
                              timeout=10)
        self.assertEqual(refused.returncode, 1, refused.stderr)
        last = refused.stderr.splitlines()[-1]
        for word in words:
            self.assertIn(str(word), last)
        self.assertNotIn("PRIVATE", refused.stderr)

    def test_one_without_the_other(self):
        self.refuse("cert_file and key_file", "key_file is not set", key_file=None)
        self.refuse("cert_file and key_file", "cert_file is not set", cert_file=None)
        self.refuse("cert_file is not set", cert_file=None, key_file=None,
                    ca_file=self.authority.root)

    def test_a_key_that_does_not_fit(self):
        self.refuse("key_file", self.second[1], "another's", key_file=self.second[1])

    def test_files_that_can_not_be_read(self):
        for option in ("cert_file", "key_file", "ca_file"):
            self.refuse(f"[ssl] {option}", "/nowhere.pem", "No such file",
                        **{option: "/nowhere.pem"})
            self.refuse(f"[ssl] {option}", self.folder, **{option: self.folder})

    def test_files_that_hold_something_else(self):
        words = self.folder / "words.pem"
        words.write_text("These are words, and no certificate at all.\n")
        for option, expected in (("cert_file", "certificates in PEM"),
                                 ("key_file", "a key in PEM"),
                                 ("ca_file", "certificates in PEM")):
            self.refuse(f"[ssl] {option}", words, f"expected {expected}", **{option: words})
