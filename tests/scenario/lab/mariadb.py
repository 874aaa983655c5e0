# SPDX-License-Identifier: Apache-2.0
"""A MariaDB of one's own: on loopback, in a folder of its own, with root without a
password on its socket alone. It can be killed, stopped and started again."""
import signal
import shutil
import subprocess

from . import process

USER, PASSWORD = "muster", "p@ss/w:rd%"
_ENCODED = "p%40ss/w:rd%25"  # as SQLAlchemy reads it in a URL


class MariaDB:
    def __init__(self):
        self.folder = process.new_folder()
        self.data = self.folder / "data"
        self.socket = self.folder / "socket"
        self.port = process.free_port()
        self.process = None

    def install(self):
        """Makes the system's tables and the user."""
        self.data.mkdir()
        for folder in (self.folder, self.data):
            shutil.chown(folder, "mysql")
        process.run("mariadb-install-db", "--no-defaults", "--user=mysql",
                    f"--datadir={self.data}", f"--tmpdir={self.folder}", "--skip-test-db",
                    "--auth-root-authentication-method=normal")
        self.start()
        self.sql(f"CREATE USER '{USER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")

    def start(self):
        with (self.folder / "log").open("ab") as log:
            self.process = process.start(
                ["mariadbd", "--no-defaults", "--user=mysql", f"--datadir={self.data}",
                 f"--socket={self.socket}", f"--pid-file={self.folder / 'pid'}",
                 f"--tmpdir={self.folder}", "--bind-address=127.0.0.1",
                 f"--port={self.port}", "--skip-name-resolve",
                 "--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=32M"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        process.wait_until("MariaDB answers", self._answers, bound=60)

    def _answers(self):
        return self._client("SELECT 1", check=False).returncode == 0

    def _client(self, sql, database="", **options):
        return process.run("mariadb", "--no-defaults", "--user=root", f"--socket={self.socket}",
                           "--default-character-set=utf8mb4", "--batch", "--skip-column-names",
                           f"--execute={sql}", database, **options)

    def sql(self, sql, database="mysql"):
        """Runs statements as root and gives the rows as text."""
        return self._client(sql, database).strip()

    def load(self, database, dump):
        """Makes the database of what an SQL file says; the user may only read it."""
        self.sql(f"CREATE DATABASE {database} CHARACTER SET utf8mb3")
        self.sql(f"SOURCE {dump}", database)
        self.sql(f"GRANT SELECT ON {database}.* TO '{USER}'@'127.0.0.1'")

    def dump(self, database, path):
        """Writes a database out as an SQL file."""
        process.run("mariadb-dump", "--no-defaults", "--user=root", f"--socket={self.socket}",
                    f"--result-file={path}", database)
        return path

    def create(self, database):
        """An empty one that is all the user's."""
        self.sql(f"CREATE DATABASE {database}")
        self.sql(f"GRANT ALL ON {database}.* TO '{USER}'@'127.0.0.1'")

    def url(self, database, password=_ENCODED):
        return (f"mysql+pymysql://{USER}:{password}@127.0.0.1:{self.port}/{database}"
                "?charset=utf8mb4")

    def kill(self):
        process.kill(self.process)

    def suspend(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)
