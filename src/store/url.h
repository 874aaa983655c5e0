/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A database's URL in SQLAlchemy's form, as in nova.conf's [database] connection.
 * No message repeats the URL beyond its scheme: it may hold a password.
 */
#pragma once

#include <glib.h>

/*
 * The file that sqlite:////abs/path or sqlite:///rel/path names; a query ("?timeout=5") is
 * ignored, as are the words of a driver ("sqlite+pysqlite:"). The caller frees it.
 * MUSTER_ERROR_INVALID for anything else, a database in memory included.
 * (SQLAlchemy, lib/sqlalchemy/dialects/sqlite/pysqlite.py, "Connect Strings")
 */
char *url_get_sqlite_path(const char *url, GError **error);
