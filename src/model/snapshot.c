/* SPDX-License-Identifier: Apache-2.0 */
#include "model/snapshot.h"

#include "model/like.h"
#include "model/snapshot_index.h"

struct snapshot {
	gatomicrefcount refs;
	struct chunks *hypervisors;
	struct chunks *services;
	struct snapshot_index *index;
	struct statistics statistics;
};

static const struct chunks_kind hypervisors_kind = {
	.ref = (void *(*)(void *))hypervisor_ref,
	.unref = (void (*)(void *))hypervisor_unref,
};

static const struct chunks_kind services_kind = {
	.ref = (void *(*)(void *))service_ref,
	.unref = (void (*)(void *))service_unref,
};

/* Unsigned, since a database may hold anything: a sum beyond 64 bits wraps, and comes back. */
static void
add(int64_t *sum, int64_t value, int64_t sign)
{
	*sum = (int64_t)((uint64_t)*sum + (uint64_t)value * (uint64_t)sign);
}

/* Adds the node to the sums (sign 1), or takes it away again (-1). An unknown value adds nothing,
 * as SQL's SUM() has it. */
static void
count(struct statistics *sums, const struct hypervisor *hypervisor, int64_t sign)
{
	if (!hypervisor_counts(hypervisor))
		return;
	const struct node_columns *node = hypervisor_get_columns(hypervisor);
	add(&sums->count, 1, sign);
	add(&sums->vcpus, node->vcpus, sign);
	add(&sums->vcpus_used, node->vcpus_used, sign);
	add(&sums->memory_mb, node->memory_mb, sign);
	add(&sums->memory_mb_used, node->memory_mb_used, sign);
	add(&sums->free_ram_mb, node->free_ram_mb.value, sign);
	add(&sums->local_gb, node->local_gb, sign);
	add(&sums->local_gb_used, node->local_gb_used, sign);
	add(&sums->free_disk_gb, node->free_disk_gb.value, sign);
	add(&sums->disk_available_least, node->disk_available_least.value, sign);
	add(&sums->current_workload, node->current_workload.value, sign);
	add(&sums->running_vms, node->running_vms.value, sign);
}

/* Where a record stands in a listing. */
struct rank {
	int64_t cell;
	int64_t id;
};

static struct rank
rank_hypervisor(const void *hypervisor)
{
	const struct node_columns *node = hypervisor_get_columns(hypervisor);
	return (struct rank){node->cell, node->id};
}

static struct rank
rank_service(const void *service)
{
	return (struct rank){service_get_cell(service), service_get_id(service)};
}

static int
compare_ranks(struct rank a, struct rank b)
{
	return a.cell != b.cell ? (a.cell > b.cell) - (a.cell < b.cell)
				: (a.id > b.id) - (a.id < b.id);
}

static int
compare_hypervisors(const void *a, const void *b)
{
	return compare_ranks(
		rank_hypervisor(*(void *const *)a), rank_hypervisor(*(void *const *)b));
}

static int
compare_services(const void *a, const void *b)
{
	return compare_ranks(rank_service(*(void *const *)a), rank_service(*(void *const *)b));
}

/* Sorts the arrays, which lend their items, and builds all anew. */
static struct snapshot *
build(GPtrArray *hypervisors, GPtrArray *services, bool caseless)
{
	g_ptr_array_sort(hypervisors, compare_hypervisors);
	g_ptr_array_sort(services, compare_services);

	struct snapshot *snapshot = g_new0(struct snapshot, 1);
	g_atomic_ref_count_init(&snapshot->refs);
	snapshot->hypervisors = chunks_new(&hypervisors_kind, hypervisors);
	snapshot->services = chunks_new(&services_kind, services);
	snapshot->index = snapshot_index_new(hypervisors, services, caseless);
	for (guint i = 0; i < hypervisors->len; i++)
		count(&snapshot->statistics, hypervisors->pdata[i], +1);
	return snapshot;
}

struct snapshot *
snapshot_new_empty(void)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	return build(none, none, false);
}

static void
append_host(const struct host *host, GPtrArray *hypervisors, GPtrArray *services)
{
	for (guint i = 0; i < host->hypervisors->len; i++)
		g_ptr_array_add(hypervisors, host->hypervisors->pdata[i]);
	for (guint i = 0; i < host->services->len; i++)
		g_ptr_array_add(services, host->services->pdata[i]);
}

static struct snapshot *
build_of(GPtrArray *hosts, bool caseless)
{
	g_autoptr(GPtrArray) hypervisors = g_ptr_array_new();
	g_autoptr(GPtrArray) services = g_ptr_array_new();
	for (guint i = 0; i < hosts->len; i++)
		append_host(hosts->pdata[i], hypervisors, services);
	return build(hypervisors, services, caseless);
}

struct snapshot *
snapshot_new(GPtrArray *hosts)
{
	return build_of(hosts, false);
}

struct snapshot *
snapshot_new_caseless(GPtrArray *hosts)
{
	return build_of(hosts, true);
}

/* All anew, with what the given hosts had before left out. */
static struct snapshot *
rebuild(const struct snapshot *before, GPtrArray *hosts)
{
	bool caseless = snapshot_index_is_caseless(before->index);
	g_autoptr(GHashTable) given = g_hash_table_new_full(snapshot_host_key_get_hash(caseless),
		snapshot_host_key_get_equal(caseless), g_free, NULL);
	g_autoptr(GPtrArray) hypervisors = g_ptr_array_new();
	g_autoptr(GPtrArray) services = g_ptr_array_new();
	for (guint i = 0; i < hosts->len; i++) {
		struct host *host = hosts->pdata[i];
		struct snapshot_host_key key = {host->cell, host->name};
		g_hash_table_add(given, g_memdup2(&key, sizeof(key)));
		append_host(host, hypervisors, services);
	}
	for (size_t i = 0; i < snapshot_get_size(before); i++) {
		struct hypervisor *hypervisor = snapshot_get(before, i);
		const struct node_columns *node = hypervisor_get_columns(hypervisor);
		struct snapshot_host_key key = {node->cell, node->host};
		if (!g_hash_table_contains(given, &key))
			g_ptr_array_add(hypervisors, hypervisor);
	}
	for (size_t i = 0; i < snapshot_get_services_size(before); i++) {
		struct service *service = snapshot_get_service(before, i);
		struct snapshot_host_key key = {
			service_get_cell(service), service_get_host(service)};
		if (!g_hash_table_contains(given, &key))
			g_ptr_array_add(services, service);
	}
	return build(hypervisors, services, caseless);
}

/* The place of a rank among sorted records; false where none has it. */
static bool
find_place(const struct chunks *records, struct rank (*get_rank)(const void *record),
	struct rank rank, size_t *at)
{
	size_t low = 0, high = chunks_get_size(records);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_ranks(get_rank(chunks_get(records, middle)), rank) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*at = low;
	return low < chunks_get_size(records) &&
	       compare_ranks(get_rank(chunks_get(records, low)), rank) == 0;
}

static bool
place_hypervisor(const struct snapshot *before, struct hypervisor *hypervisor, GArray *changes)
{
	const struct node_columns *node = hypervisor_get_columns(hypervisor);
	struct chunks_change change = {0, hypervisor};
	if (!find_place(
		    before->hypervisors, rank_hypervisor, rank_hypervisor(hypervisor), &change.at))
		return false;
	const struct node_columns *old = hypervisor_get_columns(snapshot_get(before, change.at));
	if (!g_str_equal(old->uuid, node->uuid) || !g_str_equal(old->host, node->host) ||
		!g_str_equal(old->hypervisor_hostname, node->hypervisor_hostname))
		return false;
	g_array_append_val(changes, change);
	return true;
}

static bool
place_service(const struct snapshot *before, struct service *service, GArray *changes)
{
	struct chunks_change change = {0, service};
	if (!find_place(before->services, rank_service, rank_service(service), &change.at))
		return false;
	const struct service *old = chunks_get(before->services, change.at);
	if (!g_str_equal(service_get_host(old), service_get_host(service)) ||
		service_is_compute(old) != service_is_compute(service))
		return false;
	g_array_append_val(changes, change);
	return true;
}

/* Finds the places of the host's records. False where anything joined, left or changed its
 * identity since: the indexes do not fit any more. */
static bool
place_host(const struct snapshot *before, const struct host *host, GArray *hypervisors,
	GArray *services)
{
	const struct snapshot_index_host *had = snapshot_index_find_host(
		before->index, (struct snapshot_host_key){host->cell, host->name});
	if (had == NULL || had->hypervisors != host->hypervisors->len ||
		had->services != host->services->len)
		return false;
	for (guint i = 0; i < host->hypervisors->len; i++)
		if (!place_hypervisor(before, host->hypervisors->pdata[i], hypervisors))
			return false;
	for (guint i = 0; i < host->services->len; i++)
		if (!place_service(before, host->services->pdata[i], services))
			return false;
	return true;
}

struct snapshot *
snapshot_new_with(const struct snapshot *before, GPtrArray *hosts)
{
	g_autoptr(GArray) hypervisors = g_array_new(FALSE, FALSE, sizeof(struct chunks_change));
	g_autoptr(GArray) services = g_array_new(FALSE, FALSE, sizeof(struct chunks_change));
	for (guint i = 0; i < hosts->len; i++)
		if (!place_host(before, hosts->pdata[i], hypervisors, services))
			return rebuild(before, hosts);

	struct snapshot *snapshot = g_new0(struct snapshot, 1);
	g_atomic_ref_count_init(&snapshot->refs);
	snapshot->statistics = before->statistics;
	for (guint i = 0; i < hypervisors->len; i++) {
		const struct chunks_change *change =
			&g_array_index(hypervisors, struct chunks_change, i);
		count(&snapshot->statistics, chunks_get(before->hypervisors, change->at), -1);
		count(&snapshot->statistics, change->item, +1);
	}
	snapshot->hypervisors = chunks_new_with(
		before->hypervisors, (const void *)hypervisors->data, hypervisors->len);
	snapshot->services =
		chunks_new_with(before->services, (const void *)services->data, services->len);
	snapshot->index = snapshot_index_ref(before->index);
	return snapshot;
}

struct snapshot *
snapshot_ref(struct snapshot *snapshot)
{
	g_atomic_ref_count_inc(&snapshot->refs);
	return snapshot;
}

void
snapshot_unref(struct snapshot *snapshot)
{
	if (!g_atomic_ref_count_dec(&snapshot->refs))
		return;
	chunks_free(snapshot->hypervisors);
	chunks_free(snapshot->services);
	snapshot_index_unref(snapshot->index);
	g_free(snapshot);
}

size_t
snapshot_get_size(const struct snapshot *snapshot)
{
	return chunks_get_size(snapshot->hypervisors);
}

struct hypervisor *
snapshot_get(const struct snapshot *snapshot, size_t slot)
{
	return chunks_get(snapshot->hypervisors, slot);
}

const struct chunks *
snapshot_get_chunks(const struct snapshot *snapshot)
{
	return snapshot->hypervisors;
}

size_t
snapshot_find_uuid(const struct snapshot *snapshot, const char *uuid)
{
	return snapshot_index_find_uuid(snapshot->index, uuid);
}

size_t
snapshot_find_id(const struct snapshot *snapshot, int64_t id)
{
	return snapshot_index_find_id(snapshot->index, id);
}

GArray *
snapshot_find_hostnames(const struct snapshot *snapshot, const char *pattern)
{
	GArray *found = g_array_new(FALSE, FALSE, sizeof(size_t));
	const GArray *candidates =
		snapshot_index_find_hostnames(snapshot->index, snapshot->hypervisors, pattern);
	size_t size = candidates == NULL ? snapshot_get_size(snapshot) : candidates->len;
	for (size_t i = 0; i < size; i++) {
		size_t slot = candidates == NULL ? i : g_array_index(candidates, guint32, i);
		const struct node_columns *node =
			hypervisor_get_columns(snapshot_get(snapshot, slot));
		if (like_contains(node->hypervisor_hostname, pattern))
			g_array_append_val(found, slot);
	}
	return found;
}

size_t
snapshot_find_host(const struct snapshot *snapshot, int64_t cell, const char *host)
{
	const struct snapshot_index_host *entry =
		snapshot_index_find_host(snapshot->index, (struct snapshot_host_key){cell, host});
	return entry == NULL || entry->hypervisors == 0 ? SNAPSHOT_NONE : entry->first;
}

struct service *
snapshot_find_compute(const struct snapshot *snapshot, int64_t cell, const char *host)
{
	const struct snapshot_index_host *entry =
		snapshot_index_find_host(snapshot->index, (struct snapshot_host_key){cell, host});
	return entry == NULL || entry->compute == SNAPSHOT_NONE
		       ? NULL
		       : snapshot_get_service(snapshot, entry->compute);
}

size_t
snapshot_get_services_size(const struct snapshot *snapshot)
{
	return chunks_get_size(snapshot->services);
}

struct service *
snapshot_get_service(const struct snapshot *snapshot, size_t at)
{
	return chunks_get(snapshot->services, at);
}

const struct statistics *
snapshot_get_statistics(const struct snapshot *snapshot)
{
	return &snapshot->statistics;
}
