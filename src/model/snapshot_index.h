/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The indexes of a snapshot: slots by uuid, by id, by host and by hostname. Immutable;
 * shared by all snapshots that have the same members of the same names in the same slots.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/chunks.h"

struct snapshot_index;

/* A host of a cell; the name is lent. */
struct snapshot_host_key {
	int64_t cell;
	const char *name;
};
/* For tables of hosts. caseless: their names compare without case. */
GHashFunc snapshot_host_key_get_hash(bool caseless);
GEqualFunc snapshot_host_key_get_equal(bool caseless);

/* What a host has: the slot of its first hypervisor, and how many of each. */
struct snapshot_index_host {
	size_t first; /* meaningful where hypervisors > 0 */
	size_t hypervisors;
	size_t services;
	size_t compute; /* the place of its nova-compute among the services, or SNAPSHOT_NONE */
};

/* Of hypervisors and services in the order of their slots. caseless: uuids and hosts are found
 * whatever the case of their letters. */
struct snapshot_index *snapshot_index_new(
	GPtrArray *hypervisors, GPtrArray *services, bool caseless);
bool snapshot_index_is_caseless(const struct snapshot_index *index);
struct snapshot_index *snapshot_index_ref(struct snapshot_index *index);
void snapshot_index_unref(struct snapshot_index *index);

/* SNAPSHOT_NONE where there is none; the first where an id stands twice. */
size_t snapshot_index_find_uuid(const struct snapshot_index *index, const char *uuid);
size_t snapshot_index_find_id(const struct snapshot_index *index, int64_t id);
/* The slots (guint32) among which are all whose hostname matches, lent; NULL: it may be any
 * (hostnames.h). The first search makes what is looked in, of these hypervisors. */
const GArray *snapshot_index_find_hostnames(
	struct snapshot_index *index, const struct chunks *hypervisors, const char *pattern);

/* Lent; NULL where nothing is known of the host in that cell. */
const struct snapshot_index_host *snapshot_index_find_host(
	const struct snapshot_index *index, struct snapshot_host_key key);
