/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Freshness: how an answer comes to be as new as it must be. Where Nova writes the
 * databases, the inventory is what was read of them last, and a request may need
 * newer. Whoever answers asks through this; whoever reads the databases is behind
 * it. Every wish ends with one call of `done`, on any thread, in bounded time, and
 * none of these functions waits. On its own Muster publishes what it writes, and
 * there is no struct freshness (NULL).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/hypervisor.h"

/* What of the inventory must be new. */
enum freshness_part {
	FRESHNESS_NODES,   /* all but the servers: nodes, services, mappings, aggregates */
	FRESHNESS_SERVERS, /* all */
};

/* What became of a wish. */
struct freshness_outcome {
	/* NULL: the inventory, or the hypervisor, is as new as was asked for.
	 * MUSTER_ERROR_UNAVAILABLE or _TIMEOUT: a database is away; the message names its cell.
	 * MUSTER_ERROR_NOT_FOUND: there is no such node. */
	GError *error;
	int64_t age;  /* µs: without an error, what is shown may be as old as this, since a
			 database is away and old answers are allowed; 0: it is not */
	GArray *away; /* int64_t: the ids of the cells that could not be read; NULL: none */
	struct hypervisor *hypervisor; /* freshness_read_node(): as its rows are now */
};
void freshness_outcome_free(struct freshness_outcome *outcome);
CLEANUP_DEFINE(struct freshness_outcome, freshness_outcome_free)

/* Takes the outcome. */
typedef void freshness_done(struct freshness_outcome *outcome, void *user);

/* Which node: by its uuid, or where that is NULL by its id, the first in the order of the cells;
 * and what of it is wanted, that else may be missing. */
struct freshness_node {
	const char *uuid;
	int64_t id;
	bool servers;
	bool uptime; /* where its own row tells none, the row of another node of its host may */
};

struct freshness {
	/* Whether the inventory will do for a request that has come now. */
	bool (*is_fresh)(void *data, enum freshness_part part);
	/* Has the part read by a refresh that begins after this call; all who wait share it. */
	void (*refresh)(void *data, enum freshness_part part, freshness_done *done, void *user);
	/* Reads one node, and what Nova joins to it. */
	void (*read_node)(void *data, struct freshness_node node, freshness_done *done, void *user);
	/* Has the computes of these hypervisors (struct hypervisor *, lent) asked for their uptime,
	 * those that are not being asked already. The answers are in the struct uptimes when done()
	 * is called: after the last, or at uptime_deadline. done NULL: nobody waits. */
	void (*ask_uptimes)(
		void *data, GPtrArray *hypervisors, void (*done)(void *user), void *user);
	void *data;
};
