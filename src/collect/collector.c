/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/collector.h"

#include "base/clock.h"
#include "base/error.h"
#include "collect/events.h"
#include "collect/keeper.h"
#include "collect/outlet.h"
#include "collect/source.h"

struct collectors {
	struct outlet *outlet;
	GThread *supervisor;

	GMutex lock;
	GPtrArray *keepers; /* struct keeper *, in the order of the URIs; under the lock */
};

/* The supervisor: tends every keeper whenever one is due or something has happened. */
static void *
supervise(void *data)
{
	struct collectors *collectors = data;
	int64_t next;
	do {
		next = CLOCK_NEVER;
		g_mutex_lock(&collectors->lock);
		for (guint i = 0; i < collectors->keepers->len; i++) {
			int64_t due =
				keeper_tend(collectors->keepers->pdata[i], g_get_monotonic_time());
			next = MIN(next, due);
		}
		g_mutex_unlock(&collectors->lock);
	} while (outlet_wait(collectors->outlet, next));
	return NULL;
}

/* A source for each URI, all or none. */
static GPtrArray *
read_sources(const char *const *uris, const struct collector_options *options, GError **error)
{
	g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func((GDestroyNotify)source_unref);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	for (; *uris != NULL; uris++) {
		struct source *source = source_new(*uris, options, error);
		if (source == NULL)
			return NULL;
		g_ptr_array_add(sources, source);
		if (!g_hash_table_add(seen, source->uri)) {
			g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
				"connection '%s' is given twice; each is one host", *uris);
			return NULL;
		}
	}
	return g_steal_pointer(&sources);
}

struct collectors *
collectors_start(const char *const *uris, const struct collector_options *options,
	collector_deliver *deliver, void *data, GError **error)
{
	g_autoptr(GPtrArray) sources = read_sources(uris, options, error);
	if (sources == NULL)
		return NULL;
	events_start();

	struct collectors *collectors = g_new0(struct collectors, 1);
	g_mutex_init(&collectors->lock);
	collectors->outlet = outlet_new(deliver, data);
	collectors->keepers = g_ptr_array_new_with_free_func((GDestroyNotify)keeper_free);
	for (guint i = 0; i < sources->len; i++)
		g_ptr_array_add(
			collectors->keepers, keeper_new(sources->pdata[i], collectors->outlet));
	collectors->supervisor = g_thread_new("supervisor", supervise, collectors);
	return collectors;
}

GPtrArray *
collectors_get_status(struct collectors *collectors)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)collector_status_free);
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&collectors->lock);
	for (guint i = 0; i < collectors->keepers->len; i++)
		g_ptr_array_add(list, keeper_get_status(collectors->keepers->pdata[i]));
	return list;
}

void
collector_status_free(struct collector_status *status)
{
	g_free(status->connection);
	g_free(status->trouble);
	g_free(status);
}

void
collectors_stop(struct collectors *collectors)
{
	outlet_close(collectors->outlet);
	g_thread_join(collectors->supervisor);
	g_ptr_array_unref(collectors->keepers);
	outlet_unref(collectors->outlet);
	g_mutex_clear(&collectors->lock);
	g_free(collectors);
}
