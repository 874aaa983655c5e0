/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A running Nova, read: the thread that keeps the inventory as Nova's databases have
 * it, and answers through struct freshness for whoever needs more than was read last.
 * It never writes, and no database or broker that is away holds up what needs it not.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/health.h"
#include "model/freshness.h"
#include "model/inventory.h"
#include "model/uptimes.h"
#include "nova/rpc.h"

/* The comments name the options of nova.conf. All texts are lent for as long as the cloud lives. */
struct cloud_options {
	struct inventory *inventory; /* lent; the cloud is its writer */
	struct health *health;       /* lent */
	struct uptimes *uptimes;     /* lent; NULL: no compute is asked */

	const char *api_database;      /* [api_database] connection */
	const char *database;          /* [database] connection, and */
	const char *transport_url;     /* [DEFAULT] transport_url: for templates; NULL: not set */
	const char *name_template;     /* [DEFAULT] instance_name_template; NULL: display names */
	unsigned database_timeout;     /* s; [muster], as all that follows but for rpc */
	int64_t max_staleness;         /* µs */
	int64_t stale_if_error;        /* µs */
	int64_t full_refresh_interval; /* µs */
	int64_t uptime_deadline;       /* µs */
	struct rpc_options rpc;        /* but for its URL */

	int (*is_cancelled)(void *data); /* asked while all is read first; NULL: it is not */
	void *cancel_data;
};

struct cloud;

/*
 * Reads all there is, then goes on by itself. A database that is away is told in the log and by
 * health: it is read when it comes. MUSTER_ERROR_INVALID where the API database is not one;
 * MUSTER_ERROR_UNAVAILABLE where is_cancelled() was not 0.
 */
struct cloud *cloud_start(const struct cloud_options *options, GError **error);
/* Ends every wish with MUSTER_ERROR_UNAVAILABLE. Nobody may wish any more. */
void cloud_stop(struct cloud *cloud);
CLEANUP_DEFINE(struct cloud, cloud_stop)

/* Lent for as long as the cloud is there. */
const struct freshness *cloud_get_freshness(const struct cloud *cloud);
