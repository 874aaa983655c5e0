/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sqlite.c and sqlite_statement.c share. The functions are those of struct
 * database_ops.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "store/database_ops.h"
#include "store/lock.h"

struct sqlite {
	struct database base;
	char *path;
	struct lock *lock; /* NULL: opened to read */
	sqlite3 *handle;
	GHashTable *statements; /* SQL -> sqlite3_stmt *, those not in use */
	bool immutable;         /* opened as a file that nobody writes: see sqlite.c */
	struct stat seen;       /* how the file looked when it was opened; 0: none was there */
	int64_t version;        /* SQLite's data_version at the last look */
};

/* Sets an error for what the handle reported last; what: "read", "write". Gives false. */
bool sqlite_fail(const struct sqlite *sqlite, const char *what, GError **error);

GHashTable *sqlite_statements_new(void);
struct rows *sqlite_rows_open(struct database *database, const char *sql,
	const struct value *values, size_t size, GError **error);
struct rows *sqlite_rows_stream(struct database *database, const char *sql, GError **error);
void sqlite_rows_close(struct database *database, struct rows *rows);
bool sqlite_rows_next(struct database *database, struct rows *rows, GError **error);
struct nullable sqlite_rows_get_integer(struct rows *rows, int column);
int64_t sqlite_rows_get_moment(struct rows *rows, int column);
const char *sqlite_rows_get_text(struct rows *rows, int column, size_t *length);
int64_t sqlite_count_changes(struct database *database);
int64_t sqlite_get_new_id(struct database *database);
