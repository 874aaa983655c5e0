/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What mariadb*.c share. The functions after mariadb_fail() are those of struct
 * database_ops.
 */
#pragma once

#include <glib.h>
#include <mysql.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/database_ops.h"
#include "store/mariadb_url.h"

struct mariadb {
	struct database base;
	struct mariadb_url *url;
	enum database_mode mode;
	unsigned timeout;       /* s */
	MYSQL *handle;          /* NULL: not connected */
	bool lost;              /* the connection is of no more use */
	unsigned connections;   /* made so far: a statement belongs to one */
	GHashTable *statements; /* SQL -> struct rows *, those not in use */
	int64_t changes;        /* of the last statement that wrote */
	int64_t new_id;
	char *seen; /* what mariadb_has_changed() saw last; NULL: not looked at since connecting */
};

/* Sets an error for a code and text of the library's, and notes where the connection is lost by
 * it; what: "read", "connect to". Gives false. */
bool mariadb_fail(
	struct mariadb *mariadb, unsigned code, const char *text, const char *what, GError **error);

GHashTable *mariadb_statements_new(void);
struct rows *mariadb_rows_open(struct database *database, const char *sql,
	const struct value *values, size_t size, GError **error);
struct rows *mariadb_rows_stream(struct database *database, const char *sql, GError **error);
void mariadb_rows_close(struct database *database, struct rows *rows);
bool mariadb_rows_next(struct database *database, struct rows *rows, GError **error);
struct nullable mariadb_rows_get_integer(struct rows *rows, int column);
int64_t mariadb_rows_get_moment(struct rows *rows, int column);
const char *mariadb_rows_get_text(struct rows *rows, int column, size_t *length);
int64_t mariadb_count_changes(struct database *database);
int64_t mariadb_get_new_id(struct database *database);
