/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inventory: the place where the newest snapshot is published, and the
 * aggregates beside it. One thread writes (the one that owns the store), any thread reads.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/aggregates.h"
#include "model/host.h"
#include "model/snapshot.h"

struct inventory;

/* down_time: Nova's service_down_time, in µs. Holds an empty snapshot at first. */
struct inventory *inventory_new(int64_t down_time);
void inventory_free(struct inventory *inventory);
CLEANUP_DEFINE(struct inventory, inventory_free)

int64_t inventory_get_down_time(const struct inventory *inventory);

/* The newest snapshot, with a reference that the caller drops. Any thread. */
struct snapshot *inventory_get_snapshot(struct inventory *inventory);

/* The newest aggregates, with a reference that the caller drops; NULL: there are none. Any thread.
 */
struct aggregates *inventory_get_aggregates(struct inventory *inventory);
/* Publishes them, and takes the reference. The writer's thread. */
void inventory_set_aggregates(struct inventory *inventory, struct aggregates *aggregates);

/* Publishes a snapshot made of these hosts (struct host *) alone. The writer's thread. */
void inventory_load(struct inventory *inventory, GPtrArray *hosts, int64_t now);

/* The same, where the store's text compares without case. The writer's thread. */
void inventory_load_caseless(struct inventory *inventory, GPtrArray *hosts, int64_t now);

/* Publishes a snapshot in which these hosts, no two of one name, take the place of what bore them;
 * a host without services and nodes is gone. A batch makes one snapshot. The writer's thread. */
void inventory_update(struct inventory *inventory, GPtrArray *hosts, int64_t now);

/* A heartbeat of a published service, whose row was written at updated_at: no new snapshot. The
 * writer's thread. */
void inventory_beat_service(struct inventory *inventory, struct service *service,
	int64_t last_seen_up, int64_t updated_at, int64_t now);

/* The same of the nova-compute of a host, at `moment`, where there are no cells. */
void inventory_beat(struct inventory *inventory, const char *host, int64_t moment, int64_t now);

/* The store was looked at and has nothing new. The writer's thread. */
void inventory_confirm(struct inventory *inventory, int64_t now);

/* How often a heartbeat has changed a state, or brought the moment at which one flips nearer (the
 * clock was set back). Whoever keeps something made of states looks again when this has moved.
 * Any thread. */
uint64_t inventory_get_revivals(const struct inventory *inventory);

/* When the snapshot was last known to be what the store holds, µs. Any thread. */
int64_t inventory_get_refreshed_at(const struct inventory *inventory);
