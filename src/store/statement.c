/* SPDX-License-Identifier: Apache-2.0 */
#include "store/statement.h"

#include "base/error.h"
#include "store/sqlite_private.h"

struct statement {
	struct sqlite *sqlite;
	sqlite3_stmt *prepared; /* NULL: it could not be prepared */
	char *sql;
	GPtrArray *repaired; /* texts of the row that were not UTF-8; NULL: none */
	GError *error;
};

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

static void
fail(struct statement *statement)
{
	/* What could not be prepared counts as a reader: a table or a column is missing. */
	bool reads = sqlite3_stmt_readonly(statement->prepared) != 0;
	sqlite_fail(statement->sqlite, reads ? "read" : "write", &statement->error);
}

struct statement *
statement_new(struct sqlite *sqlite, const char *sql, const struct value *values, size_t size)
{
	struct statement *statement = g_new0(struct statement, 1);
	statement->sqlite = sqlite;
	statement->sql = g_strdup(sql);
	statement->prepared = take_prepared(sqlite, sql);
	bool bound = statement->prepared != NULL;
	for (size_t i = 0; i < size && bound; i++)
		bound = bind(statement->prepared, (int)i + 1, &values[i]) == SQLITE_OK;
	if (!bound)
		fail(statement);
	return statement;
}

void
statement_free(struct statement *statement)
{
	if (statement->prepared != NULL) {
		sqlite3_reset(statement->prepared);
		sqlite3_clear_bindings(statement->prepared);
		g_hash_table_replace(statement->sqlite->statements,
			g_steal_pointer(&statement->sql), statement->prepared);
	}
	g_clear_pointer(&statement->repaired, g_ptr_array_unref);
	g_clear_error(&statement->error);
	g_free(statement->sql);
	g_free(statement);
}

bool
statement_next(struct statement *statement)
{
	if (statement->error != NULL)
		return false;
	g_clear_pointer(&statement->repaired, g_ptr_array_unref);
	int result = sqlite3_step(statement->prepared);
	if (result != SQLITE_ROW && result != SQLITE_DONE)
		fail(statement);
	return result == SQLITE_ROW;
}

bool
statement_check(const struct statement *statement, GError **error)
{
	if (statement->error != NULL && error != NULL)
		*error = g_error_copy(statement->error);
	return statement->error == NULL;
}

struct nullable
statement_get_integer(struct statement *statement, int column)
{
	int type = sqlite3_column_type(statement->prepared, column);
	if (type != SQLITE_INTEGER && type != SQLITE_FLOAT)
		return NULLABLE_UNKNOWN;
	return NULLABLE(sqlite3_column_int64(statement->prepared, column));
}

const char *
statement_get_text(struct statement *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement->prepared, column);
	int length = sqlite3_column_bytes(statement->prepared, column);
	if (text == NULL || length > STATEMENT_TEXT_MAX)
		return NULL;
	if (g_utf8_validate(text, -1, NULL))
		return text;
	if (statement->repaired == NULL)
		statement->repaired = g_ptr_array_new_with_free_func(g_free);
	char *valid = g_utf8_make_valid(text, -1);
	g_ptr_array_add(statement->repaired, valid);
	return valid;
}

bool
statement_run(struct sqlite *sqlite, const char *sql, const struct value *values, size_t size,
	GError **error)
{
	CLEANUP(statement_free)
	struct statement *statement = statement_new(sqlite, sql, values, size);
	while (statement_next(statement))
		continue;
	return statement_check(statement, error);
}

int64_t
statement_count_changes(struct sqlite *sqlite)
{
	return sqlite3_changes64(sqlite->handle);
}

int64_t
statement_get_new_id(struct sqlite *sqlite)
{
	return sqlite3_last_insert_rowid(sqlite->handle);
}
