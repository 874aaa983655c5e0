/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of rpc_connection.h share: rpc_connection_open.c, which opens, and
 * rpc_connection.c, for all that comes after.
 */
#pragma once

#include <amqp.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "nova/rpc_connection.h"

/* Channels. */
enum {
	REPLIES = 1,
	CALLS = 2,
	CHANNELS,
};

/* A message that is coming in: after its method, which tells nothing, its header and its body. */
struct content {
	char *id;
	GByteArray *body;
	uint64_t left; /* bytes of the body that are still to come */
	bool is_too_long;
};

struct rpc_connection {
	amqp_connection_state_t state;
	char *broker; /* "host:port", for messages */
	char *exchange;
	char *reply_queue;
	struct content contents[CHANNELS];
	bool is_broken;
};

/* Each gives false, and the connection is broken, where something is wrong. */
bool rpc_connection_fail(struct rpc_connection *connection, enum muster_error code,
	const char *what, GError **error);
bool rpc_connection_check(struct rpc_connection *connection, int status, GError **error);

/* Why the broker closes a channel or the connection; the caller frees it. */
char *rpc_connection_format_reason(const amqp_method_t *method);
