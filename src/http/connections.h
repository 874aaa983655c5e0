/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open connections, and the thread that ends those from which no whole
 * request has come in time, or whose client has not read its answer in ten times
 * as long: libmicrohttpd's own time-out is of inactivity, so a byte a second would
 * live on.
 *
 * A connection waits from the moment it was opened, or its last answer ended,
 * until a whole request has been read; it sends from the moment it has an answer until
 * that has ended. Sockets are shut down, never closed, here;
 * and under the lock that connections_remove() takes, so that a descriptor that was
 * closed and given out anew is never hit. Any thread.
 */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/cleanup.h"

struct connections;
struct connection;
struct worker;

#define CONNECTIONS_SENDING 10 /* times as long as it may wait a connection may send */

/* timeout: µs that a connection may wait. Starts the thread. */
struct connections *connections_new(int64_t timeout);
/* Ends the thread; no connection may be left. */
void connections_free(struct connections *connections);
CLEANUP_DEFINE(struct connections, connections_free)

/* Enters an open socket, which waits from `now` (µs, monotonic) on. */
struct connection *connections_add(
	struct connections *connections, int fd, const struct sockaddr *peer, int64_t now);
/* Called before the socket is closed; frees the connection. */
void connections_remove(struct connections *connections, struct connection *connection);
unsigned connections_get_size(struct connections *connections);

/* Shuts down those that have waited or sent too long at `now`, and tells how many. The
 * thread does this every second. */
unsigned connections_reap(struct connections *connections, int64_t now);

/* A request has come and its answer is in the making: time runs no more. */
void connection_set_busy(struct connection *connection);
/* The answer is there, at `now`. */
void connection_set_sending(struct connection *connection, int64_t now);
/* The answer has ended, at `now`. */
void connection_set_waiting(struct connection *connection, int64_t now);
/* What is going on there, for whoever set it to find again; NULL at first. */
void connection_set_context(struct connection *connection, void *context);
void *connection_get_context(const struct connection *connection);
/* The worker whose connection it is, lent. */
void connection_set_worker(struct connection *connection, struct worker *worker);
struct worker *connection_get_worker(const struct connection *connection);
/* The client's address, numeric. */
const char *connection_get_peer(const struct connection *connection);
