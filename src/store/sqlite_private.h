/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sqlite.c and statement.c share.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <sys/stat.h>

struct sqlite {
	char *path;
	sqlite3 *handle;
	GHashTable *statements; /* SQL -> sqlite3_stmt *, those not in use */
	bool immutable;         /* opened as a file that nobody writes: see sqlite.c */
	struct stat seen;       /* how the file looked when it was opened; 0: none was there */
	int64_t version;        /* SQLite's data_version at the last look */
};

/* Sets an error for what the handle reported last; what: "read", "write". Gives false. */
bool sqlite_fail(const struct sqlite *sqlite, const char *what, GError **error);
