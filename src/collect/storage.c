/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/storage.h"

#include <stdlib.h>
#include <string.h>

#include <libvirt/virterror.h>

#include "base/error.h"
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

bool
pool_shares_room(const struct pool *a, const struct pool *b)
{
	return a == b || (a->active && b->active && a->is_directory && b->is_directory &&
				 a->capacity == b->capacity);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names as "a, b": sorted, since libvirt has no order, and news is what differs. */
static char *
list_names(GPtrArray *pools)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; i < pools->len; i++)
		g_ptr_array_add(names, ((const struct pool *)pools->pdata[i])->name);
	g_ptr_array_sort(names, compare);
	g_ptr_array_add(names, NULL);
	return g_strjoinv(", ", (char **)names->pdata);
}

static const struct pool *
find_pool(GPtrArray *pools, const char *name, GError **error)
{
	for (guint i = 0; i < pools->len; i++) {
		const struct pool *pool = pools->pdata[i];
		if (!g_str_equal(pool->name, name))
			continue;
		if (pool->active)
			return pool;
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND,
			"storage pool '%s' is not active", name);
		return NULL;
	}
	g_autofree char *names = list_names(pools);
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND,
		"no storage pool '%s'; [muster] storage_pool may be one of: %s", name, names);
	return NULL;
}

bool
room_sum(GPtrArray *pools, const char *name, struct room *room, GError **error)
{
	*room = (struct room){0};
	if (pools->len == 0) {
		*room = (struct room){NULLABLE(0), NULLABLE(0), NULLABLE(0), NULLABLE(0)};
		return true;
	}
	const struct pool *chosen = find_pool(pools, name, error);
	if (chosen == NULL)
		return false;

	struct nullable growth = NULLABLE(0);
	for (guint i = 0; i < pools->len; i++) {
		const struct pool *pool = pools->pdata[i];
		if (!pool_shares_room(chosen, pool))
			continue;
		growth.known = growth.known && pool->growth.known;
		growth.value += pool->growth.value;
	}
	room->total = NULLABLE(chosen->capacity / GIB);
	room->used = NULLABLE(chosen->allocation / GIB);
	room->available = NULLABLE(chosen->available / GIB);
	if (growth.known)
		room->least = NULLABLE((chosen->available - growth.value) / GIB);
	return true;
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

/* Reads the growth of the pools that share the room of the one named, and of no other: it is a
 * call a volume. */
static void
read_growths(GPtrArray *pools, virStoragePoolPtr *handles, const char *name)
{
	const struct pool *chosen = find_pool(pools, name, NULL);
	if (chosen == NULL)
		return;
	for (guint i = 0; i < pools->len; i++) {
		struct pool *pool = pools->pdata[i];
		if (pool_shares_room(chosen, pool))
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
	if (room_sum(pools, name, room, error))
		return true;
	g_prefix_error(error, "%s: ", uri);
	return false;
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
