/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/storage.h"

#include <stdlib.h>
#include <string.h>

#include <libvirt/virterror.h>

#include "collect/libvirt_error.h"
#include "collect/xml.h"

#define GIB (INT64_C(1) << 30)

struct pool *
pool_new(const char *name)
{
	struct pool *pool = g_new0(struct pool, 1);
	pool->name = g_strdup(name);
	return pool;
}

void
pool_free(struct pool *pool)
{
	g_free(pool->name);
	g_free(pool);
}

/*
 * Whether two pools draw on the same room: they are the same, or both are directories in a file
 * system of exactly the same size, which is all that libvirt tells of it.
 */
static bool
shares_room(const struct pool *a, const struct pool *b)
{
	return a == b || (a->active && b->active && a->is_directory && b->is_directory &&
				 a->capacity == b->capacity);
}

/* Counts the pool. Of two that draw on the same room one counts, the one that has less left. */
static void
count(GPtrArray *counted, struct pool *pool)
{
	for (guint i = 0; i < counted->len; i++) {
		const struct pool *other = counted->pdata[i];
		if (!shares_room(other, pool))
			continue;
		if (pool->available < other->available)
			counted->pdata[i] = pool;
		return;
	}
	g_ptr_array_add(counted, pool);
}

/* The pools whose room is the host's, lent: each of another room. */
static GPtrArray *
choose(GPtrArray *pools, const char *name)
{
	GPtrArray *chosen = g_ptr_array_new();
	for (guint i = 0; i < pools->len && chosen->len == 0; i++) {
		struct pool *pool = pools->pdata[i];
		if (pool->active && g_str_equal(pool->name, name))
			count(chosen, pool);
	}
	if (chosen->len > 0)
		return chosen;
	for (guint i = 0; i < pools->len; i++) {
		struct pool *pool = pools->pdata[i];
		if (pool->active)
			count(chosen, pool);
	}
	return chosen;
}

static bool
shares_with_any(GPtrArray *chosen, const struct pool *pool)
{
	for (guint i = 0; i < chosen->len; i++)
		if (shares_room(chosen->pdata[i], pool))
			return true;
	return false;
}

void
room_sum(GPtrArray *pools, const char *name, struct room *room)
{
	g_autoptr(GPtrArray) chosen = choose(pools, name);
	int64_t capacity = 0, allocation = 0, available = 0;
	for (guint i = 0; i < chosen->len; i++) {
		const struct pool *pool = chosen->pdata[i];
		capacity += pool->capacity;
		allocation += pool->allocation;
		available += pool->available;
	}
	struct nullable growth = NULLABLE(0);
	for (guint i = 0; i < pools->len; i++) {
		const struct pool *pool = pools->pdata[i];
		if (!shares_with_any(chosen, pool))
			continue;
		growth.known = growth.known && pool->growth.known;
		growth.value += pool->growth.value;
	}
	*room = (struct room){
		.total = NULLABLE(capacity / GIB),
		.used = NULLABLE(allocation / GIB),
		.available = NULLABLE(available / GIB),
	};
	if (growth.known)
		room->least = NULLABLE((available - growth.value) / GIB);
}

/* Whether the pool is in a file system, by the type in its XML. */
static bool
read_is_directory(virStoragePoolPtr handle)
{
	char *text = virStoragePoolGetXMLDesc(handle, 0);
	if (text == NULL)
		return false;
	CLEANUP(xml_free) struct xml *xml = xml_parse(text, strlen(text), NULL);
	free(text);
	if (xml == NULL)
		return false;
	g_autofree char *type = xml_dup_attribute(xml_get_root(xml), "type");
	const char *const types[] = {"dir", "fs", "netfs", NULL};
	return type != NULL && g_strv_contains(types, type);
}

static struct pool *
read_pool(virStoragePoolPtr handle)
{
	virStoragePoolInfo info = {.state = VIR_STORAGE_POOL_INACTIVE};
	if (virStoragePoolGetInfo(handle, &info) < 0 &&
		virGetLastErrorCode() != VIR_ERR_NO_STORAGE_POOL) /* gone since it was listed */
		return NULL;
	struct pool *pool = pool_new(virStoragePoolGetName(handle));
	pool->active =
		info.state == VIR_STORAGE_POOL_RUNNING || info.state == VIR_STORAGE_POOL_DEGRADED;
	pool->capacity = (int64_t)info.capacity;
	pool->allocation = (int64_t)info.allocation;
	pool->available = (int64_t)info.available;
	pool->is_directory = read_is_directory(handle);
	return pool;
}

/* What the pool's volumes may still grow by; unknown as soon as one can't be read. */
static struct nullable
read_growth(virStoragePoolPtr handle)
{
	virStorageVolPtr *volumes = NULL;
	int count = virStoragePoolListAllVolumes(handle, &volumes, 0);
	if (count < 0)
		return NULLABLE_UNKNOWN;
	struct nullable growth = NULLABLE(0);
	for (int i = 0; i < count; i++) {
		virStorageVolInfo info;
		if (virStorageVolGetInfo(volumes[i], &info) == 0) {
			if (info.capacity > info.allocation)
				growth.value += (int64_t)(info.capacity - info.allocation);
		} else if (virGetLastErrorCode() != VIR_ERR_NO_STORAGE_VOL) {
			growth = NULLABLE_UNKNOWN;
			break;
		}
	}
	for (int i = 0; i < count; i++)
		virStorageVolFree(volumes[i]);
	free(volumes);
	return growth;
}

/* Reads the growth of the pools that share the room, and of no other: it is a call a volume. */
static void
read_growths(GPtrArray *pools, virStoragePoolPtr *handles, const char *name)
{
	g_autoptr(GPtrArray) chosen = choose(pools, name);
	for (guint i = 0; i < pools->len; i++) {
		struct pool *pool = pools->pdata[i];
		if (shares_with_any(chosen, pool))
			pool->growth = read_growth(handles[i]);
	}
}

static bool
read_pools(virStoragePoolPtr *handles, int count, const char *uri, const char *name,
	struct room *room, GError **error)
{
	g_autoptr(GPtrArray) pools = g_ptr_array_new_with_free_func((GDestroyNotify)pool_free);
	for (int i = 0; i < count; i++) {
		struct pool *pool = read_pool(handles[i]);
		if (pool == NULL) {
			libvirt_error_take(error, uri, "read a storage pool");
			return false;
		}
		g_ptr_array_add(pools, pool);
	}
	read_growths(pools, handles, name);
	room_sum(pools, name, room);
	return true;
}

bool
room_read(virConnectPtr connection, const char *uri, const char *name, struct room *room,
	GError **error)
{
	*room = (struct room){0};
	virStoragePoolPtr *handles = NULL;
	int count = virConnectListAllStoragePools(connection, &handles, 0);
	if (count < 0 && !libvirt_error_is_unsupported()) {
		libvirt_error_take(error, uri, "list the storage pools");
		return false;
	}
	/* A driver without storage has no pool. */
	count = MAX(count, 0);
	bool done = read_pools(handles, count, uri, name, room, error);
	for (int i = 0; i < count; i++)
		virStoragePoolFree(handles[i]);
	free(handles);
	return done;
}
