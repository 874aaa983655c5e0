/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cells at work: started where the map of the cloud has a new one, stopped where
 * it has one no more or reaches it otherwise. One thread, that of the cells' context.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "nova/cell.h"

struct cells;

/* Takes no ownership of what the options name; they are those of every cell. */
struct cells *cells_new(const struct cell_options *options);
/* Stops them all, within `patience` µs. */
void cells_free(struct cells *cells, int64_t patience);

/* Has the cells of these mappings (struct cell_mapping *) at work, and gives the ids (int64_t) of
 * those that were stopped or changed; those changed are there anew. */
GArray *cells_update(struct cells *cells, GPtrArray *mappings);

/* Has the cell of this id at work anew, with new connections; its old threads are left behind. */
void cells_restart(struct cells *cells, int64_t id);

/* Lent; NULL: there is none. */
struct cell *cells_find(const struct cells *cells, int64_t id);

/* All (struct cell *), lent, in the order of their ids. The array is lent too. */
const GPtrArray *cells_get_all(const struct cells *cells);
