/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Has the computes asked for their uptime, each by the broker of its cell, and puts
 * their answers into the struct uptimes. A host is asked once at a time, however many
 * requests wait for its answer; all hosts of a request are asked at once, with one
 * deadline.
 *
 * The thread of the refresh's context.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "model/uptimes.h"
#include "nova/cells.h"
#include "nova/rpc.h"

struct asker_options {
	GMainContext *context;
	struct uptimes *uptimes; /* lent */
	struct rpc_options rpc;  /* its texts are lent for as long as the asker lives; the URL is
				    each cell's own */
	int64_t deadline;        /* µs, for the computes to answer */
};

struct asker;

struct asker *asker_new(const struct asker_options *options);
/* Whoever waits is told: nobody answers any more. */
void asker_free(struct asker *asker);

/* Lets go of the brokers that no cell has any more. */
void asker_follow_cells(struct asker *asker, const struct cells *cells);

/* Asks the computes of these hypervisors (struct hypervisor *) that have a service. done(), if not
 * NULL, is called when all have answered, or have had their time. */
void asker_ask(struct asker *asker, const struct cells *cells, GPtrArray *hypervisors,
	void (*done)(void *user), void *user);
