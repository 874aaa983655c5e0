/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collectors: a thread for each libvirt connection, which reads one host and
 * delivers reports, at once on a domain event and at every interval. A host that
 * does not answer holds up its own thread and nothing else.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/report.h"

struct collector_options {
	int64_t interval;           /* µs between full collections: the heartbeat */
	int64_t open_timeout;       /* µs after which an open that hangs is abandoned */
	int64_t reserved_memory_mb; /* Nova's reserved_host_memory_mb */
	const char *my_ip;          /* host_ip of the local machine; NULL: found out */
	const char *storage_pool;   /* whose room is the host's disk */
};

/* Takes the report. Called from the collectors' threads; must not wait. */
typedef void collector_deliver(struct report *report, void *data);

struct collector_status {
	char *connection;
	bool connected;
	int64_t last_report; /* µs, or CLOCK_UNKNOWN */
	char *trouble;       /* what went wrong last; NULL: nothing */
	unsigned abandoned;  /* connections given up that still hang */
};
void collector_status_free(struct collector_status *status);

struct collectors;

/*
 * Starts a collector for each URI. An impossible URI is MUSTER_ERROR_INVALID and nothing is
 * started. Once a process: it installs libvirt's event loop.
 */
struct collectors *collectors_start(const char *const *uris,
	const struct collector_options *options, collector_deliver *deliver, void *data,
	GError **error);
/* Of each collector (struct collector_status *), in the order of the URIs. Any thread. */
GPtrArray *collectors_get_status(struct collectors *collectors);
/* Ends them: delivers nothing any more when it returns, and does not wait for a host. */
void collectors_stop(struct collectors *collectors);
