/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transaction that writes: what every step of it needs, and which hosts it
 * changes. A plain value, for as long as the transaction lasts.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "store/database.h"

struct batch {
	struct database *database;
	int64_t now;         /* µs */
	int64_t down_time;   /* µs; how long a host's word is fresh */
	const char *stamp;   /* now, as the tables have it */
	GHashTable *changed; /* a set of host names, which it owns */
};

/* The host is shown otherwise from this transaction on. NULL: no host. */
static inline void
batch_mark(const struct batch *batch, const char *host)
{
	if (host != NULL)
		g_hash_table_add(batch->changed, g_strdup(host));
}
