/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The refresh of the inventory, in rounds. A round has the API database and every cell
 * read what is new, all at once, and publishes it; whoever wished for a refresh before
 * it began has it when it ends, so the databases see one refresh at a time, however
 * many ask. A round ends when all have been read, or when nobody can wait any longer;
 * who has not answered by then is away, and its answer is taken when it comes. Between
 * rounds the cells are compared with what is known of them, slice by slice.
 *
 * All but refresh_is_fresh() is for the thread of the context.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/health.h"
#include "model/freshness.h"
#include "model/inventory.h"
#include "nova/cells.h"
#include "nova/mapper.h"

struct refresh_options {
	GMainContext *context;
	struct inventory *inventory;   /* the refresh is its writer */
	struct health *health;         /* its parts "api_database" and "cell NAME", but for cell0 */
	struct mapper_options mapper;  /* but for its context, take and data */
	struct cell_options cells;     /* likewise */
	int64_t timeout;               /* µs: of a round, and of a wish */
	int64_t max_staleness;         /* µs: an inventory so old will do; 0: none will */
	int64_t stale_if_error;        /* µs: and one so old where a database is away */
	int64_t full_refresh_interval; /* µs in which all is compared */
	/* Called when the first round has ended; error: of the API database, lent, or NULL. */
	void (*first_round)(const GError *error, void *data);
	/* Called when a cell is no more, or is reached otherwise. */
	void (*cells_changed)(void *data);
	void *data;
};

struct refresh;

/* Begins the first round, which has no deadline: it brings all there is. */
struct refresh *refresh_start(const struct refresh_options *options);
/* Ends every wish with MUSTER_ERROR_UNAVAILABLE, and waits for the threads for `patience` µs. */
void refresh_stop(struct refresh *refresh, int64_t patience);

/* Takes part in a round that begins after this call. done(): in the context. */
void refresh_wish(
	struct refresh *refresh, enum freshness_part part, freshness_done *done, void *user);

/* Whether the inventory will do for a request that has come now. Where it will not for much longer,
 * has it refreshed. Any thread. */
bool refresh_is_fresh(struct refresh *refresh, enum freshness_part part);

/* µs since when the part is known to have been as published, where that is allowed though a
 * database is away; false: it is not. Any thread. */
bool refresh_get_allowed_age(struct refresh *refresh, enum freshness_part part, int64_t *age);

/* Whether the last reading of the cell failed, or takes too long. */
bool refresh_is_away(struct refresh *refresh, int64_t cell);

/* What clients are told of a database that is away: of a cell's (the caller frees it), and of the
 * API database. */
char *refresh_format_away(const struct cell_mapping *mapping);
#define REFRESH_MAP_AWAY "The API database is unavailable."

/* The same of the database for which a round that is under way waits; lent until it comes back. */
const char *refresh_get_away(const struct refresh *refresh);

/* Lent. */
struct cells *refresh_get_cells(struct refresh *refresh);
struct mapper *refresh_get_mapper(struct refresh *refresh);
