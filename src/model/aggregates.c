/* SPDX-License-Identifier: Apache-2.0 */
#include "model/aggregates.h"

#include "base/clock.h"

#define ZONE_KEY "availability_zone"

struct aggregates {
	gatomicrefcount refs;
	GPtrArray *list;      /* struct aggregate * */
	GHashTable *zones;    /* host -> its zones; both are lent by `list` or `joined` */
	GStringChunk *joined; /* several zones of a host, each combination once */
};

static void
clear_metadata(void *data)
{
	struct aggregate_metadata *metadata = data;
	g_free(metadata->key);
	g_free(metadata->value);
}

struct aggregate *
aggregate_new(int64_t id, const char *uuid, const char *name)
{
	struct aggregate *aggregate = g_new(struct aggregate, 1);
	*aggregate = (struct aggregate){
		.id = id,
		.uuid = g_strdup(uuid),
		.name = g_strdup(name),
		.created_at = CLOCK_UNKNOWN,
		.updated_at = CLOCK_UNKNOWN,
		.hosts = g_ptr_array_new_with_free_func(g_free),
		.metadata = g_array_new(FALSE, FALSE, sizeof(struct aggregate_metadata)),
	};
	g_array_set_clear_func(aggregate->metadata, clear_metadata);
	return aggregate;
}

void
aggregate_free(struct aggregate *aggregate)
{
	g_free(aggregate->uuid);
	g_free(aggregate->name);
	g_ptr_array_unref(aggregate->hosts);
	g_array_unref(aggregate->metadata);
	g_free(aggregate);
}

void
aggregate_add_host(struct aggregate *aggregate, const char *host)
{
	g_ptr_array_add(aggregate->hosts, g_strdup(host));
}

void
aggregate_add_metadata(struct aggregate *aggregate, const char *key, const char *value)
{
	struct aggregate_metadata metadata = {g_strdup(key), g_strdup(value)};
	g_array_append_val(aggregate->metadata, metadata);
}

const char *
aggregate_get_zone(const struct aggregate *aggregate)
{
	for (guint i = 0; i < aggregate->metadata->len; i++) {
		const struct aggregate_metadata *metadata =
			&g_array_index(aggregate->metadata, struct aggregate_metadata, i);
		if (g_str_equal(metadata->key, ZONE_KEY))
			return metadata->value;
	}
	return NULL;
}

static void
add_zone(struct aggregates *aggregates, char *host, const char *zone)
{
	const char *zones = g_hash_table_lookup(aggregates->zones, host);
	if (zones == NULL) {
		g_hash_table_insert(aggregates->zones, host, (char *)zone);
		return;
	}
	g_auto(GStrv) known = g_strsplit(zones, ",", -1);
	if (g_strv_contains((const char *const *)known, zone))
		return;
	g_autofree char *joined = g_strconcat(zones, ",", zone, NULL);
	g_hash_table_insert(
		aggregates->zones, host, g_string_chunk_insert_const(aggregates->joined, joined));
}

struct aggregates *
aggregates_new(GPtrArray *list)
{
	struct aggregates *aggregates = g_new(struct aggregates, 1);
	g_atomic_ref_count_init(&aggregates->refs);
	aggregates->list = list;
	aggregates->zones = g_hash_table_new(g_str_hash, g_str_equal);
	aggregates->joined = g_string_chunk_new(256);
	for (guint i = 0; i < list->len; i++) {
		const struct aggregate *aggregate = list->pdata[i];
		const char *zone = aggregate_get_zone(aggregate);
		for (guint j = 0; zone != NULL && j < aggregate->hosts->len; j++)
			add_zone(aggregates, aggregate->hosts->pdata[j], zone);
	}
	return aggregates;
}

struct aggregates *
aggregates_ref(struct aggregates *aggregates)
{
	g_atomic_ref_count_inc(&aggregates->refs);
	return aggregates;
}

void
aggregates_unref(struct aggregates *aggregates)
{
	if (!g_atomic_ref_count_dec(&aggregates->refs))
		return;
	g_hash_table_unref(aggregates->zones);
	g_string_chunk_free(aggregates->joined);
	g_ptr_array_unref(aggregates->list);
	g_free(aggregates);
}

size_t
aggregates_get_size(const struct aggregates *aggregates)
{
	return aggregates == NULL ? 0 : aggregates->list->len;
}

const struct aggregate *
aggregates_get(const struct aggregates *aggregates, size_t at)
{
	g_assert(at < aggregates_get_size(aggregates));
	return aggregates->list->pdata[at];
}

const char *
aggregates_find_zones(const struct aggregates *aggregates, const char *host)
{
	return aggregates == NULL ? NULL : g_hash_table_lookup(aggregates->zones, host);
}
