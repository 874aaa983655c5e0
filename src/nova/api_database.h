/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nova's API database: which cells there are, to which of them a host is mapped,
 * and the aggregates. It is only read, and only the columns that are used are
 * named, so that the tables of any Nova from Train on will do; what a row lacks
 * spoils no other. One thread at a time uses it, the one that uses the database.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/aggregates.h"
#include "nova/cell_mapping.h"
#include "store/database.h"

struct api_database;

/* What the templates of cell_mappings are filled from; NULL: not set. A template that can't be
 * filled is told in the log and taken as it stands, as Nova does. */
struct api_database_options {
	const char *connection;    /* nova.conf's [database] connection */
	const char *transport_url; /* and [DEFAULT] transport_url */
};

/* The database is lent. MUSTER_ERROR_INVALID names what cell_mappings or host_mappings lacks; where
 * the tables of the aggregates are missing there are none, which is told in the log. */
struct api_database *api_database_new(
	struct database *database, const struct api_database_options *options, GError **error);
void api_database_free(struct api_database *api);
CLEANUP_DEFINE(struct api_database, api_database_free)

/* Whether hosts compare without case there. */
bool api_database_is_caseless(const struct api_database *api);

/* What the database holds at one moment. */
struct api_rows {
	GPtrArray *cells;     /* struct cell_mapping *, in the order of their ids; also disabled
				 ones, which Nova asks as any other */
	GHashTable *mappings; /* host -> int64_t *, the id of its cell; compares as the database
				 does. The very table of the last reading if it has not changed. */
	struct aggregates *aggregates; /* NULL: there are no tables of them */
};

/* NULL at an error; those of database_read(). */
struct api_rows *api_database_read(struct api_database *api, GError **error);
void api_rows_free(struct api_rows *rows);
CLEANUP_DEFINE(struct api_rows, api_rows_free)

/* The mappings of these hosts alone (NULL-terminated), as above, read by their index. NULL at an
 * error. */
GHashTable *api_database_find_mappings(
	struct api_database *api, const char *const *hosts, GError **error);
