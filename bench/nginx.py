# SPDX-License-Identifier: Apache-2.0
"""A peer: nginx with a configuration and a directory of its own, one worker, on
loopback, serving what Muster answered as static files. A document root for each
work, since a file's name can't tell two microversions of one path apart; a port for
each root, so that nginx need not look into the request to choose."""
import os
import pwd

from peer import Peer, shared_headers

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
		{choose}
	}}
"""

# Where the answers of a work differ by the query, the file's name has the query.
CHOOSE = "location / { try_files $request_uri =404; }"


class Nginx(Peer):
    name = "nginx"

    def __init__(self, directory, prefix=()):
        super().__init__(directory)
        self.servers = []
        self.conf = os.path.join(directory, "nginx.conf")
        self.command = [*prefix, "nginx", "-p", directory, "-c", self.conf, "-e", os.path.join(directory, "error.log")]

    def add(self, port, headers, bodies):
        """Serves the bodies, by path, with the headers, at the port."""
        root = os.path.join(self.directory, str(port))
        by_query = len(bodies) > len({path.split("?")[0] for path in bodies})
        for path, body in bodies.items():
            file_name = root + (path if by_query else path.split("?")[0])
            os.makedirs(os.path.dirname(file_name), exist_ok=True)
            with open(file_name, "wb") as file:
                file.write(body)
        lines = [f"add_header {name} '{value}';" for name, value in shared_headers(headers) if name != "Content-Type"]
        self.servers.append(SERVER.format(port=port, root=root, content_type=headers["Content-Type"],
                                          headers="\n\t\t".join(lines), choose=CHOOSE if by_query else ""))
        self.ports.append(port)

    def __enter__(self):
        # Started by root, the worker would turn into a user that may not read the files.
        user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
        with open(self.conf, "w", encoding="utf-8") as file:
            file.write(CONF.format(user=user, directory=self.directory, servers="".join(self.servers)))
        return super().__enter__()
