/* SPDX-License-Identifier: Apache-2.0 */
#include "store/statement.h"

#include "store/database_ops.h"

struct statement {
	struct database *database;
	struct rows *rows;   /* NULL: it could not be begun */
	GPtrArray *repaired; /* texts of the row that were not UTF-8; NULL: none */
	GError *error;
};

char *
statement_format_in(const char *column, GArray *values)
{
	g_assert(values->len > 0);
	struct value last = g_array_index(values, struct value, values->len - 1);
	while ((values->len & (values->len - 1)) != 0)
		g_array_append_val(values, last);
	GString *sql = g_string_new(column);
	for (guint i = 1; i <= values->len; i++)
		g_string_append_printf(sql, "%s?%u", i == 1 ? " IN (" : ", ", i);
	g_string_append_c(sql, ')');
	return g_string_free(sql, FALSE);
}

struct statement *
statement_new(struct database *database, const char *sql, const struct value *values, size_t size)
{
	struct statement *statement = g_new0(struct statement, 1);
	statement->database = database;
	statement->rows = database->ops->open(database, sql, values, size, &statement->error);
	return statement;
}

struct statement *
statement_new_stream(struct database *database, const char *sql)
{
	struct statement *statement = g_new0(struct statement, 1);
	statement->database = database;
	statement->rows = database->ops->stream(database, sql, &statement->error);
	return statement;
}

void
statement_free(struct statement *statement)
{
	if (statement->rows != NULL)
		statement->database->ops->close_rows(statement->database, statement->rows);
	g_clear_pointer(&statement->repaired, g_ptr_array_unref);
	g_clear_error(&statement->error);
	g_free(statement);
}

bool
statement_next(struct statement *statement)
{
	if (statement->error != NULL)
		return false;
	g_clear_pointer(&statement->repaired, g_ptr_array_unref);
	return statement->database->ops->next(
		statement->database, statement->rows, &statement->error);
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
	return statement->database->ops->get_integer(statement->rows, column);
}

int64_t
statement_get_moment(struct statement *statement, int column)
{
	return statement->database->ops->get_moment(statement->rows, column);
}

/* As nearly all texts are. Without a way out of the loop, so that it looks at many bytes at once:
 * GLib looks at one. */
static bool
is_ascii(const char *text, size_t length)
{
	unsigned char high = 0, zero = 0;
	for (size_t i = 0; i < length; i++) {
		high |= (unsigned char)text[i] & 0x80;
		zero |= text[i] == '\0';
	}
	return (high | zero) == 0;
}

const char *
statement_get_text(struct statement *statement, int column)
{
	size_t length;
	const char *text = statement->database->ops->get_text(statement->rows, column, &length);
	if (text == NULL || length > STATEMENT_TEXT_MAX)
		return NULL;
	/* With its length: a NUL in the middle would make two texts one. */
	if (is_ascii(text, length) || g_utf8_validate(text, (gssize)length, NULL))
		return text;
	if (statement->repaired == NULL)
		statement->repaired = g_ptr_array_new_with_free_func(g_free);
	char *valid = g_utf8_make_valid(text, (gssize)length);
	g_ptr_array_add(statement->repaired, valid);
	return valid;
}

bool
statement_run(struct database *database, const char *sql, const struct value *values, size_t size,
	GError **error)
{
	CLEANUP(statement_free)
	struct statement *statement = statement_new(database, sql, values, size);
	while (statement_next(statement))
		continue;
	return statement_check(statement, error);
}

int64_t
statement_count_changes(struct database *database)
{
	return database->ops->count_changes(database);
}

int64_t
statement_get_new_id(struct database *database)
{
	return database->ops->get_new_id(database);
}
