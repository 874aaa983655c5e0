/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kind of database is to the rest of the folder. A back end's connection
 * begins with a struct database, so that a pointer to the one is a pointer to the
 * other.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/nullable.h"
#include "store/database.h"
#include "store/statement.h"

/* A statement that is being run; each back end has its own. */
struct rows;

struct database_ops {
	unsigned tries; /* how often a transaction begins that meets another's locks */

	const char *walk_hint;     /* database_get_walk_hint() */
	const char *tables;        /* database_get_tables_query() */
	const char *columns;       /* database_get_columns_query() */
	const char *const *schema; /* database_get_schema() */

	void (*close)(struct database *database);
	bool (*has_changed)(struct database *database);
	bool (*compare_case)(struct database *database, const char *table, const char *column,
		bool *caseless, GError **error);
	/* database_is_interrupted() is to be asked from now on. */
	void (*set_interrupt)(struct database *database);
	bool (*open_twins)(struct database *database, struct database **twins, unsigned n);
	bool (*execute)(struct database *database, const char *sql, GError **error);

	/* attach() sees to it that statements can be run outside a transaction. It and begin() may
	 * connect anew. rollback() is called after any failure, and may find that
	 * no transaction is open. */
	bool (*attach)(struct database *database, GError **error);
	bool (*begin)(struct database *database, enum database_mode mode, GError **error);
	bool (*commit)(struct database *database, GError **error);
	void (*rollback)(struct database *database);

	/* Binds the values, whose texts are lent for the call alone. NULL at an error. */
	struct rows *(*open)(struct database *database, const char *sql, const struct value *values,
		size_t size, GError **error);
	/* statement_new_stream() */
	struct rows *(*stream)(struct database *database, const char *sql, GError **error);
	void (*close_rows)(struct database *database, struct rows *rows);
	/* False at the end, and at an error. */
	bool (*next)(struct database *database, struct rows *rows, GError **error);
	/* A column of the row. What is not a number is unknown. */
	struct nullable (*get_integer)(struct rows *rows, int column);
	/* What is not a time is CLOCK_UNKNOWN. */
	int64_t (*get_moment)(struct rows *rows, int column);
	/* Bytes that a NUL follows, lent until the next row; NULL for NULL. */
	const char *(*get_text)(struct rows *rows, int column, size_t *length);
	/* statement_count_changes(), statement_get_new_id() */
	int64_t (*count_changes)(struct database *database);
	int64_t (*get_new_id)(struct database *database);
};

struct database {
	const struct database_ops *ops;
	char *name;                        /* database_get_name(); the back end frees it */
	int (*is_interrupted)(void *data); /* NULL: it is not */
	void *interrupt_data;
};
