/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service: a row of Nova's `services`. The record is immutable but for its
 * heartbeat, which any thread may read and the store's thread moves; a heartbeat
 * makes no new record and no new snapshot.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/* The columns, as a store hands them over; service_new() copies the strings. */
struct service_columns {
	int64_t cell; /* cell_mappings.id; 0 where there are no cells */
	int64_t id;
	const char *uuid; /* may be NULL: rows older than Nova's Pike */
	const char *host;
	const char *binary;
	bool disabled;
	bool disabled_known; /* false: NULL in the table; counts as enabled, but not in statistics
			      */
	const char *disabled_reason; /* NULL: none */
	bool forced_down;
	int64_t created_at;   /* µs, or CLOCK_UNKNOWN */
	int64_t updated_at;   /* µs, or CLOCK_UNKNOWN */
	int64_t last_seen_up; /* µs, or CLOCK_UNKNOWN */
};

struct service;

struct service *service_new(const struct service_columns *columns);
struct service *service_ref(struct service *service);
void service_unref(struct service *service);
CLEANUP_DEFINE(struct service, service_unref)

int64_t service_get_cell(const struct service *service);
int64_t service_get_id(const struct service *service);
const char *service_get_uuid(const struct service *service);
const char *service_get_host(const struct service *service);
const char *service_get_binary(const struct service *service);
const char *service_get_disabled_reason(const struct service *service);
bool service_is_disabled(const struct service *service);
bool service_is_forced_down(const struct service *service);

/* Enabled beyond doubt, a nova-compute: its nodes count in the statistics. */
bool service_counts(const struct service *service);

/* nova-compute is the one binary that makes a hypervisor. */
bool service_is_compute(const struct service *service);

/* When the row was last written, µs or CLOCK_UNKNOWN: os-services' updated_at. */
int64_t service_get_updated_at(const struct service *service);

/* Moves the heartbeat, and when the row was written. One writer at a time; readers may be at
 * work. */
void service_beat(struct service *service, int64_t last_seen_up, int64_t updated_at);
int64_t service_get_last_seen_up(const struct service *service);

/* Whether every column is the same but those that service_beat() moves. */
bool service_equal(const struct service *a, const struct service *b);

/*
 * Whether the service is up at `now`: last_seen_up, else created_at, within
 * `down_time` µs of now in either direction, and not forced down (Nova,
 * nova/servicegroup/drivers/db.py). *until is the first moment at which the
 * answer may be another one although nothing was written; CLOCK_NEVER if none.
 */
bool service_is_up(const struct service *service, int64_t now, int64_t down_time, int64_t *until);
