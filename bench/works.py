# SPDX-License-Identifier: Apache-2.0
"""What is asked for: paths, microversions, and the headers of a client."""
import collections
import http.client
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tests", "conformance"))

from replay import token    # noqa: E402

# name: told in the tables; path: {uuid} stands for every hypervisor's in turn, {rack} for every rack's of
# the smallest cloud; connections: enough to keep the server busy.
Work = collections.namedtuple("Work", "name microversion path connections")

API = "/v2.1/os-hypervisors"
PAGE = "limit=1000"
RACK = 40    # hypervisors a rack, in tools/make-cloud's hostnames
RACKS = 25    # of a cloud of 1,000; larger ones have them too
FEW, MANY = 16, 64
NEXT = re.compile(rb'"rel": "next", "href": "http://[^/]+([^"]+)"')
TAIL = 1000    # bytes at the end of a page that have its link

SHOW = Work("show", "2.88", API + "/{uuid}", MANY)
LIST = Work("list, 1,000", "2.53", f"{API}?{PAGE}", FEW)
DETAIL = Work("detail, 1,000", "2.88", f"{API}/detail?{PAGE}", FEW)
LIST_SERVERS = Work("list, 1,000 with 20,000 servers", "2.53", f"{API}?with_servers=true&{PAGE}", FEW)
SEARCH = Work("search by pattern", "2.88", API + "?hypervisor_hostname_pattern=rack-{rack}", FEW)
STATISTICS = Work("statistics", "2.87", f"{API}/statistics", MANY)
UPTIME = Work("uptime", "2.87", API + "/{uuid}/uptime", MANY)

WORKS = (
    SHOW,
    LIST, LIST._replace(microversion="2.87"), LIST._replace(microversion="2.88"),
    DETAIL._replace(microversion="2.53"), DETAIL._replace(microversion="2.87"), DETAIL,
    LIST_SERVERS,
    DETAIL._replace(name="detail, 1,000 with 20,000 servers", path=f"{API}/detail?with_servers=true&{PAGE}"),
    SEARCH, STATISTICS, UPTIME,
)

# An administrator's, of the stub of Keystone; as long as a Fernet token.
TOKEN = token({"user_id": "u" * 80, "project_id": "p" * 3, "roles": ["admin"]})


def request_headers(work):
    """As python3-openstackclient sends them."""
    return {"User-Agent": "python-novaclient", "Accept-Encoding": "gzip, deflate", "Accept": "application/json",
            "Connection": "keep-alive", "X-Auth-Token": TOKEN,
            "OpenStack-API-Version": f"compute {work.microversion}", "X-OpenStack-Nova-API-Version": work.microversion}


def paths_of(work, uuids):
    """All that the work asks for."""
    if "{uuid}" in work.path:
        return [work.path.format(uuid=uuid) for uuid in uuids]
    if "{rack}" in work.path:
        return [work.path.format(rack=f"{rack:04}") for rack in range(RACKS)]
    return [work.path]


def write_paths(paths, file_name):
    with open(file_name, "w", encoding="ascii") as file:
        file.writelines(f"{path}\n" for path in paths)
    return file_name


class Client:
    """A connection that is kept alive, in a `with` block."""

    def __init__(self, port):
        self.port = port

    def __enter__(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        return self

    def __exit__(self, *_):
        self.connection.close()

    def get(self, path, headers):
        """(headers, body) of an answer, which must be a 200."""
        self.connection.request("GET", path, headers=headers)
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200 or response.will_close:
            raise RuntimeError(f"GET {path} at port {self.port}: {response.status} {body[:200]}, will close: "
                               f"{response.will_close}; expected 200, and a connection that stays")
        return response.headers, body


    def follow_pages(self, work):
        """The bodies of the page that the work names and of all behind it."""
        path = work.path
        while path:
            body = self.get(path, request_headers(work))[1]
            yield body
            link = NEXT.search(body[-TAIL:])
            path = link and link.group(1).decode()


def ask_all(port, work, paths):
    """The headers of the first answer, and the bodies by path."""
    with Client(port) as client:
        answers = {path: client.get(path, request_headers(work)) for path in paths}
    return answers[paths[0]][0], {path: body for path, (_, body) in answers.items()}
