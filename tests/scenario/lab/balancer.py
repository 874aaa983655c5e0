# SPDX-License-Identifier: Apache-2.0
"""Load balancers before a Muster and a nova-api, configured as docs/beside-nova.md prints."""
import pathlib
import re
import subprocess
import textwrap

from . import process, web

_DOCUMENT = pathlib.Path(__file__).resolve().parents[3] / "docs/beside-nova.md"

# nginx's file is about the http section alone.
_NGINX = textwrap.dedent("""\
    daemon off;
    master_process off;
    pid {folder}/pid;
    error_log {folder}/log;
    events {{ }}
    http {{
        access_log off;
        client_body_temp_path {folder}/body;
        proxy_temp_path {folder}/proxy;
        fastcgi_temp_path {folder}/fastcgi;
        uwsgi_temp_path {folder}/uwsgi;
        scgi_temp_path {folder}/scgi;
        {part}
    }}
    """)


def read_document(name, **replaced):
    """The block of the document that follows <!-- test: NAME -->, with other texts in place of
    some of its own, each of which must be there."""
    (block,) = re.findall(rf"^<!-- test: {name} -->\n```\w+\n(.*?)^```$",
                          _DOCUMENT.read_text(encoding="utf-8"), re.M | re.S)
    for old, new in replaced.items():
        assert old in block, f"{_DOCUMENT.name}: {name} has no {old}"
        block = block.replace(old, new)
    return block


class Balancer:
    def __init__(self, muster_port, nova_port):
        self.folder = process.new_folder()
        self.port = process.free_port()
        self.process = None
        self.conf = self.folder / "conf"
        self.conf.write_text(self.write(read_document(self.name, **{
            "192.0.2.10:8774": f"127.0.0.1:{self.port}",
            "192.0.2.11:8784": f"127.0.0.1:{muster_port}",
            "192.0.2.11:8774": f"127.0.0.1:{nova_port}"})))

    def start(self):
        with (self.folder / "log").open("ab") as log:
            self.process = process.start(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                         stderr=log, cwd=self.folder)
        process.wait_until(f"{self.name} answers",
                           lambda: web.ask(self.port, "GET", "/", within=30).status == 200)
        return self

    def stop(self):
        if self.process:
            process.kill(self.process)


class HAProxy(Balancer):
    name = "haproxy"

    def write(self, part):
        return part

    def command(self):
        return ["haproxy", "-db", "-f", self.conf]


class Nginx(Balancer):
    name = "nginx"

    def write(self, part):
        return _NGINX.format(folder=self.folder, part=part)

    def command(self):
        return ["nginx", "-p", self.folder, "-c", self.conf]
