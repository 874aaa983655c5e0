/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of one cell's database: reads what has changed since it read last, each
 * time in one READ ONLY transaction, with a number of queries that does not depend on
 * how much there is. One thread uses it at a time; a call may wait for the database as
 * long as its time-out says.
 *
 * Services are read whole: their heartbeats change most of them between any two
 * readings. Of the nodes the ids and times are, and the rows of those whose time is
 * another or young. What changes without a time is found by comparing, slice by slice.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "config/instance_name.h"
#include "nova/cell_delta.h"
#include "nova/cell_mapping.h"

struct cell_reader;

struct cell_reader_options {
	const struct cell_mapping *mapping; /* lent to the call */
	const struct instance_name *names;  /* lent; NULL: a server's name is its display name */
	unsigned timeout;                   /* s, for each call of MariaDB */
};

/* Connects at the first reading. */
struct cell_reader *cell_reader_new(const struct cell_reader_options *options);
void cell_reader_free(struct cell_reader *reader);
CLEANUP_DEFINE(struct cell_reader, cell_reader_free)

/*
 * Reads what is new at `now` (µs, the wall clock's), the servers only where they are wanted; the
 * first reading that succeeds brings all there is. A connection that was lost in the meantime is
 * made anew. Of cell0 the services alone are read. The errors are those of store_open() and
 * database_read().
 */
struct cell_delta *cell_reader_read(
	struct cell_reader *reader, bool servers, int64_t now, GError **error);

/* Reads the next slice of nodes and of servers, whether they seem to have changed or not. *last:
 * all have been looked at, and the next call begins anew. After a cell_reader_read(). */
struct cell_delta *cell_reader_compare(struct cell_reader *reader, bool *last, GError **error);
