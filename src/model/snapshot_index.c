/* SPDX-License-Identifier: Apache-2.0 */
#include "model/snapshot_index.h"

#include <stdatomic.h>

#include "model/caseless.h"
#include "model/hostnames.h"
#include "model/hypervisor.h"
#include "model/service.h"
#include "model/snapshot.h"

/* Slots are kept one up, since a table gives NULL for what it lacks. */
struct snapshot_index {
	gatomicrefcount refs;
	bool caseless;
	GHashTable *by_uuid;
	GHashTable *by_id;
	GHashTable *by_host;                   /* struct entry, by its key */
	_Atomic(struct hostnames *) hostnames; /* NULL until the first search */
};

struct entry {
	struct snapshot_host_key key; /* the name is owned */
	struct snapshot_index_host host;
};

static guint
key_hash(const void *data)
{
	const struct snapshot_host_key *key = data;
	return g_str_hash(key->name) + (guint)key->cell;
}

static gboolean
key_equal(const void *left, const void *right)
{
	const struct snapshot_host_key *a = left, *b = right;
	return a->cell == b->cell && g_str_equal(a->name, b->name);
}

static guint
key_caseless_hash(const void *data)
{
	const struct snapshot_host_key *key = data;
	return caseless_hash(key->name) + (guint)key->cell;
}

static gboolean
key_caseless_equal(const void *left, const void *right)
{
	const struct snapshot_host_key *a = left, *b = right;
	return a->cell == b->cell && caseless_equal(a->name, b->name);
}

GHashFunc
snapshot_host_key_get_hash(bool caseless)
{
	return caseless ? key_caseless_hash : key_hash;
}

GEqualFunc
snapshot_host_key_get_equal(bool caseless)
{
	return caseless ? key_caseless_equal : key_equal;
}

static void
entry_free(void *data)
{
	struct entry *entry = data;
	g_free((char *)entry->key.name);
	g_free(entry);
}

static gpointer
pointer_of_id(int64_t id)
{
	G_STATIC_ASSERT(sizeof(gpointer) == sizeof(int64_t));
	return (gpointer)(intptr_t)id;
}

static struct snapshot_index_host *
find_or_add(struct snapshot_index *index, struct snapshot_host_key key)
{
	struct entry *entry = g_hash_table_lookup(index->by_host, &key);
	if (entry == NULL) {
		entry = g_new0(struct entry, 1);
		entry->key = (struct snapshot_host_key){key.cell, g_strdup(key.name)};
		entry->host.compute = SNAPSHOT_NONE;
		g_hash_table_add(index->by_host, entry);
	}
	return &entry->host;
}

static void
add_hypervisor(struct snapshot_index *index, const struct node_columns *node, size_t slot)
{
	gpointer value = GSIZE_TO_POINTER(slot + 1);
	g_hash_table_insert(index->by_uuid, g_strdup(node->uuid), value);
	if (!g_hash_table_contains(index->by_id, pointer_of_id(node->id)))
		g_hash_table_insert(index->by_id, pointer_of_id(node->id), value);

	struct snapshot_index_host *host =
		find_or_add(index, (struct snapshot_host_key){node->cell, node->host});
	if (host->hypervisors++ == 0)
		host->first = slot;
}

static void
add_service(struct snapshot_index *index, const struct service *service, size_t at)
{
	struct snapshot_index_host *host = find_or_add(index,
		(struct snapshot_host_key){service_get_cell(service), service_get_host(service)});
	host->services++;
	if (host->compute == SNAPSHOT_NONE && service_is_compute(service))
		host->compute = at;
}

struct snapshot_index *
snapshot_index_new(GPtrArray *hypervisors, GPtrArray *services, bool caseless)
{
	struct snapshot_index *index = g_new0(struct snapshot_index, 1);
	g_atomic_ref_count_init(&index->refs);
	index->caseless = caseless;
	index->by_uuid = g_hash_table_new_full(
		caseless_get_hash(caseless), caseless_get_equal(caseless), g_free, NULL);
	index->by_id = g_hash_table_new(g_direct_hash, g_direct_equal);
	index->by_host = g_hash_table_new_full(snapshot_host_key_get_hash(caseless),
		snapshot_host_key_get_equal(caseless), entry_free, NULL);
	for (guint slot = 0; slot < hypervisors->len; slot++)
		add_hypervisor(index, hypervisor_get_columns(hypervisors->pdata[slot]), slot);
	for (guint i = 0; i < services->len; i++)
		add_service(index, services->pdata[i], i);
	return index;
}

bool
snapshot_index_is_caseless(const struct snapshot_index *index)
{
	return index->caseless;
}

struct snapshot_index *
snapshot_index_ref(struct snapshot_index *index)
{
	g_atomic_ref_count_inc(&index->refs);
	return index;
}

void
snapshot_index_unref(struct snapshot_index *index)
{
	if (!g_atomic_ref_count_dec(&index->refs))
		return;
	g_hash_table_unref(index->by_uuid);
	g_hash_table_unref(index->by_id);
	g_hash_table_unref(index->by_host);
	struct hostnames *hostnames = atomic_load(&index->hostnames);
	g_clear_pointer(&hostnames, hostnames_free);
	g_free(index);
}

/* Of 0, what a table gives where it has no such key, this makes SNAPSHOT_NONE. */
static size_t
slot_of(gpointer value)
{
	return GPOINTER_TO_SIZE(value) - 1;
}

size_t
snapshot_index_find_uuid(const struct snapshot_index *index, const char *uuid)
{
	return slot_of(g_hash_table_lookup(index->by_uuid, uuid));
}

size_t
snapshot_index_find_id(const struct snapshot_index *index, int64_t id)
{
	return slot_of(g_hash_table_lookup(index->by_id, pointer_of_id(id)));
}

const GArray *
snapshot_index_find_hostnames(
	struct snapshot_index *index, const struct chunks *hypervisors, const char *pattern)
{
	struct hostnames *hostnames = atomic_load(&index->hostnames);
	if (hostnames == NULL) {
		struct hostnames *made = hostnames_new(hypervisors);
		if (atomic_compare_exchange_strong(&index->hostnames, &hostnames, made))
			hostnames = made;
		else /* another thread was first */
			hostnames_free(made);
	}
	return hostnames_find(hostnames, pattern);
}

const struct snapshot_index_host *
snapshot_index_find_host(const struct snapshot_index *index, struct snapshot_host_key key)
{
	const struct entry *entry = g_hash_table_lookup(index->by_host, &key);
	return entry == NULL ? NULL : &entry->host;
}
