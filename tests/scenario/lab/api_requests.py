# SPDX-License-Identifier: Apache-2.0
"""Requests to os-hypervisors, made up: every route, at every microversion, with good values and
bad ones. A seed makes the same ones of the same cloud."""
import dataclasses
import random
import urllib.parse
import uuid

_LAST = 93  # 2.93 is Nova 26's last
_EDGES = (1, 27, 28, 32, 33, 52, 53, 74, 75, 87, 88, _LAST)  # where the shapes change
_BAD_IDS = ("0", "-1", "999999", "+1", "01", " 1", "1_0", "1.0", "0x1", "one", "detail ",
            "99999999999999999999", "9223372036854775807", "９", "a" * 300, "None",
            "urn:uuid:00000000-0000-0000-0000-000000000001",
            "{00000000-0000-0000-0000-000000000001}")
_LIMITS = ("0", "1", "2", "3", "5", "7", "100", "1000", "1001", "-1", "one", "", "1.5", "+2", " 2",
           "99999999999999999999")
_BOOLEANS = ("true", "True", "1", "yes", "false", "0", "no", "on", "maybe", "", "t ")
_PATTERNS = ("cmp", "cmp-0", "CMP", "0", "example", "nothing-like-it", "_", "%", "c_p", "ironic",
             "Größe", "grösse", "\\", "'", "\"", "compute-real", " ", "cmp-05", "cmp-06", "24")


@dataclasses.dataclass(frozen=True)
class Request:
    path: str
    version: str  # empty: no header
    by_pattern: bool = False  # Nova gives what it finds in any order

    def __str__(self):
        return f"GET {self.path} at {self.version or 'no microversion'}"


@dataclasses.dataclass(frozen=True)
class Known:
    """What the requests may be about: nodes' ids and uuids, and the caller's project."""
    ids: list
    uuids: list
    project: str


class Generator:
    def __init__(self, seed, known):
        self._random = random.Random(seed)
        self._known = known

    def make(self, count):
        return [self.make_one() for _ in range(count)]

    def make_one(self):
        minor = self._pick(_EDGES) if self._chance(0.6) else self._random.randint(1, _LAST)
        path, by_pattern = self._pick((self._list, self._list, self._list, self._show, self._show,
                                       self._search, self._uptime, self._other))(minor)
        root = "/v2.1"
        if self._chance(0.1):
            root, minor = "/v2", self._pick((1, minor))
        if self._chance(0.2):
            root += "/" + self._pick((self._known.project, self._known.project, "p" * 32))
        return Request(f"{root}/os-hypervisors{path}", "" if minor == 1 else f"2.{minor}",
                       by_pattern)

    def _pick(self, values):
        return self._random.choice(values)

    def _chance(self, share):
        return self._random.random() < share

    def _id(self, minor):
        """Mostly one that is of use at that version."""
        if self._chance(0.1):
            text = self._pick(_BAD_IDS)
        elif self._chance(0.95) == (minor >= 53):
            text = self._vary_uuid(self._pick([*self._known.uuids, str(uuid.UUID(int=7))]))
        else:
            text = str(self._pick(self._known.ids))
        return urllib.parse.quote(text, safe="")

    def _vary_uuid(self, text):
        if self._chance(0.9):
            return text
        return self._pick((text.upper(), text.replace("-", ""), f"{text} ", text[:-1]))

    def _list(self, minor):
        query = []
        by_pattern = minor >= 53 and self._chance(0.3)
        if by_pattern:
            query.append(("hypervisor_hostname_pattern", self._pick(_PATTERNS)))
        if minor >= 33 and self._chance(0.1 if by_pattern else 0.7):
            query.append(("limit", self._pick(_LIMITS)))
        if minor >= 33 and self._chance(0.05 if by_pattern else 0.5):
            query.append(("marker", urllib.parse.unquote(self._id(minor))))
        if self._chance(0.4 if minor >= 53 else 0.05):
            query.append(("with_servers", self._pick(_BOOLEANS)))
        if self._chance(0.05):
            query.append((self._pick(("foo", "limit", "marker", "sort_key", "")), "1"))
        self._random.shuffle(query)
        path = self._pick(("", "/detail"))
        return path + ("?" + urllib.parse.urlencode(query) if query else ""), by_pattern

    def _show(self, minor):
        query = ""
        if self._chance(0.3):
            query = "?" + urllib.parse.urlencode({"with_servers": self._pick(_BOOLEANS)})
        elif self._chance(0.05):
            query = "?foo=1"
        return f"/{self._id(minor)}{query}", False

    def _search(self, minor):
        pattern = urllib.parse.quote(self._pick(_PATTERNS), safe="")
        return f"/{pattern}/{self._pick(('search', 'servers'))}", True

    def _uptime(self, minor):
        return f"/{self._id(minor)}/uptime", False

    def _other(self, minor):
        return self._pick(("/statistics", "/statistics", "/detail/", "/", "/statistics?x=1",
                           f"/{self._id(minor)}/nothing", "/detail/detail")), False
