/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/cell_delta.h"

#include "model/caseless.h"

struct cell_delta *
cell_delta_new(int64_t cell, bool caseless)
{
	struct cell_delta *delta = g_new(struct cell_delta, 1);
	*delta = (struct cell_delta){
		.cell = cell,
		.caseless = caseless,
		.nodes = g_ptr_array_new_with_free_func((GDestroyNotify)node_unref),
		.gone = g_array_new(FALSE, FALSE, sizeof(int64_t)),
		.servers = g_hash_table_new_full(caseless_get_hash(caseless),
			caseless_get_equal(caseless), g_free, (GDestroyNotify)servers_unref),
	};
	return delta;
}

void
cell_delta_free(struct cell_delta *delta)
{
	g_clear_pointer(&delta->services, g_ptr_array_unref);
	g_ptr_array_unref(delta->nodes);
	g_array_unref(delta->gone);
	g_hash_table_unref(delta->servers);
	g_free(delta);
}
