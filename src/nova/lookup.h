/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The look-up of one node, as its rows are now: the node by its key, to which cell its
 * host is mapped, and there the service of the host, and its servers. It costs the same
 * in any cloud. The inventory tells where to look first: a node that is where it was
 * asks its own cell alone, and needs no other to be there.
 *
 * The thread of the refresh's context.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/freshness.h"
#include "model/inventory.h"
#include "nova/refresh.h"

struct lookup_options {
	GMainContext *context;
	struct inventory *inventory;
	struct refresh *refresh; /* whose cells and mapper are asked */
	int64_t timeout;         /* µs, of each look-up */
};

/* All look-ups that are under way. */
struct lookups;

struct lookups *lookups_new(const struct lookup_options *options);
/* Ends all with MUSTER_ERROR_UNAVAILABLE. */
void lookups_free(struct lookups *lookups);

/* freshness_read_node(). done(): in the context. */
void lookups_begin(
	struct lookups *lookups, struct freshness_node wanted, freshness_done *done, void *user);
