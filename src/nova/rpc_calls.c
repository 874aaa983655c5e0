/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/rpc_calls.h"

struct rpc_call *
rpc_call_new(const char *host, int64_t deadline, rpc_done *done, void *data)
{
	struct rpc_call *call = g_new(struct rpc_call, 1);
	*call = (struct rpc_call){
		.id = g_uuid_string_random(),
		.host = g_strdup(host),
		.deadline = deadline,
		.done = done,
		.data = data,
		.by_deadline.data = call,
		.unsent.data = call,
	};
	return call;
}

void
rpc_call_end(struct rpc_call *call, enum rpc_result result, const char *text)
{
	call->done(result, text, call->data);
	g_free(call->id);
	g_free(call->host);
	g_free(call);
}

void
rpc_calls_init(struct rpc_calls *calls)
{
	calls->by_id = g_hash_table_new(g_str_hash, g_str_equal);
	g_queue_init(&calls->by_deadline);
	g_queue_init(&calls->unsent);
}

void
rpc_calls_clear(struct rpc_calls *calls)
{
	g_assert(g_hash_table_size(calls->by_id) == 0);
	g_hash_table_unref(calls->by_id);
}

void
rpc_calls_add(struct rpc_calls *calls, struct rpc_call *call)
{
	g_hash_table_insert(calls->by_id, call->id, call);
	g_queue_push_tail_link(&calls->unsent, &call->unsent);
	/* Most come in the order of their deadlines. */
	GList *before = calls->by_deadline.tail;
	while (before != NULL && ((struct rpc_call *)before->data)->deadline > call->deadline)
		before = before->prev;
	g_queue_insert_after_link(&calls->by_deadline, before, &call->by_deadline);
}

unsigned
rpc_calls_get_size(const struct rpc_calls *calls)
{
	return g_hash_table_size(calls->by_id);
}

struct rpc_call *
rpc_calls_find(const struct rpc_calls *calls, const char *id)
{
	return g_hash_table_lookup(calls->by_id, id);
}

struct rpc_call *
rpc_calls_get_unsent(struct rpc_calls *calls)
{
	return g_queue_peek_head(&calls->unsent);
}

void
rpc_calls_set_sent(struct rpc_calls *calls, struct rpc_call *call)
{
	g_queue_unlink(&calls->unsent, &call->unsent);
	call->is_sent = true;
}

int64_t
rpc_calls_get_deadline(struct rpc_calls *calls)
{
	const struct rpc_call *first = g_queue_peek_head(&calls->by_deadline);
	return first == NULL ? INT64_MAX : first->deadline;
}

void
rpc_calls_end(
	struct rpc_calls *calls, struct rpc_call *call, enum rpc_result result, const char *text)
{
	g_hash_table_remove(calls->by_id, call->id);
	g_queue_unlink(&calls->by_deadline, &call->by_deadline);
	if (!call->is_sent)
		g_queue_unlink(&calls->unsent, &call->unsent);
	rpc_call_end(call, result, text);
}

void
rpc_calls_end_late(struct rpc_calls *calls, int64_t now)
{
	for (struct rpc_call *call; (call = g_queue_peek_head(&calls->by_deadline)) != NULL;) {
		if (call->deadline > now)
			return;
		rpc_calls_end(calls, call, RPC_SILENT, NULL);
	}
}

void
rpc_calls_end_sent(struct rpc_calls *calls)
{
	for (GList *link = calls->by_deadline.head, *next; link != NULL; link = next) {
		struct rpc_call *call = link->data;
		next = link->next;
		if (call->is_sent)
			rpc_calls_end(calls, call, RPC_SILENT, NULL);
	}
}

void
rpc_calls_end_all(struct rpc_calls *calls)
{
	for (struct rpc_call *call; (call = g_queue_peek_head(&calls->by_deadline)) != NULL;)
		rpc_calls_end(calls, call, RPC_SILENT, NULL);
}
