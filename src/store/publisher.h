/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The publisher: the one thread that uses the store while the server runs, and
 * the only writer of the inventory. It takes reports and commands off a queue,
 * commits, then publishes: nothing is shown that is not stored.
 *
 * While the store can't be written (a full disk), heartbeats go on in memory and
 * the newest report of each connection is kept until it can be. Of a database
 * that is not Muster's it looks once a second whether it has changed, and reads it
 * again; what leaves no trace is seen after full_refresh_interval.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "base/health.h"
#include "model/inventory.h"
#include "model/report.h"
#include "store/host_command.h"
#include "store/store.h"

struct publisher;

struct publisher_options {
	struct store *store; /* the publisher's thread alone uses it until publisher_stop() */
	struct inventory *inventory;
	struct health *health;           /* its part "store" */
	int64_t deleted_retention;       /* µs for which deleted rows of an own store are kept */
	int64_t full_refresh_interval;   /* µs after which a foreign database is read anyway */
	int (*is_cancelled)(void *data); /* asked while the inventory is loaded; NULL: it is not */
	void *cancel_data;
};

/* Loads the inventory from the store, then starts the thread. Fails where the store
 * can't be read, or is_cancelled() was not 0. */
struct publisher *publisher_start(const struct publisher_options *options, GError **error);

/* Takes the report, which replaces one of the same connection that still waits: that bounds
 * the queue. Never waits. Any thread. The signature is collector_deliver's. */
void publisher_deliver(struct report *report, void *publisher);

/*
 * Has the command obeyed and waits for that; gives the hosts concerned (struct host_record *),
 * as store_run_command(). The answers that follow show it. Any thread.
 * MUSTER_ERROR_FORBIDDEN where the store is only read.
 */
GPtrArray *publisher_command(
	struct publisher *publisher, const struct host_command *command, GError **error);

/* How many reports wait. Any thread. */
unsigned publisher_get_queued(struct publisher *publisher);

/* Writes and answers what is queued, ends the thread and frees the publisher. No other thread
 * may be in a call of the above or make one. */
void publisher_stop(struct publisher *publisher);
