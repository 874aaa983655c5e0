/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls under way: by id, as replies find them; by deadline; and those that have not
 * been sent, in the order in which they came. All of it belongs to one thread. Whatever
 * ends a call takes it out first, so that its `done` may do what it likes.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "nova/rpc.h"

struct rpc_call {
	char *id; /* nobody else's */
	char *host;
	int64_t deadline;
	rpc_done *done;
	void *data;
	GList by_deadline; /* its place in the queues; their data is the call */
	GList unsent;      /* free for other queues before rpc_calls_add() */
	bool is_sent;
};

struct rpc_calls {
	GHashTable *by_id;
	GQueue by_deadline;
	GQueue unsent;
};

struct rpc_call *rpc_call_new(const char *host, int64_t deadline, rpc_done *done, void *data);
/* Tells how one that is in no queue has ended, and frees it. */
void rpc_call_end(struct rpc_call *call, enum rpc_result result, const char *text);

void rpc_calls_init(struct rpc_calls *calls);
/* Once there is none in it. */
void rpc_calls_clear(struct rpc_calls *calls);

/* Takes the call. */
void rpc_calls_add(struct rpc_calls *calls, struct rpc_call *call);
unsigned rpc_calls_get_size(const struct rpc_calls *calls);
/* Lent; NULL: there is none. */
struct rpc_call *rpc_calls_find(const struct rpc_calls *calls, const char *id);
struct rpc_call *rpc_calls_get_unsent(struct rpc_calls *calls);
void rpc_calls_set_sent(struct rpc_calls *calls, struct rpc_call *call);
/* The nearest; INT64_MAX: there is none. */
int64_t rpc_calls_get_deadline(struct rpc_calls *calls);

void rpc_calls_end(
	struct rpc_calls *calls, struct rpc_call *call, enum rpc_result result, const char *text);
/* These end calls as silent. */
void rpc_calls_end_late(struct rpc_calls *calls, int64_t now);
void rpc_calls_end_sent(struct rpc_calls *calls);
void rpc_calls_end_all(struct rpc_calls *calls);
