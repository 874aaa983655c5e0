# SPDX-License-Identifier: Apache-2.0
"""The recordings of Nova, replayed with all of the clouds' databases in MariaDB: the API
database and one for each cell, whose URLs stand in cell_mappings."""
import pathlib
import re
import sys
import urllib.parse

from lab import process
from lab.mariadb import PASSWORD, MariaDB
from lab.scenario import Scenario

CONFORMANCE = pathlib.Path(__file__).resolve().parents[1] / "conformance"
REPLAY = CONFORMANCE / "replay.py"
TEMPLATE = "{{scheme}}://{{username}}:{{password}}@{{hostname}}:{{port}}/{database}?{{query}}"


class RecordedCloud:
    """A recorded cloud in a MariaDB; give_url(database) is what cell_mappings says."""

    def __init__(self, mariadb, name, prefix, give_url):
        self.mariadb = mariadb
        self.prefix = prefix
        self.folder = process.new_folder()
        self.folder.chmod(0o755)  # the server reads the dumps
        self.recordings = self.folder / name
        recorded = CONFORMANCE / "clouds" / name
        process.run(sys.executable, CONFORMANCE / "mariadb.py", recorded, self.recordings)
        self.databases = []
        for dump in sorted(recorded.glob("*.sql")):
            self.load(dump, give_url)

    def load(self, dump, give_url):
        database = self.prefix + dump.stem
        sql = process.run(sys.executable, CONFORMANCE / "mariadb.py", dump)
        sql = re.sub(r"sqlite:///@DIR@/(\w+)\.db", lambda url: give_url(self.prefix + url[1]), sql)
        converted = self.folder / f"{database}.sql"
        converted.write_text(sql, encoding="utf-8")
        self.mariadb.load(database, converted)
        self.databases.append(database)

    def prepare(self, keystone):
        """The recordings' own configuration but for its database."""
        process.run(sys.executable, REPLAY, "prepare", self.recordings, self.folder / "sqlite",
                    "--keystone", keystone)
        conf = self.folder / "sqlite" / "muster.conf"
        conf.write_text(re.sub(r"\[api_database\]\nconnection = .*\n", "", conf.read_text()))
        return conf

    def checksums(self):
        """Of all its tables."""
        return [self.mariadb.sql("CHECKSUM TABLE " + ", ".join(
            self.mariadb.sql("SHOW TABLES", database).split()), database)
            for database in self.databases]


class RecordedClouds(Scenario):
    @classmethod
    def setUpClass(cls):
        cls.mariadb = MariaDB()
        cls.addClassCleanup(lambda: process.kill(cls.mariadb.process))
        cls.mariadb.install()
        cls.keystone = process.free_port()
        stub = process.start([sys.executable, REPLAY, "keystone", cls.keystone])
        cls.addClassCleanup(process.kill, stub)

    def serve_cloud(self, cloud, **sections):
        muster = self.new_muster(sections={
            "api_database": {"connection": self.mariadb.url(f"{cloud.prefix}api")}, **sections})
        muster.arguments = ["--config", cloud.prepare(self.keystone)]
        muster.start()
        self.assertEqual(muster.health().json()["wrong"], [])
        return muster

    def check(self, cloud, muster):
        before = cloud.checksums()
        for options in ((), ("--shuffle", "1", "--repeat", "2", "--jobs", "8")):
            told = process.run(sys.executable, REPLAY, "run", cloud.recordings,
                               "--url", f"http://127.0.0.1:{muster.port}",
                               "--keystone", self.keystone, *options, timeout=300, check=False)
            self.assertRegex(told.stdout.splitlines()[-1], r"^[1-9]\d+ passed, 0 failed, 0 skipped",
                             told.stdout[-2000:])
        self.assertEqual(cloud.checksums(), before)

    def test_answers_as_nova_does(self):
        """As it was recorded, cell0 has no database."""
        for name in ("harbour", "delta"):
            with self.subTest(name):
                cloud = RecordedCloud(self.mariadb, name, f"{name}_", self.mariadb.url)
                self.check(cloud, self.serve_cloud(cloud))

    def test_urls_that_are_templates_and_a_disabled_cell(self):
        """A disabled cell gets no new servers, and is listed as any other."""
        cloud = RecordedCloud(self.mariadb, "delta", "template_",
                              lambda database: TEMPLATE.format(database=database))
        self.mariadb.sql("UPDATE cell_mappings SET disabled = 1 WHERE name = 'c2'", "template_api")
        # Nova takes it apart as urllib does, to which a bare slash in a password is the end of it.
        source = self.mariadb.url("template_cell0", urllib.parse.quote(PASSWORD, safe=""))
        self.check(cloud, self.serve_cloud(cloud, database={"connection": source}))
