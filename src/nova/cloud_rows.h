/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of all cells, put together as Nova does it: a node with the nova-compute
 * and the servers of its host in the cell to which the host is mapped, whichever cell
 * the node's own is. What was read goes in; the inventory gets what has changed. One
 * thread owns it, and is the inventory's writer.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/inventory.h"
#include "nova/cell_delta.h"

struct cloud_rows;

/* The inventory is lent. caseless: hosts compare without case. */
struct cloud_rows *cloud_rows_new(struct inventory *inventory, bool caseless);
void cloud_rows_free(struct cloud_rows *rows);
CLEANUP_DEFINE(struct cloud_rows, cloud_rows_free)

/* Takes what was read of a cell at `now` (µs). A heartbeat is seen at once. */
void cloud_rows_take_delta(struct cloud_rows *rows, struct cell_delta *delta, int64_t now);

/* The table that says to which cell a host is mapped (api_database.h); takes a reference. */
void cloud_rows_set_mappings(struct cloud_rows *rows, GHashTable *mappings);

/* The cell is not there any more. */
void cloud_rows_drop_cell(struct cloud_rows *rows, int64_t cell);

/* Publishes what has changed since, if anything has. read_at: µs, when all that is now in was last
 * known to be what the databases hold; CLOCK_UNKNOWN: never. */
void cloud_rows_publish(struct cloud_rows *rows, int64_t read_at);
