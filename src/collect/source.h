/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source: one libvirt connection as it is configured, that is its URI, what the
 * URI says of where the host is, and the options of all collectors. Immutable
 * and counted, since a thread that hangs in libvirt outlives its collector.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "collect/collector.h"

struct source {
	char *uri;            /* the name of the connection */
	char *peer;           /* the host named in the URI; NULL: none, the URI is local */
	bool is_this_machine; /* the hypervisor of the machine that Muster runs on */

	int64_t interval;
	int64_t open_timeout;
	int64_t reserved_memory_mb;
	char *my_ip; /* NULL: to be found out */
	char *storage_pool;
};

/*
 * Reads a libvirt URI (https://libvirt.org/uri.html). One that no libvirt could open, its driver
 * or transport being unknown, is MUSTER_ERROR_INVALID.
 */
struct source *source_new(const char *uri, const struct collector_options *options, GError **error);
struct source *source_ref(struct source *source);
void source_unref(struct source *source);
CLEANUP_DEFINE(struct source, source_unref)
