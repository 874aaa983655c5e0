/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One AMQP connection to one broker: what is published there, and what comes back. It
 * has two channels: one consumes the replies, from a queue of its own; the other
 * publishes, and can be closed by the broker without the first. Only rpc_connection*.c
 * know librabbitmq. A connection belongs to one thread at a time; only
 * opening it waits.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "nova/rpc_settings.h"

#define RPC_REPLY_MAX                                                                              \
	(64 * 1024) /* bytes: an uptime has 80, a failure's traceback some thousand                \
		     */

struct rpc_connection;

/* What has come from the broker. */
struct rpc_event {
	enum {
		RPC_EVENT_NONE,     /* nothing more at this moment */
		RPC_EVENT_REPLY,    /* a message in the reply queue: its body */
		RPC_EVENT_RETURNED, /* nobody has a queue for the message of that id */
		RPC_EVENT_REFUSED,  /* all that was published is lost; the body is a text that says
				       why */
	} kind;
	const char *id;
	const void *body; /* lent until the next event */
	size_t size;
};

/* Connects to the broker of that place in the URL, and makes the reply queue. Takes some seconds at
 * most but for the resolution of the name. MUSTER_ERROR_UNAVAILABLE or _TIMEOUT where the broker
 * is away or refuses, MUSTER_ERROR_INVALID where a file of TLS is none; the message names the
 * broker, and no secret. */
struct rpc_connection *rpc_connection_open(
	const struct rpc_settings *settings, unsigned broker, GError **error);
/* Says goodbye, for half a second at most, unless it is broken. */
void rpc_connection_close(struct rpc_connection *connection);
CLEANUP_DEFINE(struct rpc_connection, rpc_connection_close)

/* To be waited for: readable where there may be events, writable where it can publish. */
int rpc_connection_get_fd(const struct rpc_connection *connection);
/* Whether a message will be taken without waiting. */
bool rpc_connection_can_publish(const struct rpc_connection *connection);
/* The longest that rpc_connection_next() may be left uncalled, in µs, so that heartbeats are sent
 * and missed. */
int64_t rpc_connection_get_pulse(const struct rpc_connection *connection);
const char *rpc_connection_get_reply_queue(const struct rpc_connection *connection);

/* Sends to the topic of one compute a message that the broker drops after some milliseconds, in its
 * queue or out. False: the connection is broken, MUSTER_ERROR_UNAVAILABLE. */
bool rpc_connection_publish(struct rpc_connection *connection, const char *host, const char *id,
	const char *body, unsigned expiration, GError **error);

/* Takes the next event; RPC_EVENT_NONE where there is none. False: the connection is broken,
 * MUSTER_ERROR_UNAVAILABLE. */
bool rpc_connection_next(
	struct rpc_connection *connection, struct rpc_event *event, GError **error);
