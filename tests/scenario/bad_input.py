# SPDX-License-Identifier: Apache-2.0
"""Input that is wrong: a start that can't be gets a message that says what and where, and
a status; a request that can't be gets a 4xx in JSON; and clients that only sit there are
shut out, with others served all the while."""
import contextlib
import resource
import select
import socket
import sqlite3
import time

from lab import libvirt, process, web
from lab.scenario import Scenario

SECRET = "never-to-be-seen"
READ_ONLY = 'mount --bind -o ro "$1" "$1"; shift; exec "$@"'


class Start(Scenario):
    """Each is refused with status 1 and all of the words in the last line of stderr."""

    def setUp(self):
        super().setUp()
        self.folder = process.new_folder()
        self.uri = libvirt.MadeUpHost(self.folder, "made-up", {}).uri
        self.database = self.folder / "store.sqlite"

    def refuse(self, *words, config="", connect=None, listen="127.0.0.1:0", prefix=(),
               database=None, configs=()):
        conf = self.folder / "muster.conf"
        conf.write_text(config)
        refused = process.run(
            *prefix, self.binary, "serve", "--config", conf,
            *(word for other in configs for word in ("--config", other)),
            *(word for uri in connect or [self.uri] for word in ("--connect", uri)),
            "--listen", listen,
            "--database", database or f"sqlite:///{self.database}", check=False, timeout=10)
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertNotRegex(refused.stderr, "Sanitizer|runtime error")
        self.assertNotIn(SECRET, refused.stderr)
        last = refused.stderr.splitlines()[-1]
        for word in words:
            self.assertIn(str(word), last)

    def make_store(self):
        """A store of Muster's own, with a host in it."""
        muster = self.serve([self.uri])
        process.wait_until("the host is stored", muster.hypervisors)
        muster.terminate()
        self.database = muster.database

    def change_store(self, sql):
        with contextlib.closing(sqlite3.connect(self.database)) as database, database:
            database.execute(sql)

    def test_a_misspelt_option(self):
        self.refuse("muster.conf:2", "[muster]", "colect_interval", "collect_interval meant",
                    config="[muster]\ncolect_interval = 5\n")

    def test_a_bad_value(self):
        for section, option, value, expected in (
                ("muster", "collect_interval", "soon", "an integer"),
                ("muster", "collect_interval", "0", "from 1"),
                ("muster", "max_microversion", "3.1", "2.1"),
                ("muster", "server_name", "both", "domain"),
                ("DEFAULT", "my_ip", "localhost", "address"),
                ("DEFAULT", "service_down_time", "-1", "from 1"),
                ("api", "auth_strategy", "none", "noauth")):
            self.refuse("muster.conf:3", f"{option} = {value}", "expected", expected,
                        config=f"[{section}]\n\n{option} = {value}\n")

    def test_an_unreadable_file(self):
        self.refuse(self.folder, "s a directory", configs=[self.folder])
        self.refuse("/nowhere.conf", "No such file", configs=["/nowhere.conf"])

    def test_a_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            listen = f"127.0.0.1:{taken.getsockname()[1]}"
            self.refuse(listen, "in use", listen=listen)

    def test_an_address_that_is_none(self):
        self.refuse("somewhere", "ADDR:PORT", listen="somewhere")

    def test_noauth_off_loopback(self):
        for listen in ("0.0.0.0:0", "[::]:0", "192.0.2.1:0"):
            self.refuse(listen, "noauth", "loopback", listen=listen)

    def test_a_database_that_is_not_one(self):
        self.database.write_text("These are words, and no database at all. " * 100)
        before = self.database.read_bytes()
        self.refuse(self.database, "not an SQLite database")
        self.assertEqual(self.database.read_bytes(), before)

    def test_a_database_that_is_a_folder_or_nowhere(self):
        self.database.mkdir()
        self.refuse(self.database)
        self.refuse("/nowhere/store.sqlite", database="sqlite:////nowhere/store.sqlite")

    def test_a_url_of_another_kind(self):
        self.refuse("postgresql", "expected sqlite:///", database="postgresql://user@host/nova")

    def test_a_read_only_store(self):
        self.make_store()
        prefix = ["unshare", "--mount", "--propagation", "private", "sh", "-c", READ_ONLY, "sh",
                  self.database.parent]
        self.refuse(self.database, "ead-only file system", prefix=prefix)

    def test_a_newer_schema(self):
        self.make_store()
        self.change_store("UPDATE muster_meta SET value = '99' WHERE name = 'schema_version'")
        self.refuse(self.database, "99", "newer")

    def test_a_store_without_a_column(self):
        self.make_store()
        self.change_store("ALTER TABLE compute_nodes DROP COLUMN vcpus_used")
        self.refuse(self.database, "compute_nodes", "vcpus_used")

    def test_a_store_that_another_server_holds(self):
        muster = self.serve([self.uri])
        self.refuse(muster.database, "held", f"pid {muster.process.pid}",
                    database=f"sqlite:///{muster.database}")
        self.assertEqual(muster.health().status, 200)

    def test_a_collector_on_a_foreign_database(self):
        """Nova's tables without muster_meta; not a byte of it is written."""
        self.make_store()
        for table in ("meta", "hosts", "guests"):
            self.change_store(f"DROP TABLE muster_{table}")
        before = self.database.read_bytes()
        self.refuse(self.database, "connect", "not Muster's own", "--connect none")
        self.assertEqual(self.database.read_bytes(), before)
        self.assertEqual([path.name for path in self.database.parent.glob("*.sqlite-*")], [])

    def test_an_impossible_uri(self):
        for uri, words in (("nonsense", "not a libvirt URI, such as"),
                           ("bogus:///system", "no driver"),
                           ("qemu+bogus://host/system", "no driver or transport"),
                           ("qemu+tcp://host:99999/system", "out of range")):
            self.refuse(f"'{uri}'", words, connect=[uri])

    def test_none_beside_a_uri(self):
        self.refuse("connect = none", self.uri, connect=["none", self.uri])

    def test_an_identity_that_lacks_something(self):
        keystone = {"auth_url": "http://127.0.0.1:1/v3", "username": "muster",
                    "user_domain_name": "Default", "password": SECRET, "project_name": "service",
                    "project_domain_name": "Default"}
        for changed, words in (({"auth_url": None}, ("auth_url", "https://keystone.example.org")),
                               ({"auth_url": "keystone"}, ("auth_url",)),
                               ({"username": None}, ("username or user_id",)),
                               ({"user_domain_name": None}, ("user_domain_name",)),
                               ({"password": None}, ("expected password",)),
                               ({"project_name": None}, ("project_name or project_id",)),
                               ({"system_scope": "some"}, ("system_scope = some", "all")),
                               ({"delay_auth_decision": "true"}, ("delay_auth_decision",)),
                               ({"auth_type": "v3applicationcredential"},
                                ("application_credential_id",)),
                               ({"auth_type": "v3kerberos"}, ("muster.conf:", "password"))):
            options = {**keystone, **changed}
            self.refuse("[keystone_authtoken]", *words, config="[keystone_authtoken]\n" + "".join(
                f"{name} = {value}\n" for name, value in options.items() if value))

    def test_a_password_file_that_is_none(self):
        passwords = self.folder / "passwords"
        basic = "[api]\nauth_strategy = http_basic\n"
        named = f"[DEFAULT]\nhttp_basic_auth_user_file = {passwords}\n{basic}"
        self.refuse("http_basic_auth_user_file", "htpasswd -B", config=basic)
        self.refuse("http_basic_auth_user_file", passwords, "No such file", config=named)
        for line in ("anna", "anna:" + SECRET, "anna:$apr1$5eY0$" + SECRET, ":$2y$05$" + "a" * 53):
            passwords.write_text(f"# who may\n{line}\n")
            self.refuse(f"{passwords}:2", "bcrypt", "htpasswd -B", config=named)

    def test_a_policy_file_that_is_none(self):
        policy = self.folder / "policy.yaml"
        for text, place, words in (
                ('"list": "role:reader"\n\t"show": "role:reader"\n', "2:1", "YAML"),
                ('"list":\t"role:reader"\n', "1:8", "a tab"),
                ('"list": "role:reader xor role:admin"\n', "1:22", "expected and, or"),
                ('# who may\n"list": "role:reader and"\n', "2:25", "expected"),
                ('{"list":\n "(role:reader"}', "2:15", "closing parenthesis"),
                ('"list": "http://policy.example.org/"\n', "1:10", "remote"),
                ("- role:reader\n", "1:1", "NAME: RULE")):
            with self.subTest(text):
                policy.write_text(text)
                self.refuse(f"{policy}:{place}: ", words)


class Secrets(Scenario):
    """Told of, and never shown."""

    def setUp(self):
        super().setUp()
        self.folder = process.new_folder()
        self.conf = self.folder / "muster.conf"
        self.conf.write_text(
            "[muster]\nconnect = none\nlisten = 127.0.0.1:0\n[keystone_authtoken]\n"
            f"password = {SECRET}\n[database]\nconnection = mysql://nova:{SECRET}@db/nova\n")

    def run_muster(self, *arguments):
        done = process.run(self.binary, *arguments, "--config", self.conf, check=False,
                           timeout=10)
        self.assertNotIn(SECRET, done.stdout + done.stderr)
        return done.stderr

    def test_a_file_that_everybody_may_read_is_warned_of(self):
        warning = f"{self.conf}:5: [keystone_authtoken] password is a secret"
        for command in (["config", "check"], ["serve"]):
            self.conf.chmod(0o644)
            self.assertIn(warning, self.run_muster(*command))
            self.conf.chmod(0o640)
            self.assertNotIn("is a secret", self.run_muster(*command))

    def test_a_password_on_the_command_line_is_warned_of(self):
        told = self.run_muster("serve", "--database", f"mysql://nova:{SECRET}@db/nova")
        self.assertIn("--database: the URL's password is in the list of processes", told)


def request(target=b"/v2.1/os-hypervisors", headers=b"", method=b"GET", body=b""):
    return (method + b" " + target + b" HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n"
            + body)


# The limits are those of src/http/server.h. What is wrong, what is sent, and
# the status.
BAD_REQUESTS = {
    "a request line beyond its limit": (request(b"/v2.1/" + b"a" * 8200), 414),
    "a query beyond its limit": (request(b"/v2.1/os-hypervisors?" + b"a=b&" * 2100), 414),
    "a header beyond its limit": (request(headers=b"X-Long: " + b"a" * 8200 + b"\r\n"), 431),
    "too many headers": (request(headers=b"".join(b"X-%d: a\r\n" % i for i in range(70))), 431),
    "headers that are too long together": (
        request(headers=b"".join(b"X-%d: %s\r\n" % (i, b"a" * 7000) for i in range(2))), 431),
    "a head that is too long": (
        request(b"/v2.1/" + b"a" * 7900, b"X-Long: " + b"a" * 7900 + b"\r\n"), 431),
    "a body on GET": (request(headers=b"Content-Length: 2\r\n", body=b"{}"), 400),
    "a body in chunks": (
        request(headers=b"Transfer-Encoding: chunked\r\n", body=b"2\r\n{}\r\n0\r\n\r\n"), 411),
    "a microversion without end": (
        request(headers=b"OpenStack-API-Version: compute 2." + b"9" * 8000 + b"\r\n"), 400),
    "a path that is not UTF-8": (request(b"/v2.1/os-hypervisors/%ff%fe"), 400),
    "a raw path that is not UTF-8": (request(b"/v2.1/os-hypervisors/\xff\xfe"), 400),
    "a query that is not UTF-8": (request(b"/v2.1/os-hypervisors?marker=%ff"), 400),
    "a raw query that is not UTF-8": (request(b"/v2.1/os-hypervisors?marker=\xff"), 400),
    "a percent sign cut short in the path": (request(b"/v2.1/os-hypervisors/%4"), 400),
    "a percent sign cut short in the query": (request(b"/v2.1/os-hypervisors?limit=%4"), 400),
    "an encoded NUL in the path": (request(b"/v2.1/os-hypervisors/1%00"), 400),
    "an encoded NUL in the query": (request(b"/v2.1/os-hypervisors?limit=1%00"), 400),
    "a raw NUL in the path": (request(b"/v2.1/os-hypervisors/1\0"), 400),
    "a raw NUL in the query": (request(b"/v2.1/os-hypervisors?limit=1\0"), 400),
    "a raw NUL in a header": (request(headers=b"X-Nul: a\0b\r\n"), 400),
    "two microversions": (request(headers=b"OpenStack-API-Version: compute 2.1\r\n" * 2), 400),
    "two tokens": (request(headers=b"X-Auth-Token: a\r\n" * 2), 400),
    "two hosts": (request(headers=b"Host: elsewhere\r\n"), 400),
    "no host": (b"GET /v2.1/os-hypervisors HTTP/1.1\r\n\r\n", 400),
    "two lengths": (request(headers=b"Content-Length: 1\r\nContent-Length: 2\r\n", body=b"ab"),
                    400),
    "a microversion that is none": (request(headers=b"OpenStack-API-Version: compute x\r\n"),
                                    400),
    "a method that is no token": (request(method=b"G@T"), 400),
}

# What libmicrohttpd refuses by itself, in its own words: src/http/server.c tells why.
REFUSED_BY_THE_LIBRARY = {
    "a request line of a megabyte": (request(b"/" + b"a" * 1000000), 414),
    "a thousand headers": (
        request(headers=b"".join(b"X-%d: a\r\n" % i for i in range(1000))), 431),
    "a header of 64 KiB": (request(headers=b"X-Long: " + b"a" * 65536 + b"\r\n"), 431),
    "a header of a megabyte": (request(headers=b"X-Long: " + b"a" * 1000000 + b"\r\n"), 431),
    "a length that is no number": (request(headers=b"Content-Length: many\r\n"), 400),
}


class Wire(Scenario):
    def setUp(self):
        super().setUp()
        uri = libvirt.MadeUpHost(process.new_folder(), "made-up", {"guest": "running"}).uri
        self.muster = self.serve([uri])

    def test_a_bad_request_gets_a_4xx_in_json(self):
        for name, (sent, status) in BAD_REQUESTS.items():
            with self.subTest(name):
                answer = web.send(self.muster.port, sent)
                self.assertEqual(answer.status, status, answer)
                self.assertRegex(answer.headers["Content-Type"], "^application/json")
                (fault,) = answer.json().values()
                self.assertEqual(fault["code"], answer.status)
                self.assertTrue(fault["message"])
        self.assertEqual(self.muster.health().status, 200)

    def test_a_chunk_without_end_takes_no_time(self):
        """The thread would turn round and round until the connection's time is up."""
        with socket.create_connection(("127.0.0.1", self.muster.port), timeout=5) as client:
            before = self.muster.cpu_seconds()
            client.sendall(request(headers=b"Transfer-Encoding: chunked\r\n",
                                   body=b"5;" + b"a" * 20000))
            self.assertIn(b"411", client.recv(65536))
            time.sleep(2)
            self.assertLess(self.muster.cpu_seconds() - before, 1)

    def test_what_the_library_refuses_gets_a_4xx(self):
        for name, (sent, status) in REFUSED_BY_THE_LIBRARY.items():
            with self.subTest(name):
                self.assertEqual(web.send(self.muster.port, sent).status, status)
        self.assertEqual(self.muster.health().status, 200)


IDLE = 10000
TRICKLES = 20
SHUT_OUT = 35  # s within which all must be closed


class Patience(Scenario):
    """Connections that never become a request."""

    def setUp(self):
        super().setUp()
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.assertGreater(most, IDLE + TRICKLES + 1000, "the limit of open files")
        uri = libvirt.MadeUpHost(process.new_folder(), "made-up", {"guest": "running"}).uri
        self.muster = self.serve([uri])

    def connect(self, poll, count):
        sockets = {}
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", self.muster.port), timeout=5)
            connection.setblocking(False)
            self.addCleanup(connection.close)
            poll.register(connection, select.EPOLLIN | select.EPOLLRDHUP)
            sockets[connection.fileno()] = connection
        return sockets

    def trickle(self, sockets, text):
        for connection in list(sockets.values()):
            with contextlib.suppress(OSError):  # it has been closed, which the poll will tell
                connection.send(text)

    def test_idle_and_slow_clients_are_shut_out_and_others_served(self):
        long_request = request(headers=b"X-Slow: " + b"a" * 200 + b"\r\n")
        poll = select.epoll()
        self.addCleanup(poll.close)
        with web.Poller(self.muster.port, ["/v2.1/os-hypervisors/detail"]):
            began = time.monotonic()
            slow = self.connect(poll, TRICKLES)
            still = {**slow, **self.connect(poll, IDLE)}
            opened = time.monotonic()
            sent = 0
            while still and time.monotonic() < opened + SHUT_OUT:
                if time.monotonic() > began + sent:
                    self.trickle(slow, long_request[sent:sent + 1])
                    sent += 1
                for number, _ in poll.poll(0.2):
                    poll.unregister(number)
                    still.pop(number)
                    slow.pop(number, None)
        self.assertEqual(len(still), 0, f"still open: {len(slow)} of them slow")
        self.assertGreater(sent, 20, "they were not given the time to send a request")
