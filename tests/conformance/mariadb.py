#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A recorded cloud as MariaDB has it.

    tests/conformance/mariadb.py DATABASE.sql      prints the tables, in Nova's types for MySQL
    tests/conformance/mariadb.py CLOUD DIRECTORY   copies the recordings, as Nova on MariaDB answers

The clouds were recorded over SQLite, whose text compares with case. Over MariaDB
an uppercase uuid is found: from 2.53 on, what was answered to the uuid as it
stands is the answer there too.
"""
import json
import lzma
import os
import re
import shutil
import sys

MEDIUM = ("hypervisor_type", "cpu_info", "user_data", "launched_on")
UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
ESCAPES = {"\\": r"\\"}  # MariaDB's own, in texts that SQLite takes as they are


def convert(sql):
    """Nova's tables as SQLAlchemy makes them for MySQL, with the rows of SQLite's dump."""
    sql = re.sub(r"^(?:PRAGMA .*|BEGIN TRANSACTION|COMMIT);\n", "", sql, flags=re.M)
    sql = sql.translate(str.maketrans(ESCAPES))
    sql = re.sub(r"^\tid INTEGER NOT NULL", "\tid INTEGER NOT NULL AUTO_INCREMENT", sql, flags=re.M)
    sql = re.sub(rf"^\t({'|'.join(MEDIUM)}) TEXT", r"\t\1 MEDIUMTEXT", sql, flags=re.M)
    sql = re.sub(r"^\tbinary ", "\t`binary` ", sql, flags=re.M)
    sql = re.sub(r"UNIQUE \(host, binary, deleted\)", "UNIQUE (host, `binary`, deleted)", sql)
    return re.sub(r"^\);$", ") ENGINE = InnoDB DEFAULT CHARSET = utf8mb3;", sql, flags=re.M)


def compares_uuids(request):
    """Whether it asks at 2.53 or later, where an id is a uuid."""
    version = re.search(r"latest|2\.(\d+)$", request["headers"].get("OpenStack-API-Version", ""))
    return version is not None and (version.group(1) is None or int(version.group(1)) >= 53)


def key_of(exchange, path):
    """What was asked and by whom, had it been for that path."""
    asked = {**exchange, "request": {**exchange["request"], "path": path}, "response": None}
    return json.dumps(asked, sort_keys=True)


def as_without_case(exchanges):
    """The exchanges, those that ask for an uppercase uuid with the lowercase one's answer."""
    answers = {key_of(one, one["request"]["path"]): one["response"] for one in exchanges}
    for one in exchanges:
        request = one["request"]
        path = UUID.sub(lambda found: found.group().lower(), request["path"])
        if path != request["path"] and compares_uuids(request):
            one = {**one, "response": answers[key_of(one, path)]}
        yield one


def copy_cloud(cloud, directory):
    shutil.copytree(cloud, directory, ignore=shutil.ignore_patterns("exchanges.*"))
    with lzma.open(os.path.join(cloud, "exchanges.jsonl.xz"), "rt", encoding="utf-8") as file:
        exchanges = [json.loads(line) for line in file]
    with open(os.path.join(directory, "exchanges.jsonl"), "w", encoding="utf-8") as file:
        for one in as_without_case(exchanges):
            print(json.dumps(one), file=file)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        with open(sys.argv[1], encoding="utf-8") as dump:
            print(convert(dump.read()))
    elif len(sys.argv) == 3:
        copy_cloud(*sys.argv[1:])
    else:
        sys.exit(__doc__)
