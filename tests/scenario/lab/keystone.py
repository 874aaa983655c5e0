# SPDX-License-Identifier: Apache-2.0
"""A real Keystone, of Debian's packages: a folder with its database and keys, and uwsgi on
loopback, one process with one thread, so that its log has a line for each request in
the order of the answers.

What it has of users, projects and roles is made over its API, as an administrator. Every
password and token that it knows is kept in `secrets`: none may be seen in Muster's log.
"""
import contextlib
import json
import re
import signal
import sqlite3
import subprocess
import textwrap
import uuid

from . import process, web

ADMIN = "admin"
REGION = "RegionOne"
WITHIN = 15  # s for an answer of Keystone's; a login takes a tenth

# Tokens are looked up each time, so that a revoked one is found out at once.
_CONF = textwrap.dedent("""\
    [database]
    connection = sqlite:///{folder}/keystone.sqlite
    [fernet_tokens]
    key_repository = {folder}/fernet
    [credential]
    key_repository = {folder}/credential
    [cache]
    enabled = false
    [identity]
    password_hash_rounds = 4
    """)

_VALIDATION = re.compile(r"\] GET /v3/auth/tokens[? ]")


class Keystone:
    def __init__(self):
        self.folder = process.new_folder()
        self.log_path = self.folder / "uwsgi.log"
        self.port = process.free_port()
        self.url = f"http://127.0.0.1:{self.port}/v3"
        self.process = None
        self.secrets = set()
        self.passwords = {}  # of users, by name
        self.token = None  # the administrator's
        self._endpoint = None  # the catalogue's, of compute

    def set_up(self):
        """Makes its database, the administrator and the service that Muster is, and starts it."""
        self.prepare()
        self.begin()

    def prepare(self):
        """The first half, which any thread may do: the keys, the database, the administrator."""
        (self.folder / "keystone.conf").write_text(_CONF.format(folder=self.folder))
        self.passwords[ADMIN] = self._new_secret()
        for words in (["db_sync"], *(
                [name, "--keystone-user", "root", "--keystone-group", "root"]
                for name in ("fernet_setup", "credential_setup")),
                ["bootstrap", "--bootstrap-password", self.passwords[ADMIN],
                 "--bootstrap-public-url", self.url, "--bootstrap-internal-url", self.url,
                 "--bootstrap-region-id", REGION]):
            process.run("/usr/bin/keystone-manage", "--config-file",
                        self.folder / "keystone.conf", *words, env=process.SYSTEM)
        with contextlib.closing(sqlite3.connect(self.folder / "keystone.sqlite")) as database:
            database.execute("PRAGMA journal_mode = WAL")  # it reads while it writes

    def begin(self):
        """The second half."""
        self.start()
        self.token = self.log_in(ADMIN, project=ADMIN)
        self._endpoint = self.add_service("compute", "nova", "http://127.0.0.1:1/v2.1")

    def _new_secret(self):
        secret = f"secret-{uuid.uuid4()}"
        self.secrets.add(secret)
        return secret

    # The process

    def start(self):
        with self.log_path.open("ab") as log:
            self.process = process.start(
                ["/usr/bin/uwsgi_python3", "--http-socket", f"127.0.0.1:{self.port}",
                 "--wsgi-file", "/usr/bin/keystone-wsgi-public", "--enable-threads",
                 "--buffer-size", "65535", "--add-header", "Connection: close"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder,  # Python looks there first for a module keystone
                env={**process.SYSTEM, "OS_KEYSTONE_CONFIG_DIR": str(self.folder)})
        process.wait_until("keystone answers", self._answers, bound=30)

    def _answers(self):
        return web.ask(self.port, "GET", "/v3", within=WITHIN).status == 200

    def kill(self):
        process.kill(self.process)

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def count_validations(self):
        """How often it has been asked whose a token is, at any time."""
        self._answers()  # whatever was answered before is in the log then
        return len(_VALIDATION.findall(self.log_path.read_text()))

    # The API

    def _ask(self, method, path, body=None, token=None, **headers):
        answer = web.ask(self.port, method, f"/v3{path}", within=WITHIN,
                         body=None if body is None else json.dumps(body),
                         headers={"X-Auth-Token": token or self.token or "",
                                  "Content-Type": "application/json", **headers})
        assert answer.status < 300, f"keystone: {method} {path}: {answer}"
        return answer

    def _make(self, kind, **members):
        """The id of something new."""
        return self._ask("POST", f"/{kind}s", {kind: members}).json()[kind]["id"]

    def _find(self, kind, name):
        (found,) = self._ask("GET", f"/{kind}s?name={name}").json()[f"{kind}s"]
        return found["id"]

    def find_project(self, name):
        """Its id."""
        return self._find("project", name)

    def add_project(self, name):
        self._make("project", name=name, domain_id="default")

    def add_role(self, name):
        self._make("role", name=name)

    def add_user(self, name, project, role):
        """A user with a role in a project, both of which are there."""
        self.passwords[name] = self._new_secret()
        user = self._make("user", name=name, domain_id="default", password=self.passwords[name])
        project, role = self._find("project", project), self._find("role", role)
        self._ask("PUT", f"/projects/{project}/users/{user}/roles/{role}")

    def log_in(self, user, project=None, application_credential=None):
        """A new token: of a project, or of the system."""
        if application_credential:
            auth = {"identity": {"methods": ["application_credential"],
                                 "application_credential": application_credential}}
        else:
            domain = {"name": "Default"}
            auth = {"identity": {"methods": ["password"], "password": {"user": {
                "name": user, "domain": domain, "password": self.passwords[user]}}},
                "scope": ({"project": {"name": project, "domain": domain}} if project
                          else {"system": {"all": True}})}
        answer = self._ask("POST", "/auth/tokens", {"auth": auth})
        token = answer.headers["X-Subject-Token"]
        self.secrets.add(token)
        return token

    def revoke(self, token):
        self._ask("DELETE", "/auth/tokens", **{"X-Subject-Token": token})

    def add_application_credential(self, user, project, **members):
        """Made by the user; gives what logs in with it, its id and its secret."""
        secret = self._new_secret()
        made = self._ask(
            "POST", f"/users/{self._find('user', user)}/application_credentials",
            {"application_credential": {"name": str(uuid.uuid4()), "secret": secret, **members}},
            token=self.log_in(user, project))
        return {"id": made.json()["application_credential"]["id"], "secret": secret}

    def add_service(self, kind, name, url):
        """The id of its endpoint in the catalogue."""
        service = self._make("service", type=kind, name=name)
        return self._make("endpoint", service_id=service, interface="public",
                          region_id=REGION, url=url)

    def point_compute_to(self, url):
        self._ask("PATCH", f"/endpoints/{self._endpoint}", {"endpoint": {"url": url}})

    # What those need who ask it

    def options(self, user, project, **more):
        """[keystone_authtoken], with the password of a user."""
        return {"auth_url": self.url, "auth_type": "password", "username": user,
                "password": self.passwords[user], "project_name": project,
                "user_domain_name": "Default", "project_domain_name": "Default", **more}

    def environment(self, user, project=None):
        """OS_* of a user: with a project, or else with the system for a scope."""
        scope = ({"OS_PROJECT_NAME": project, "OS_PROJECT_DOMAIN_NAME": "Default"} if project
                 else {"OS_SYSTEM_SCOPE": "all"})
        return {"OS_USERNAME": user, "OS_PASSWORD": self.passwords[user],
                "OS_USER_DOMAIN_NAME": "Default", **scope, **self._environment()}

    def environment_of_credential(self, credential):
        return {"OS_AUTH_TYPE": "v3applicationcredential",
                "OS_APPLICATION_CREDENTIAL_ID": credential["id"],
                "OS_APPLICATION_CREDENTIAL_SECRET": credential["secret"], **self._environment()}

    def _environment(self):
        return {"OS_AUTH_URL": self.url, "OS_IDENTITY_API_VERSION": "3",
                "OS_REGION_NAME": REGION, "HOME": str(self.folder), **process.SYSTEM}
