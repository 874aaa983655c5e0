/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SQL statement with its values, and the rows that it gives. An error is kept
 * in the statement until statement_check() is asked, so that a loop stays a loop:
 *
 *     CLEANUP(statement_free)
 *     struct statement *rows = statement_new(database, "SELECT …", VALUES(…));
 *     while (statement_next(rows))
 *             …
 *     return statement_check(rows, error);
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/nullable.h"
#include "store/database.h"

/* Bytes of one text. MariaDB's TEXT, which Nova uses, holds 64 KiB; SQLite would take
 * 1 GB. A longer one counts as NULL, so that one row cannot eat the memory. */
#define STATEMENT_TEXT_MAX (1024 * 1024)

enum value_type {
	VALUE_NULL,
	VALUE_INTEGER,
	VALUE_TEXT,
};

/* A value for a statement; its text is lent. */
struct value {
	enum value_type type;
	int64_t integer;
	const char *text;
};

static inline struct value
value_integer(int64_t integer)
{
	return (struct value){.type = VALUE_INTEGER, .integer = integer};
}

static inline struct value
value_nullable(struct nullable integer)
{
	return integer.known ? value_integer(integer.value) : (struct value){.type = VALUE_NULL};
}

static inline struct value
value_text(const char *text)
{
	return (struct value){.type = text == NULL ? VALUE_NULL : VALUE_TEXT, .text = text};
}

/* A list of values and its length; the first is ?1. */
#define VALUES(...) (struct value[]){__VA_ARGS__}, G_N_ELEMENTS(((struct value[]){__VA_ARGS__}))

/* The SQL for "the column is one of the values" (an array of struct value, from ?1 on, not empty;
 * the caller frees the text). The last value is repeated until their number is a power of two: so
 * there are few different statements, and prepared ones are found again. */
char *statement_format_in(const char *column, GArray *values);

struct statement;

/* Never NULL: an error is told by statement_check(). The values are copied. */
struct statement *statement_new(
	struct database *database, const char *sql, const struct value *values, size_t size);
/* One of many rows, which come while they are looked at instead of all at once: no other statement
 * may run on the connection until this one is freed. */
struct statement *statement_new_stream(struct database *database, const char *sql);
void statement_free(struct statement *statement);
CLEANUP_DEFINE(struct statement, statement_free)

/* The next row; false where there is none, or at an error. */
bool statement_next(struct statement *statement);
/* Whether all went well so far. */
bool statement_check(const struct statement *statement, GError **error);

/* A column of the row, counted from 0. What is not a number is unknown. */
struct nullable statement_get_integer(struct statement *statement, int column);
/* µs since the epoch, of a DATETIME; CLOCK_UNKNOWN for NULL, and for what is not one. */
int64_t statement_get_moment(struct statement *statement, int column);
/* Valid UTF-8, lent until the next row; NULL for NULL. */
const char *statement_get_text(struct statement *statement, int column);

/* Runs a statement that gives no rows. */
bool statement_run(struct database *database, const char *sql, const struct value *values,
	size_t size, GError **error);
/* Of the last one that wrote: how many rows, and the id of the row that it inserted. */
int64_t statement_count_changes(struct database *database);
int64_t statement_get_new_id(struct database *database);
