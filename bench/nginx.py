# SPDX-License-Identifier: Apache-2.0
"""The peer: nginx with a configuration and a directory of its own, one worker, on
loopback, serving what Muster answered as static files. A document root for each
work, since a file's name can't tell two microversions of one path apart; a port for
each root, so that nginx need not look into the request to choose."""
import os
import pwd
import socket
import subprocess
import time

CONF = """\
{user}
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 1024; }}
http {{
	access_log off;
	client_body_temp_path {directory}/body;
	proxy_temp_path {directory}/proxy;
	fastcgi_temp_path {directory}/fastcgi;
	uwsgi_temp_path {directory}/uwsgi;
	scgi_temp_path {directory}/scgi;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 1000000000;
	keepalive_timeout 600s;
	open_file_cache max=4096 inactive=600s;
	open_file_cache_valid 600s;
	# What a static file has and an answer of Muster's has not.
	server_tokens off;
	etag off;
	max_ranges 0;
	types {{ }}
	{servers}
}}
"""

SERVER = """
	server {{
		listen 127.0.0.1:{port};
		root {root};
		default_type "{content_type}";
		add_header Last-Modified "";
		{headers}
	}}
"""

# nginx sends these in its own way.
OWN_HEADERS = {"connection", "content-length", "date", "server"}


def shared_headers(headers):
    """(name, value) of those that nginx is to send as Muster does, in a fixed order."""
    return sorted((name, value) for name, value in headers.items() if name.lower() not in OWN_HEADERS)


class Nginx:
    def __init__(self, directory, prefix=()):
        self.directory = directory
        self.prefix = prefix
        self.servers = []

    def add(self, port, headers, bodies):
        """Serves the bodies, by path, with the headers, at the port."""
        root = os.path.join(self.directory, str(port))
        for path, body in bodies.items():
            file_name = root + path.split("?")[0]
            os.makedirs(os.path.dirname(file_name), exist_ok=True)
            with open(file_name, "wb") as file:
                file.write(body)
        lines = [f'add_header {name} "{value}";' for name, value in shared_headers(headers) if name != "Content-Type"]
        self.servers.append(SERVER.format(port=port, root=root, content_type=headers["Content-Type"],
                                          headers="\n\t\t".join(lines)))
        self.port = port

    def __enter__(self):
        # Started by root, the worker would turn into a user that may not read the files.
        user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
        conf = os.path.join(self.directory, "nginx.conf")
        with open(conf, "w", encoding="utf-8") as file:
            file.write(CONF.format(user=user, directory=self.directory, servers="".join(self.servers)))
        self.process = subprocess.Popen([*self.prefix, "nginx", "-p", self.directory, "-c", conf,
                                         "-e", os.path.join(self.directory, "error.log")], stdin=subprocess.DEVNULL)
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def wait(self):
        deadline = time.monotonic() + 10
        while self.process.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"nginx does not listen on 127.0.0.1:{self.port}; expected it within 10 s")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
