/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_private.h"

#include "base/clock.h"
#include "store/statement.h"

struct rows {
	sqlite3_stmt *prepared;
	char *sql;
};

static void
finalize(void *prepared)
{
	sqlite3_finalize(prepared);
}

GHashTable *
sqlite_statements_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, finalize);
}

/* A prepared statement is taken out of the connection's cache while it is in use, so that the
 * same SQL may be in use twice. */
static sqlite3_stmt *
take_prepared(struct sqlite *sqlite, const char *sql)
{
	g_autofree char *key = NULL;
	sqlite3_stmt *prepared = NULL;
	if (!g_hash_table_steal_extended(
		    sqlite->statements, sql, (gpointer *)&key, (gpointer *)&prepared))
		sqlite3_prepare_v3(
			sqlite->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, NULL);
	return prepared;
}

static int
bind(sqlite3_stmt *prepared, int at, const struct value *value)
{
	switch (value->type) {
	case VALUE_NULL:
		return sqlite3_bind_null(prepared, at);
	case VALUE_INTEGER:
		return sqlite3_bind_int64(prepared, at, value->integer);
	case VALUE_TEXT:
		return sqlite3_bind_text(prepared, at, value->text, -1, SQLITE_TRANSIENT);
	}
	g_assert_not_reached();
}

static bool
fail(const struct sqlite *sqlite, sqlite3_stmt *prepared, GError **error)
{
	/* What could not be prepared counts as a reader: a table or a column is missing. */
	bool reads = sqlite3_stmt_readonly(prepared) != 0;
	return sqlite_fail(sqlite, reads ? "read" : "write", error);
}

struct rows *
sqlite_rows_open(struct database *database, const char *sql, const struct value *values,
	size_t size, GError **error)
{
	struct sqlite *sqlite = (struct sqlite *)database;
	struct rows *rows = g_new0(struct rows, 1);
	rows->sql = g_strdup(sql);
	rows->prepared = take_prepared(sqlite, sql);
	bool bound = rows->prepared != NULL;
	for (size_t i = 0; i < size && bound; i++)
		bound = bind(rows->prepared, (int)i + 1, &values[i]) == SQLITE_OK;
	if (bound)
		return rows;
	fail(sqlite, rows->prepared, error);
	sqlite_rows_close(database, rows);
	return NULL;
}

/* SQLite's rows always come one by one. */
struct rows *
sqlite_rows_stream(struct database *database, const char *sql, GError **error)
{
	return sqlite_rows_open(database, sql, NULL, 0, error);
}

void
sqlite_rows_close(struct database *database, struct rows *rows)
{
	struct sqlite *sqlite = (struct sqlite *)database;
	if (rows->prepared != NULL) {
		sqlite3_reset(rows->prepared);
		sqlite3_clear_bindings(rows->prepared);
		g_hash_table_replace(
			sqlite->statements, g_steal_pointer(&rows->sql), rows->prepared);
	}
	g_free(rows->sql);
	g_free(rows);
}

bool
sqlite_rows_next(struct database *database, struct rows *rows, GError **error)
{
	int result = sqlite3_step(rows->prepared);
	if (result != SQLITE_ROW && result != SQLITE_DONE)
		return fail((struct sqlite *)database, rows->prepared, error);
	return result == SQLITE_ROW;
}

struct nullable
sqlite_rows_get_integer(struct rows *rows, int column)
{
	int type = sqlite3_column_type(rows->prepared, column);
	if (type != SQLITE_INTEGER && type != SQLITE_FLOAT)
		return NULLABLE_UNKNOWN;
	return NULLABLE(sqlite3_column_int64(rows->prepared, column));
}

/* SQLite has no type for it: SQLAlchemy stores a text. */
int64_t
sqlite_rows_get_moment(struct rows *rows, int column)
{
	int64_t moment;
	clock_parse_sql((const char *)sqlite3_column_text(rows->prepared, column), &moment);
	return moment;
}

const char *
sqlite_rows_get_text(struct rows *rows, int column, size_t *length)
{
	const char *text = (const char *)sqlite3_column_text(rows->prepared, column);
	*length = (size_t)sqlite3_column_bytes(rows->prepared, column);
	return text;
}

int64_t
sqlite_count_changes(struct database *database)
{
	return sqlite3_changes64(((struct sqlite *)database)->handle);
}

int64_t
sqlite_get_new_id(struct database *database)
{
	return sqlite3_last_insert_rowid(((struct sqlite *)database)->handle);
}
