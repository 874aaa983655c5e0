/* SPDX-License-Identifier: Apache-2.0 */
#include "http/connections.h"

#include <netdb.h>
#include <stdatomic.h>
#include <stdbool.h>

#define REAP_INTERVAL G_TIME_SPAN_SECOND
#define PEER_MAX 64     /* bytes: an IPv6 address with its zone */
#define NEVER INT64_MAX /* no moment: it does not wait, or send */

struct connection {
	GList link; /* in connections->open; its data is the connection */
	int fd;
	_Atomic int64_t waiting_since;
	_Atomic int64_t sending_since;
	void *context;
	struct worker *worker;
	char peer[PEER_MAX];
};

struct connections {
	int64_t timeout;
	GMutex lock; /* of all below */
	GCond ended;
	bool ending;
	GQueue open;
	GThread *reaper;
};

static void *
run_reaper(void *data)
{
	struct connections *connections = data;

	g_mutex_lock(&connections->lock);
	while (!connections->ending) {
		int64_t next = g_get_monotonic_time() + REAP_INTERVAL;
		if (g_cond_wait_until(&connections->ended, &connections->lock, next))
			continue;
		g_mutex_unlock(&connections->lock);
		unsigned reaped = connections_reap(connections, g_get_monotonic_time());
		if (reaped > 0)
			g_info("%u connections ended: no whole request within %" G_GINT64_FORMAT
			       " s, or an answer not read in ten times that",
				reaped, connections->timeout / G_TIME_SPAN_SECOND);
		g_mutex_lock(&connections->lock);
	}
	g_mutex_unlock(&connections->lock);
	return NULL;
}

struct connections *
connections_new(int64_t timeout)
{
	struct connections *connections = g_new0(struct connections, 1);
	connections->timeout = timeout;
	g_mutex_init(&connections->lock);
	g_cond_init(&connections->ended);
	g_queue_init(&connections->open);
	connections->reaper = g_thread_new("http-reaper", run_reaper, connections);
	return connections;
}

void
connections_free(struct connections *connections)
{
	g_mutex_lock(&connections->lock);
	g_assert(g_queue_is_empty(&connections->open));
	connections->ending = true;
	g_cond_signal(&connections->ended);
	g_mutex_unlock(&connections->lock);
	g_thread_join(connections->reaper);
	g_cond_clear(&connections->ended);
	g_mutex_clear(&connections->lock);
	g_free(connections);
}

static socklen_t
get_length(const struct sockaddr *address)
{
	return address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					      : sizeof(struct sockaddr_in);
}

struct connection *
connections_add(struct connections *connections, int fd, const struct sockaddr *peer, int64_t now)
{
	struct connection *connection = g_new0(struct connection, 1);
	connection->link.data = connection;
	connection->fd = fd;
	atomic_init(&connection->waiting_since, now);
	atomic_init(&connection->sending_since, NEVER);
	if (getnameinfo(peer, get_length(peer), connection->peer, sizeof(connection->peer), NULL, 0,
		    NI_NUMERICHOST) != 0)
		g_strlcpy(connection->peer, "unknown", sizeof(connection->peer));

	g_mutex_lock(&connections->lock);
	g_queue_push_tail_link(&connections->open, &connection->link);
	g_mutex_unlock(&connections->lock);
	return connection;
}

void
connections_remove(struct connections *connections, struct connection *connection)
{
	g_mutex_lock(&connections->lock);
	g_queue_unlink(&connections->open, &connection->link);
	g_mutex_unlock(&connections->lock);
	g_free(connection);
}

unsigned
connections_get_size(struct connections *connections)
{
	g_mutex_lock(&connections->lock);
	unsigned size = connections->open.length;
	g_mutex_unlock(&connections->lock);
	return size;
}

static bool
is_late(const struct connections *connections, struct connection *connection, int64_t now)
{
	int64_t timeout = connections->timeout;
	return atomic_load(&connection->waiting_since) < now - timeout ||
	       atomic_load(&connection->sending_since) < now - CONNECTIONS_SENDING * timeout;
}

unsigned
connections_reap(struct connections *connections, int64_t now)
{
	unsigned reaped = 0;
	g_mutex_lock(&connections->lock);
	for (GList *link = connections->open.head; link != NULL; link = link->next) {
		struct connection *connection = link->data;
		if (!is_late(connections, connection, now))
			continue;
		shutdown(connection->fd, SHUT_RDWR);
		/* Its thread will find it at its end; once is enough. */
		connection_set_busy(connection);
		reaped++;
	}
	g_mutex_unlock(&connections->lock);
	return reaped;
}

void
connection_set_busy(struct connection *connection)
{
	atomic_store(&connection->waiting_since, NEVER);
	atomic_store(&connection->sending_since, NEVER);
}

void
connection_set_sending(struct connection *connection, int64_t now)
{
	atomic_store(&connection->sending_since, now);
}

void
connection_set_waiting(struct connection *connection, int64_t now)
{
	atomic_store(&connection->waiting_since, now);
	atomic_store(&connection->sending_since, NEVER);
}

void
connection_set_context(struct connection *connection, void *context)
{
	connection->context = context;
}

void *
connection_get_context(const struct connection *connection)
{
	return connection->context;
}

void
connection_set_worker(struct connection *connection, struct worker *worker)
{
	connection->worker = worker;
}

struct worker *
connection_get_worker(const struct connection *connection)
{
	return connection->worker;
}

const char *
connection_get_peer(const struct connection *connection)
{
	return connection->peer;
}
