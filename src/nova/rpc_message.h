/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What travels in oslo.messaging's RPC: the body of a call, and of a reply. Both are
 * JSON in JSON: an envelope with the version 2.0 and the message as text.
 * (oslo_messaging/_drivers/common.py, serialize_msg() and serialize_remote_exception();
 * amqpdriver.py, _send() and _send_reply(); nova/rpc.py for the context)
 */
#pragma once

#include <glib.h>
#include <stddef.h>

#include "base/cleanup.h"

/* The body of a call of get_host_uptime, in the version that every nova-compute from Queens on
 * accepts (nova/compute/rpcapi.py). The reply comes to that queue, with that id, which is
 * never used again. The caller frees it. */
char *rpc_message_format_uptime_call(const char *id, const char *reply_queue);

enum rpc_reply_kind {
	RPC_REPLY_RESULT,
	RPC_REPLY_UNSUPPORTED, /* the other side has no such thing: NotImplementedError */
	RPC_REPLY_FAILURE,     /* it could not do it, or its result is none */
	RPC_REPLY_PENDING,     /* it is still at it: another reply will come */
};

struct rpc_reply {
	char *id;
	enum rpc_reply_kind kind;
	char *text; /* the result, NULL for None; of a failure what is wrong, for a log */
};

/* Reads whatever came in: MUSTER_ERROR_INVALID where it can't be told whose reply it is. */
struct rpc_reply *rpc_message_parse_reply(const void *body, size_t size, GError **error);
void rpc_reply_free(struct rpc_reply *reply);
CLEANUP_DEFINE(struct rpc_reply, rpc_reply_free)
