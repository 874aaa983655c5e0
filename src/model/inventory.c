/* SPDX-License-Identifier: Apache-2.0 */
#include "model/inventory.h"

#include <stdatomic.h>

#include "base/clock.h"

struct inventory {
	int64_t down_time;
	GMutex lock; /* held to read or swap a pointer and its reference, never longer */
	struct snapshot *snapshot;
	struct aggregates *aggregates; /* NULL: none */
	_Atomic uint64_t revivals;
	_Atomic int64_t refreshed_at;
};

struct inventory *
inventory_new(int64_t down_time)
{
	struct inventory *inventory = g_new0(struct inventory, 1);
	inventory->down_time = down_time;
	inventory->snapshot = snapshot_new_empty();
	inventory->refreshed_at = CLOCK_UNKNOWN;
	g_mutex_init(&inventory->lock);
	return inventory;
}

void
inventory_free(struct inventory *inventory)
{
	snapshot_unref(inventory->snapshot);
	g_clear_pointer(&inventory->aggregates, aggregates_unref);
	g_mutex_clear(&inventory->lock);
	g_free(inventory);
}

int64_t
inventory_get_down_time(const struct inventory *inventory)
{
	return inventory->down_time;
}

struct snapshot *
inventory_get_snapshot(struct inventory *inventory)
{
	g_mutex_lock(&inventory->lock);
	struct snapshot *snapshot = snapshot_ref(inventory->snapshot);
	g_mutex_unlock(&inventory->lock);
	return snapshot;
}

struct aggregates *
inventory_get_aggregates(struct inventory *inventory)
{
	g_mutex_lock(&inventory->lock);
	struct aggregates *aggregates =
		inventory->aggregates == NULL ? NULL : aggregates_ref(inventory->aggregates);
	g_mutex_unlock(&inventory->lock);
	return aggregates;
}

void
inventory_set_aggregates(struct inventory *inventory, struct aggregates *aggregates)
{
	g_mutex_lock(&inventory->lock);
	struct aggregates *before = inventory->aggregates;
	inventory->aggregates = aggregates;
	g_mutex_unlock(&inventory->lock);
	g_clear_pointer(&before, aggregates_unref);
}

static void
publish(struct inventory *inventory, struct snapshot *snapshot, int64_t now)
{
	g_mutex_lock(&inventory->lock);
	struct snapshot *before = inventory->snapshot;
	inventory->snapshot = snapshot;
	g_mutex_unlock(&inventory->lock);
	atomic_store(&inventory->refreshed_at, now);
	snapshot_unref(before);
}

void
inventory_load(struct inventory *inventory, GPtrArray *hosts, int64_t now)
{
	publish(inventory, snapshot_new(hosts), now);
}

void
inventory_load_caseless(struct inventory *inventory, GPtrArray *hosts, int64_t now)
{
	publish(inventory, snapshot_new_caseless(hosts), now);
}

void
inventory_update(struct inventory *inventory, GPtrArray *hosts, int64_t now)
{
	/* The writer's thread alone replaces the pointer, so it may read it unlocked. */
	publish(inventory, snapshot_new_with(inventory->snapshot, hosts), now);
}

void
inventory_beat_service(struct inventory *inventory, struct service *service, int64_t last_seen_up,
	int64_t updated_at, int64_t now)
{
	int64_t until_before, until_after;
	bool before = service_is_up(service, now, inventory->down_time, &until_before);
	service_beat(service, last_seen_up, updated_at);
	bool after = service_is_up(service, now, inventory->down_time, &until_after);
	if (after != before || until_after < until_before)
		atomic_fetch_add(&inventory->revivals, 1);
}

void
inventory_beat(struct inventory *inventory, const char *host, int64_t moment, int64_t now)
{
	atomic_store(&inventory->refreshed_at, now);
	struct service *service = snapshot_find_compute(inventory->snapshot, 0, host);
	if (service != NULL)
		inventory_beat_service(inventory, service, moment, moment, now);
}

void
inventory_confirm(struct inventory *inventory, int64_t now)
{
	atomic_store(&inventory->refreshed_at, now);
}

uint64_t
inventory_get_revivals(const struct inventory *inventory)
{
	return atomic_load(&inventory->revivals);
}

int64_t
inventory_get_refreshed_at(const struct inventory *inventory)
{
	return atomic_load(&inventory->refreshed_at);
}
