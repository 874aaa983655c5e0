/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/cell_mapping.h"

#define CELL0_UUID "00000000-0000-0000-0000-000000000000"

bool
cell_mapping_is_cell0(const struct cell_mapping *mapping)
{
	return g_str_equal(mapping->uuid, CELL0_UUID);
}

bool
cell_mapping_equal(const struct cell_mapping *a, const struct cell_mapping *b)
{
	return a->id == b->id && g_str_equal(a->uuid, b->uuid) && g_str_equal(a->name, b->name) &&
	       g_str_equal(a->database_url, b->database_url) &&
	       g_strcmp0(a->transport_url, b->transport_url) == 0;
}

struct cell_mapping *
cell_mapping_copy(const struct cell_mapping *mapping)
{
	struct cell_mapping *copy = g_new(struct cell_mapping, 1);
	*copy = (struct cell_mapping){
		.id = mapping->id,
		.uuid = g_strdup(mapping->uuid),
		.name = g_strdup(mapping->name),
		.database_url = g_strdup(mapping->database_url),
		.transport_url = g_strdup(mapping->transport_url),
	};
	return copy;
}

void
cell_mapping_free(struct cell_mapping *mapping)
{
	g_free(mapping->uuid);
	g_free(mapping->name);
	g_free(mapping->database_url);
	g_free(mapping->transport_url);
	g_free(mapping);
}
