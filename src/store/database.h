/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to a database, of whichever kind. All of the folder speaks SQL
 * through this and statement.h; what the kinds do not have in common stands in
 * database_ops.h, and each library is known to its back end alone (sqlite*.c,
 * mariadb*.c). One thread uses a connection at a time.
 *
 * The SQL is what both kinds understand: values are ?1, ?2, …; columns that bear
 * a reserved word (binary) are in backticks; NULLs are compared by COALESCE and
 * IS NULL. Every message names the database, and none a password.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"

struct database;

enum database_mode {
	DATABASE_READ,  /* leaves everything as it is */
	DATABASE_WRITE, /* holds the lock that makes one process the only writer */
};

/*
 * Opens the database that a URL in SQLAlchemy's form names (url.h, mariadb_url.h). timeout: s, for
 * each call of MariaDB. MUSTER_ERROR_INVALID for a URL that is none; else what sqlite.h and
 * mariadb.h say: a file that is not there, to be read, is MUSTER_ERROR_IO.
 */
struct database *database_open(
	const char *url, enum database_mode mode, unsigned timeout, GError **error);
void database_close(struct database *database);
CLEANUP_DEFINE(struct database, database_close)

/* What messages call it: a path, or a name and a server. */
const char *database_get_name(const struct database *database);

/*
 * Whether another connection may have written since the last call, or since the opening. Where
 * what is open can't be read, or is not what is there now, it is opened again: that counts as a
 * change, and the next statement tells what is wrong.
 */
bool database_has_changed(struct database *database);

/* From now on every statement that runs asks is_wanted(data) each few milliseconds, on its own
 * thread, and fails (MUSTER_ERROR_IO) where that is not 0. NULL: asks no more. */
void database_set_interrupt(struct database *database, int (*is_wanted)(void *data), void *data);

/* Whether it is wanted now. */
bool database_is_interrupted(const struct database *database);

/*
 * In a transaction of reads, before its first statement: opens n more connections, in transactions
 * of reads that see the very same moment. Each may be used by another thread, and is closed before
 * the transaction ends. False: the kind of the database has none, or somebody has written in
 * between; there are none then.
 */
bool database_open_twins(struct database *database, struct database **twins, unsigned n);

/* Finds out whether a column, such as services.host, compares without case. */
bool database_compare_case(struct database *database, const char *table, const char *column,
	bool *caseless, GError **error);

/* Runs one statement that takes no values and gives no rows. */
bool database_execute(struct database *database, const char *sql, GError **error);

/*
 * A transaction: of reads, which all see one moment, or of writes. It is committed where work()
 * gives true, else undone. Where another's lock was in its way it is tried again, a bounded
 * number of times: work() begins from its beginning each time.
 * MUSTER_ERROR_UNAVAILABLE: the connection is lost; the next transaction makes a new one. One of
 * reads does so itself, once, where the connection broke while nobody used it.
 */
typedef bool database_work(void *data, GError **error);
bool database_read(struct database *database, database_work *work, void *data, GError **error);
bool database_write(struct database *database, database_work *work, void *data, GError **error);

/* As database_read(), but each statement sees its own moment: none waits for a transaction to be
 * begun and ended, which takes as long as a small query. */
bool database_read_apart(
	struct database *database, database_work *work, void *data, GError **error);

/* SQL in which the kinds differ. The hint after a table's name, to read it in the order of its
 * ids by one walk through it. */
const char *database_get_walk_hint(const struct database *database);
const char *database_get_tables_query(const struct database *database);  /* gives all names */
const char *database_get_columns_query(const struct database *database); /* those of table ?1 */
/* Makes all tables that are not there; NULL-terminated. */
const char *const *database_get_schema(const struct database *database);
