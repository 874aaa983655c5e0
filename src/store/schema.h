/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables. Nova's three with Nova's own columns, constraints and indexes
 * (nova/db/main/models.py; as SQLAlchemy makes them in SQLite), so that what
 * reads a database of Nova's reads ours. And Muster's own:
 *
 *   muster_meta    what the database is: schema_version, installation_uuid
 *   muster_hosts   which service and node are which connection's and machine's
 *   muster_guests  each host's latest word on its domains; a row of instances
 *                  tells the word of the host that owns the domain
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "store/database.h"

#define SCHEMA_VERSION 1

/* A table that is read, with the columns that are. */
struct table {
	const char *name;
	const char *const *columns; /* NULL-terminated */
};

enum schema_state {
	SCHEMA_NONE,    /* the database has no table at all */
	SCHEMA_BEGUN,   /* Muster was making its tables when it ended */
	SCHEMA_OWN,     /* it carries muster_meta: it is Muster's own */
	SCHEMA_FOREIGN, /* it is somebody else's */
};
bool schema_find(struct database *database, enum schema_state *state, GError **error);

/* Makes all tables that are not there. muster_meta is the first and its rows are the last, since
 * MariaDB makes no tables in a transaction. */
bool schema_create(struct database *database, GError **error);
/* MUSTER_ERROR_UNSUPPORTED where an own database was made by a newer Muster. */
bool schema_check_version(struct database *database, GError **error);
/* MUSTER_ERROR_INVALID names a column that the table lacks. */
bool schema_check_table(struct database *database, const struct table *table, GError **error);
