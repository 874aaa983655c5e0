/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements of MariaDB: prepared once a connection, with their rows brought over
 * whole, so that others may run while they are looked at, unless it is a stream. A number is bound
 * as one, and so is a time, which libmariadb would print for us to parse; any other column is
 * fetched as text when it is asked for, since its length is known only then.
 */
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/mariadb_private.h"

#define DAYS_TO_EPOCH 719163 /* from the 1st of January of the year 1, as GDate counts them */

/* Rows between questions whether to go on, which cost more than a row. */
#define ASK_ROWS 256

enum kind { KIND_TEXT, KIND_NUMBER, KIND_TIME };

struct column {
	enum kind kind;
	int64_t integer;
	MYSQL_TIME time;
	unsigned long length;
	my_bool null;
	GString *text; /* as it was asked for */
};

struct rows {
	MYSQL_STMT *handle;
	char *sql;
	unsigned connection; /* which one it was prepared on */
	GArray *order;       /* of unsigned: which value stands at each placeholder */
	unsigned size;       /* of columns; 0: it gives no rows */
	unsigned looked_at;  /* rows so far */
	bool streams;        /* rows are on their way: the connection is good for nothing else */
	struct column *columns;
	MYSQL_BIND *binds; /* one a column */
};

static void
rows_free(void *data)
{
	struct rows *rows = data;
	for (unsigned i = 0; i < rows->size; i++)
		g_string_free(rows->columns[i].text, TRUE);
	g_free(rows->columns);
	g_free(rows->binds);
	if (rows->handle != NULL)
		mysql_stmt_close(rows->handle);
	g_array_unref(rows->order);
	g_free(rows->sql);
	g_free(rows);
}

GHashTable *
mariadb_statements_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, rows_free);
}

static bool
fail(struct mariadb *mariadb, struct rows *rows, GError **error)
{
	return mariadb_fail(mariadb, mysql_stmt_errno(rows->handle), mysql_stmt_error(rows->handle),
		rows->size > 0 ? "read" : "write", error);
}

/* ?2 becomes ?, and order says that it is the second value. */
static char *
number_placeholders(const char *sql, GArray *order)
{
	GString *plain = g_string_new(NULL);
	while (*sql != '\0') {
		g_string_append_c(plain, *sql);
		if (*sql++ != '?')
			continue;
		char *end;
		unsigned at = (unsigned)g_ascii_strtoull(sql, &end, 10) - 1;
		g_array_append_val(order, at);
		sql = end;
	}
	return g_string_free(plain, FALSE);
}

static enum kind
get_kind(enum enum_field_types type)
{
	if (type == MYSQL_TYPE_DATETIME || type == MYSQL_TYPE_TIMESTAMP)
		return KIND_TIME;
	return IS_NUM(type) ? KIND_NUMBER : KIND_TEXT;
}

/* Where a column's value goes as soon as its row is there. */
static MYSQL_BIND
bind_column(struct column *column)
{
	MYSQL_BIND bind = {
		.buffer_type = MYSQL_TYPE_STRING,
		.length = &column->length,
		.is_null = &column->null,
	};
	if (column->kind == KIND_NUMBER) {
		bind.buffer_type = MYSQL_TYPE_LONGLONG;
		bind.buffer = &column->integer;
		bind.buffer_length = sizeof(column->integer);
	} else if (column->kind == KIND_TIME) {
		bind.buffer_type = MYSQL_TYPE_DATETIME;
		bind.buffer = &column->time;
		bind.buffer_length = sizeof(column->time);
	}
	return bind;
}

static void
describe_columns(struct rows *rows)
{
	MYSQL_RES *result = mysql_stmt_result_metadata(rows->handle);
	if (result == NULL)
		return;
	rows->size = mysql_num_fields(result);
	rows->columns = g_new0(struct column, rows->size);
	rows->binds = g_new0(MYSQL_BIND, rows->size);
	const MYSQL_FIELD *fields = mysql_fetch_fields(result);
	for (unsigned i = 0; i < rows->size; i++) {
		struct column *column = &rows->columns[i];
		column->kind = get_kind(fields[i].type);
		column->text = g_string_new(NULL);
		rows->binds[i] = bind_column(column);
	}
	mysql_free_result(result);
}

static struct rows *
prepare(struct mariadb *mariadb, const char *sql, GError **error)
{
	struct rows *rows = g_new0(struct rows, 1);
	rows->sql = g_strdup(sql);
	rows->connection = mariadb->connections;
	rows->order = g_array_new(FALSE, FALSE, sizeof(unsigned));
	rows->handle = mysql_stmt_init(mariadb->handle);
	g_autofree char *plain = number_placeholders(sql, rows->order);
	if (mysql_stmt_prepare(rows->handle, plain, strlen(plain)) != 0) {
		fail(mariadb, rows, error);
		rows_free(rows);
		return NULL;
	}
	describe_columns(rows);
	return rows;
}

/* It is taken out of the connection's cache while it is in use, so that the same SQL may be in
 * use twice. */
static struct rows *
take_prepared(struct mariadb *mariadb, const char *sql, GError **error)
{
	struct rows *rows = NULL;
	if (g_hash_table_steal_extended(mariadb->statements, sql, NULL, (gpointer *)&rows))
		return rows;
	return prepare(mariadb, sql, error);
}

static MYSQL_BIND
bind(const struct value *value)
{
	switch (value->type) {
	case VALUE_NULL:
		return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_NULL};
	case VALUE_INTEGER:
		return (MYSQL_BIND){
			.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = (void *)&value->integer};
	case VALUE_TEXT:
		return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING,
			.buffer = (void *)value->text,
			.buffer_length = strlen(value->text)};
	}
	g_assert_not_reached();
}

static bool
execute(struct mariadb *mariadb, struct rows *rows, const struct value *values, size_t size,
	GError **error)
{
	g_autofree MYSQL_BIND *binds = g_new0(MYSQL_BIND, rows->order->len);
	for (guint i = 0; i < rows->order->len; i++) {
		unsigned at = g_array_index(rows->order, unsigned, i);
		g_assert(at < size);
		binds[i] = bind(&values[at]);
	}
	if (mysql_stmt_bind_param(rows->handle, binds) != 0 ||
		mysql_stmt_execute(rows->handle) != 0)
		return fail(mariadb, rows, error);
	if (rows->size > 0)
		return (mysql_stmt_bind_result(rows->handle, rows->binds) == 0 &&
			       (rows->streams || mysql_stmt_store_result(rows->handle) == 0)) ||
		       fail(mariadb, rows, error);
	mariadb->changes = (int64_t)mysql_stmt_affected_rows(rows->handle);
	mariadb->new_id = (int64_t)mysql_stmt_insert_id(rows->handle);
	return true;
}

struct rows *
mariadb_rows_open(struct database *database, const char *sql, const struct value *values,
	size_t size, GError **error)
{
	struct mariadb *mariadb = (struct mariadb *)database;
	struct rows *rows = take_prepared(mariadb, sql, error);
	if (rows == NULL || execute(mariadb, rows, values, size, error))
		return rows;
	mariadb_rows_close(database, rows);
	return NULL;
}

struct rows *
mariadb_rows_stream(struct database *database, const char *sql, GError **error)
{
	struct mariadb *mariadb = (struct mariadb *)database;
	struct rows *rows = take_prepared(mariadb, sql, error);
	if (rows == NULL)
		return NULL;
	rows->streams = true;
	if (execute(mariadb, rows, NULL, 0, error))
		return rows;
	rows->streams = false;
	mariadb_rows_close(database, rows);
	return NULL;
}

/* What is left of a stream that is given up may be gigabytes: the connection goes with it. */
static void
give_up_stream(struct mariadb *mariadb, struct rows *rows)
{
	if (!rows->streams)
		return;
	mariadb_cancel(mariadb->handle);
	mariadb->lost = true;
}

void
mariadb_rows_close(struct database *database, struct rows *rows)
{
	struct mariadb *mariadb = (struct mariadb *)database;
	give_up_stream(mariadb, rows);
	if (rows->connection != mariadb->connections || mariadb->lost) {
		rows_free(rows);
		return;
	}
	mysql_stmt_free_result(rows->handle);
	g_hash_table_replace(mariadb->statements, rows->sql, rows);
}

bool
mariadb_rows_next(struct database *database, struct rows *rows, GError **error)
{
	struct mariadb *mariadb = (struct mariadb *)database;
	if (rows->size == 0)
		return false;
	if (rows->looked_at++ % ASK_ROWS == 0 && database_is_interrupted(database)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO, "cannot read %s: interrupted",
			mariadb->base.name);
		return false;
	}
	int result = mysql_stmt_fetch(rows->handle);
	/* Every text is cut short at first, to nothing. */
	if (result == 0 || result == MYSQL_DATA_TRUNCATED)
		return true;
	rows->streams = false;
	if (result != MYSQL_NO_DATA)
		fail(mariadb, rows, error);
	return false;
}

struct nullable
mariadb_rows_get_integer(struct rows *rows, int at)
{
	const struct column *column = &rows->columns[at];
	return column->kind == KIND_NUMBER && !column->null ? NULLABLE(column->integer)
							    : NULLABLE_UNKNOWN;
}

/* MariaDB may hold a time of zeros, which is no moment. timegm(3) would take several times as
 * long as all the rest of a row. */
static int64_t
get_time(const struct column *column)
{
	const MYSQL_TIME *time = &column->time;
	GDateDay day = (GDateDay)time->day;
	GDateMonth month = (GDateMonth)time->month;
	GDateYear year = (GDateYear)time->year;
	if (column->null || !g_date_valid_dmy(day, month, year))
		return CLOCK_UNKNOWN;
	GDate date;
	g_date_clear(&date, 1);
	g_date_set_dmy(&date, day, month, year);
	int64_t days = (int64_t)g_date_get_julian(&date) - DAYS_TO_EPOCH;
	int64_t hours = days * 24 + time->hour;
	int64_t seconds = (hours * 60 + time->minute) * 60 + time->second;
	return seconds * CLOCK_SECOND + (int64_t)time->second_part;
}

int64_t
mariadb_rows_get_moment(struct rows *rows, int at)
{
	const struct column *column = &rows->columns[at];
	return column->kind == KIND_TIME ? get_time(column) : CLOCK_UNKNOWN;
}

static bool
fetch_text(struct rows *rows, int at)
{
	struct column *column = &rows->columns[at];
	g_string_set_size(column->text, column->length);
	MYSQL_BIND whole = rows->binds[at];
	whole.buffer = column->text->str;
	whole.buffer_length = column->length;
	return mysql_stmt_fetch_column(rows->handle, &whole, (unsigned)at, 0) == 0;
}

const char *
mariadb_rows_get_text(struct rows *rows, int at, size_t *length)
{
	struct column *column = &rows->columns[at];
	if (column->null)
		return NULL;
	switch (column->kind) {
	case KIND_TEXT:
		if (!fetch_text(rows, at))
			return NULL;
		break;
	case KIND_NUMBER:
		g_string_printf(column->text, "%" G_GINT64_FORMAT, column->integer);
		break;
	case KIND_TIME: {
		g_autofree char *text = clock_format_sql(get_time(column));
		g_string_assign(column->text, text == NULL ? "" : text);
		break;
	}
	}
	*length = column->text->len;
	return column->text->str;
}

int64_t
mariadb_count_changes(struct database *database)
{
	return ((struct mariadb *)database)->changes;
}

int64_t
mariadb_get_new_id(struct database *database)
{
	return ((struct mariadb *)database)->new_id;
}
