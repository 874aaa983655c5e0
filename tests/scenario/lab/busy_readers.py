# SPDX-License-Identifier: Apache-2.0
"""Readers of a Muster beside a busy cloud, who ask for anything at any microversion, and hold each
answer to the rules by which the cloud is written (busy_cloud.py)."""
import collections
import gzip
import http.client
import json
import random
import threading

HYPERVISORS = "/v2.1/os-hypervisors"
WITHIN = 30  # s for an answer, of a sanitizer's build on a busy machine
EDGES = (1, 27, 28, 32, 33, 52, 53, 74, 75, 87, 88, 104)  # where the shape changes
LAST = 104
PAGES, UUIDS, LEAN = 33, 53, 88  # the minor versions from which there are
TAGS = 200  # that are remembered

# may(status): whether it is right; check(json): of a 200, complains.
Question = collections.namedtuple("Question", "kind path minor may check")
# What was so before the question.
Before = collections.namedtuple("Before", "versions stays")


class Wrong(Exception):
    pass


def hold(condition, complaint):
    if not condition:
        raise Wrong(complaint)


def one_of(*statuses):
    return lambda status: status in statuses


class Reader(threading.Thread):
    """strict: no answer may be older than its question."""

    def __init__(self, muster, cloud, strict, seed):
        super().__init__(daemon=True)
        self.muster = muster
        self.cloud = cloud
        self.strict = strict
        self.chance = random.Random(seed)
        self.counts = collections.Counter()  # (kind, status) -> answers
        self.wrong = None
        self._tags = {}  # (path, minor) -> an ETag that was given
        self._before = None
        self._connection = None
        self._enough = threading.Event()

    def run(self):
        try:
            while not self._enough.is_set():
                self._ask(self._think_of_one())
        except (Wrong, OSError, http.client.HTTPException) as error:
            self.wrong = str(error) or repr(error)

    def stop(self):
        self._enough.set()
        self.join()
        if self._connection:
            self._connection.close()

    def _connect(self):
        """A connection is used for some questions."""
        if self._connection and self.chance.random() < 0.05:
            self._connection.close()
            self._connection = None
        if not self._connection:
            self._connection = (
                http.client.HTTPSConnection("localhost", self.muster.port, timeout=WITHIN,
                                            context=self.muster.tls) if self.muster.tls else
                http.client.HTTPConnection("127.0.0.1", self.muster.port, timeout=WITHIN))
        return self._connection

    def _make_headers(self, question):
        """With them, whether a tag is among them that was given."""
        headers = {"OpenStack-API-Version": f"compute 2.{question.minor}"}
        if self.chance.random() < 0.3:
            headers["Accept-Encoding"] = "gzip"
        known = self._tags.get(question[1:3])
        draw = self.chance.random()
        if known and draw < 0.3:
            headers["If-None-Match"] = known
        elif draw < 0.4:
            headers["If-None-Match"] = f'"{self.chance.getrandbits(64):016x}"'
        return headers, known and headers.get("If-None-Match") == known

    def _ask(self, question):
        headers, may_match = self._make_headers(question)
        self._before = Before(dict(self.cloud.versions), dict(self.cloud.stays))
        connection = self._connect()
        connection.request("GET", question.path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        self.counts[question.kind, response.status] += 1
        try:
            self._judge(question, response, body, may_match)
        except (Wrong, ValueError, KeyError, TypeError) as error:
            raise Wrong(f"GET {question.path} at 2.{question.minor}, {headers}: {response.status}: "
                        f"{error!r}: {body[:300]}") from error

    def _judge(self, question, response, body, may_match):
        if response.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        if may_match and response.status == 304:
            hold(not body, "a 304 has a body")
            return
        hold(question.may(response.status), "another status is right")
        given = json.loads(body)
        if response.status != 200:
            hold(list(given.values())[0]["code"] == response.status, "the fault has another code")
            return
        if response.headers["ETag"] and len(self._tags) < TAGS:
            self._tags[question[1:3]] = response.headers["ETag"]
        question.check(given)

    # --- questions ------------------------------------------------------------

    def _think_of_one(self):
        minor = self.chance.choice((*EDGES, self.chance.randint(1, LAST)))
        make = self.chance.choice((self._show, self._show, self._list, self._search, self._uptime,
                                   self._statistics, self._services))
        return make(minor)

    def _key(self, minor):
        uuid = self.chance.choice(list(self.cloud.ids))
        return uuid, uuid if minor >= UUIDS else str(self.cloud.ids[uuid])

    def _with_servers(self, minor):
        return minor >= UUIDS and self.chance.random() < 0.5

    def _show(self, minor):
        uuid, key = self._key(minor)
        query = "?with_servers=true" if self._with_servers(minor) else ""
        return Question("show", f"{HYPERVISORS}/{key}{query}", minor, self._may_show(uuid, 200),
                        lambda given: self._check_show(uuid, given["hypervisor"]))

    def _uptime(self, minor):
        if minor >= LEAN:
            return self._show(minor)
        uuid, key = self._key(minor)
        return Question("uptime", f"{HYPERVISORS}/{key}/uptime", minor, self._may_show(uuid, 200, 400),
                        lambda given: hold(given["hypervisor"]["uptime"], "no uptime"))

    def _may_show(self, uuid, *right):
        """A 404 is right, too, where the node was away at any time."""
        stay = self.cloud.stays.get(uuid)

        def may(status):
            stayed = self.strict and stay is not None and self.cloud.stays.get(uuid) == stay
            return status in right or (status == 404 and not stayed)
        return may

    def _list(self, minor):
        query, may = {}, one_of(200)
        if minor >= PAGES and self.chance.random() < 0.7:
            query["limit"] = self.chance.randint(1, 1200)
        if minor >= PAGES and self.chance.random() < 0.5:
            query["marker"] = self._key(minor)[1]
            may = one_of(200, 400)  # it may be gone
        if self._with_servers(minor):
            query["with_servers"] = "true"
        detail = self.chance.choice(("", "/detail"))
        words = "&".join(f"{name}={value}" for name, value in query.items())
        is_whole = not query.keys() & {"limit", "marker"}
        return Question("list", f"{HYPERVISORS}{detail}?{words}", minor, may,
                        lambda given: self._check_list(given["hypervisors"], is_whole))

    def _search(self, minor):
        pattern = self.chance.choice((f"rack-{self.chance.randint(0, 11):04}", "cmp-0001", "nowhere"))
        path = (f"?hypervisor_hostname_pattern={pattern}" if minor >= UUIDS else
                f"/{pattern}/{self.chance.choice(('search', 'servers'))}")
        return Question("search", HYPERVISORS + path, minor, one_of(404 if pattern == "nowhere" else 200),
                        lambda given: self._check_search(given["hypervisors"], pattern))

    def _statistics(self, minor):
        if minor >= LEAN:
            return self._list(minor)
        return Question("statistics", f"{HYPERVISORS}/statistics", minor, one_of(200, 403),
                        lambda given: self._check_sums(given["hypervisor_statistics"]))

    def _services(self, minor):
        kind = self.chance.choice(("services", "aggregates"))
        return Question(kind, f"/v2.1/os-{kind}", minor, one_of(200),
                        lambda given: hold(given[kind], "there are none"))

    # --- what is right --------------------------------------------------------

    def _find(self, one):
        """The uuid of a hypervisor that is shown by it, or by its number."""
        return one["id"] if isinstance(one["id"], str) else self.cloud.uuids[one["id"]]

    def _check_one(self, one):
        """Gives its uuid."""
        uuid = self._find(one)
        hold(one["state"] in ("up", "down") and one["status"] in ("enabled", "disabled"), "its state")
        if "memory_mb" in one:
            self._check_sums(one)
            hold(one["vcpus_used"] == one["running_vms"], "its version is two")
            hold(not self.strict or one["vcpus_used"] >= self._before.versions[uuid],
                 f"{uuid} is older than the question: version {one['vcpus_used']}, and "
                 f"{self._before.versions[uuid]} was written")
        if "service" in one and "uptime" in one:
            hold((one["uptime"] is not None) == (one["state"] == "up"), "its uptime")
        return uuid

    @staticmethod
    def _check_sums(one):
        hold(one["memory_mb_used"] + one["free_ram_mb"] == one["memory_mb"], "its memory")
        hold(one["local_gb_used"] + one["free_disk_gb"] == one["local_gb"], "its disk")

    def _check_show(self, uuid, one):
        hold(self._check_one(one) == uuid, "it is another")

    def _check_list(self, every, is_whole):
        uuids = [self._check_one(one) for one in every]
        ids = [self.cloud.ids[uuid] for uuid in uuids]
        hold(all(one < other for one, other in zip(ids, ids[1:])), "the order of ids")
        servers = [server["uuid"] for one in every for server in one.get("servers", ())]
        hold(len(servers) == len(set(servers)), "a server is on two hosts")
        if is_whole and self.strict:
            stays = self.cloud.stays
            missing = {uuid for uuid, stay in self._before.stays.items()
                       if stays.get(uuid) == stay}.difference(uuids)
            hold(not missing, f"{missing} is missing")

    def _check_search(self, every, pattern):
        self._check_list(every, False)
        hold(every and all(pattern in one["hypervisor_hostname"] for one in every), "no match")
