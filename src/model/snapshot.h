/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot: all hypervisors and services at one moment, in Nova's order (cell by
 * cell, by id), with indexes. Immutable; a change makes a new one, which shares what did not
 * change: the records sit in chunks, so that a change copies one chunk and the root, and the
 * indexes are shared while nothing joins, leaves or changes its identity. Any thread may read one
 * that it holds a reference to.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/chunks.h"
#include "model/host.h"

#define SNAPSHOT_NONE SIZE_MAX /* no such slot */

/* The sums of GET /os-hypervisors/statistics: over the nodes whose service counts. */
struct statistics {
	int64_t count;
	int64_t vcpus, vcpus_used;
	int64_t memory_mb, memory_mb_used, free_ram_mb;
	int64_t local_gb, local_gb_used, free_disk_gb;
	int64_t disk_available_least;
	int64_t current_workload;
	int64_t running_vms;
};

struct snapshot;

struct snapshot *snapshot_new_empty(void);
/* Of these hosts (struct host *) alone; no two of one name in a cell. */
struct snapshot *snapshot_new(GPtrArray *hosts);
/* The same; uuids and hosts are found whatever the case of their letters. */
struct snapshot *snapshot_new_caseless(GPtrArray *hosts);
/* As `before`, but for these hosts; no two of one name in a cell. */
struct snapshot *snapshot_new_with(const struct snapshot *before, GPtrArray *hosts);
struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot);
CLEANUP_DEFINE(struct snapshot, snapshot_unref)

/* Hypervisors have slots 0 to size - 1, in the order of a listing, those that lists
 * pass over among them. What is got is lent. */
size_t snapshot_get_size(const struct snapshot *snapshot);
struct hypervisor *snapshot_get(const struct snapshot *snapshot, size_t slot);
/* The chunks that hold them. */
const struct chunks *snapshot_get_chunks(const struct snapshot *snapshot);

/* Slots by key; SNAPSHOT_NONE where there is none. Several cells may have the same id: the first in
 * the order of a listing is meant. */
size_t snapshot_find_uuid(const struct snapshot *snapshot, const char *uuid);
size_t snapshot_find_id(const struct snapshot *snapshot, int64_t id);
size_t snapshot_find_host(const struct snapshot *snapshot, int64_t cell, const char *host);

/* The slots (size_t) of those whose hypervisor_hostname matches LIKE '%pattern%' (like.h), in
 * order; the caller frees the array. */
GArray *snapshot_find_hostnames(const struct snapshot *snapshot, const char *pattern);

/* The host's nova-compute, lent; NULL where it has none. */
struct service *snapshot_find_compute(
	const struct snapshot *snapshot, int64_t cell, const char *host);

/* All live services, of any binary, cell by cell, in the order of their ids. */
size_t snapshot_get_services_size(const struct snapshot *snapshot);
struct service *snapshot_get_service(const struct snapshot *snapshot, size_t at);

const struct statistics *snapshot_get_statistics(const struct snapshot *snapshot);
