/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cell as the API database maps it: a row of cell_mappings, its URLs with the
 * templates filled in. A plain value.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

struct cell_mapping {
	int64_t id; /* the order of the cells */
	char *uuid;
	char *name; /* what messages call it: the name, else the uuid */
	char *database_url;
	char *transport_url; /* NULL: none */
};

/* cell0 holds the servers that were never placed, and no hypervisors (Nova,
 * nova/objects/cell_mapping.py, CELL0_UUID). */
bool cell_mapping_is_cell0(const struct cell_mapping *mapping);

/* Whether the same cell is reached in the same way. */
bool cell_mapping_equal(const struct cell_mapping *a, const struct cell_mapping *b);

struct cell_mapping *cell_mapping_copy(const struct cell_mapping *mapping);
void cell_mapping_free(struct cell_mapping *mapping);
CLEANUP_DEFINE(struct cell_mapping, cell_mapping_free)
