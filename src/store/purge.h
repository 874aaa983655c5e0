/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deletes for good what was deleted long ago, in slices: a transaction over all rows of a large
 * cloud takes seconds, and whoever writes would wait for it. A slice is a range of ids, since
 * nothing tells by an index which rows were deleted before a moment. Where it stands is in memory
 * alone: who starts anew begins with the first row.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/database.h"

/* Rows of a slice, deleted or not: so long waits who comes meanwhile. To delete 10 of an SQLite
 * file of 5 GB took 3 ms, where 100 took 10 to 40; to look at 10 that live, 50 µs. */
#define PURGE_ROWS 10

struct purge;

/* The database outlives it. */
struct purge *purge_new(struct database *database);
void purge_free(struct purge *purge);

/* Deletes what was deleted before the moment (µs) of the next slice, in a transaction. *done: it
 * was the last one, and the next is the first again. After an error the slice is tried again. */
bool purge_slice(struct purge *purge, int64_t before, bool *done, GError **error);
