/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cell at work: its database, read by two lanes, each a thread with a connection of
 * its own. One reads what has changed; the other answers questions about single nodes,
 * which a long reading must not hold up. One thread owns a cell, that of a GMainContext
 * in which all answers arrive; what a cell is asked is answered in bounded time, with
 * an error where its database is away. After cell_stop() nothing arrives any more.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "nova/cell_delta.h"
#include "nova/cell_mapping.h"
#include "nova/cell_query.h"

struct cell;

/* What was read, taken; or the error, lent, and delta is NULL. last: of a comparison, that
 * all has been compared. */
typedef void cell_take_delta(
	struct cell *cell, struct cell_delta *delta, bool last, const GError *error, void *data);

struct cell_options {
	GMainContext *context;
	const char *name_template; /* lent to the call; NULL: a server's name is its display name */
	unsigned timeout;          /* s, for each call of MariaDB */
	cell_take_delta *take;     /* of cell_read() */
	cell_take_delta *take_compared; /* of cell_compare() */
	void *data;
};

struct cell *cell_start(const struct cell_mapping *mapping, const struct cell_options *options);
/* Waits for the threads for up to `patience` µs, then leaves them behind. */
void cell_stop(struct cell *cell, int64_t patience);

const struct cell_mapping *cell_get_mapping(const struct cell *cell);

/* Whether one of its threads waits for the database as if it did so for good (lane.h). is_awaited:
 * whether a reading is, else the thread that reads is none of them. */
bool cell_is_stuck(const struct cell *cell, bool is_awaited);

/* Has what is new read (cell_reader.h). */
void cell_read(struct cell *cell, bool servers);
void cell_compare(struct cell *cell);

/* Takes the query, and hands it back by its answer(). */
void cell_ask(struct cell *cell, struct cell_query *query);
