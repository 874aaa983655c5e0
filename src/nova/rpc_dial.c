/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dial is held twice, by its thread and by who started it; who leaves last frees it.
 */
#include "nova/rpc_dial.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"

struct rpc_dial {
	struct rpc_settings *settings;
	unsigned first;
	int end_fd;  /* an eventfd, signalled at the end */
	GMutex lock; /* of all below */
	struct rpc_connection *connection;
	unsigned place;
	GError *error;
};

static void
dial_clear(void *data)
{
	struct rpc_dial *dial = data;
	if (dial->connection != NULL)
		rpc_connection_close(dial->connection);
	g_clear_error(&dial->error);
	rpc_settings_unref(dial->settings);
	g_mutex_clear(&dial->lock);
	if (dial->end_fd >= 0)
		close(dial->end_fd);
}

void
rpc_dial_abandon(struct rpc_dial *dial)
{
	g_atomic_rc_box_release_full(dial, dial_clear);
}

/* The errors of all brokers in one. */
static void
add_error(GError **all, GError *one)
{
	if (*all == NULL) {
		*all = one;
		return;
	}
	g_autofree char *before = g_steal_pointer(&(*all)->message);
	(*all)->message = g_strdup_printf("%s; %s", before, one->message);
	g_error_free(one);
}

static void *
run(void *data)
{
	CLEANUP(rpc_dial_abandon) struct rpc_dial *dial = data;
	unsigned brokers = dial->settings->url->brokers->len, place = 0;
	struct rpc_connection *connection = NULL;
	g_autoptr(GError) errors = NULL;
	for (unsigned i = 0; i < brokers && connection == NULL; i++) {
		GError *error = NULL;
		place = (dial->first + i) % brokers;
		connection = rpc_connection_open(dial->settings, place, &error);
		if (connection == NULL)
			add_error(&errors, error);
	}
	g_mutex_lock(&dial->lock);
	dial->connection = connection;
	dial->place = place;
	dial->error = connection == NULL ? g_steal_pointer(&errors) : NULL;
	g_mutex_unlock(&dial->lock);
	eventfd_write(dial->end_fd, 1);
	return NULL;
}

struct rpc_dial *
rpc_dial_start(struct rpc_settings *settings, unsigned first, GError **error)
{
	CLEANUP(rpc_dial_abandon) struct rpc_dial *dial = g_atomic_rc_box_new0(struct rpc_dial);
	dial->settings = rpc_settings_ref(settings);
	dial->first = first;
	dial->end_fd = eventfd(0, EFD_CLOEXEC);
	g_mutex_init(&dial->lock);
	struct rpc_dial *held = g_atomic_rc_box_acquire(dial);
	GThread *thread = dial->end_fd < 0 ? NULL : g_thread_try_new("rpc-dial", run, held, NULL);
	if (thread == NULL) {
		rpc_dial_abandon(held);
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT,
			"RabbitMQ is not connected to: no descriptor or thread is left for it");
		return NULL;
	}
	g_thread_unref(thread);
	return g_steal_pointer(&dial);
}

int
rpc_dial_get_fd(const struct rpc_dial *dial)
{
	return dial->end_fd;
}

struct rpc_connection *
rpc_dial_finish(struct rpc_dial *dial, unsigned *place, GError **error)
{
	g_mutex_lock(&dial->lock);
	struct rpc_connection *connection = g_steal_pointer(&dial->connection);
	*place = dial->place;
	if (dial->error != NULL)
		g_propagate_error(error, g_steal_pointer(&dial->error));
	g_mutex_unlock(&dial->lock);
	rpc_dial_abandon(dial);
	return connection;
}
