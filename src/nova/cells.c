/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/cells.h"

struct cells {
	struct cell_options options;
	char *name_template;
	GPtrArray *all; /* struct cell *, by id */
};

struct cells *
cells_new(const struct cell_options *options)
{
	struct cells *cells = g_new(struct cells, 1);
	cells->options = *options;
	cells->name_template = g_strdup(options->name_template);
	cells->options.name_template = cells->name_template;
	cells->all = g_ptr_array_new();
	return cells;
}

void
cells_free(struct cells *cells, int64_t patience)
{
	int64_t deadline = g_get_monotonic_time() + patience;
	for (guint i = 0; i < cells->all->len; i++)
		cell_stop(cells->all->pdata[i], MAX(deadline - g_get_monotonic_time(), 0));
	g_ptr_array_unref(cells->all);
	g_free(cells->name_template);
	g_free(cells);
}

static int
compare(const void *a, const void *b)
{
	int64_t left = cell_get_mapping(*(struct cell *const *)a)->id;
	int64_t right = cell_get_mapping(*(struct cell *const *)b)->id;
	return (left > right) - (left < right);
}

static bool
is_among(const struct cell_mapping *mapping, const GPtrArray *mappings)
{
	for (guint i = 0; i < mappings->len; i++)
		if (cell_mapping_equal(mapping, mappings->pdata[i]))
			return true;
	return false;
}

GArray *
cells_update(struct cells *cells, GPtrArray *mappings)
{
	GArray *gone = g_array_new(FALSE, FALSE, sizeof(int64_t));
	for (guint i = cells->all->len; i-- > 0;) {
		struct cell *cell = cells->all->pdata[i];
		if (is_among(cell_get_mapping(cell), mappings))
			continue;
		g_message("cell %s is no more, or is reached otherwise",
			cell_get_mapping(cell)->name);
		g_array_append_val(gone, cell_get_mapping(cell)->id);
		g_ptr_array_remove_index(cells->all, i);
		cell_stop(cell, 0);
	}
	for (guint i = 0; i < mappings->len; i++) {
		const struct cell_mapping *mapping = mappings->pdata[i];
		if (cells_find(cells, mapping->id) == NULL)
			g_ptr_array_add(cells->all, cell_start(mapping, &cells->options));
	}
	g_ptr_array_sort(cells->all, compare);
	return gone;
}

void
cells_restart(struct cells *cells, int64_t id)
{
	for (guint i = 0; i < cells->all->len; i++) {
		struct cell *old = cells->all->pdata[i];
		if (cell_get_mapping(old)->id != id)
			continue;
		cells->all->pdata[i] = cell_start(cell_get_mapping(old), &cells->options);
		cell_stop(old, 0);
	}
}

struct cell *
cells_find(const struct cells *cells, int64_t id)
{
	for (guint i = 0; i < cells->all->len; i++)
		if (cell_get_mapping(cells->all->pdata[i])->id == id)
			return cells->all->pdata[i];
	return NULL;
}

const GPtrArray *
cells_get_all(const struct cells *cells)
{
	return cells->all;
}
