/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk of a host: the room in the storage pool that the configuration names,
 * less what thin volumes may still grow by. Reading it asks the storage itself,
 * so it may hang with it.
 */
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/nullable.h"

/* Sizes in GiB, cut as Nova cuts them. */
struct room {
	struct nullable total, used, available;
	struct nullable least; /* available less all growth; may be negative */
};

/* A pool, in bytes. */
struct pool {
	char *name;
	bool active;
	bool is_directory; /* in a file system that it may share with other pools */
	int64_t capacity, allocation, available;
	struct nullable growth; /* what its volumes may grow by; unknown where not read */
};
struct pool *pool_new(const char *name);
void pool_free(struct pool *pool);

/*
 * The room in the pool of that name; where the host has no such pool that is active, in all its
 * active pools, those that share a room counted once. The growth of every pool that shares it is
 * taken off. A host without an active pool offers no storage: its room is a known zero.
 */
void room_sum(GPtrArray *pools, const char *name, struct room *room);

/* Asks libvirt for the pools and does that sum. libvirt's errors. */
bool room_read(virConnectPtr connection, const char *uri, const char *name, struct room *room,
	GError **error);
