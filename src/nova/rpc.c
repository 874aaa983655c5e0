/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call goes from the queue of what was asked, under the lock, to the calls under way,
 * which belong to the thread. The thread has a connection, or is dialling, or waits to
 * dial. It is down while the last try has failed: calls then end at once. Before that is
 * known they wait for it.
 */
#include "nova/rpc.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"
#include "nova/rpc_calls.h"
#include "nova/rpc_connection.h"
#include "nova/rpc_dial.h"
#include "nova/rpc_message.h"
#include "nova/rpc_settings.h"

#define PAUSE_MIN G_TIME_SPAN_SECOND /* between two tries; doubled from one to the next */
#define PAUSE_MAX (10 * G_TIME_SPAN_SECOND)
#define WAIT_MAX G_TIME_SPAN_MINUTE /* nothing to do: look again after this */
#define HOST_MAX 247 /* bytes: AMQP's routing key, of 255, is "compute." and the host */

struct rpc {
	struct rpc_settings *settings;
	struct health *health;
	char *name; /* the URL's, for people, and of its part of health */
	GThread *thread;
	int wake_fd; /* an eventfd: something was asked, or the end has come */

	struct rpc_connection *connection;
	struct rpc_dial *dial;
	unsigned place;       /* of the broker that is tried first */
	int64_t connected_at; /* moments are µs, monotonic */
	int64_t dial_at;
	int64_t pause;
	bool is_down;
	struct rpc_calls calls;
	char *trouble; /* NULL: none */

	GMutex lock; /* of all below */
	bool ending;
	GQueue asked; /* struct rpc_call, by their `unsent` */
};

/* Tells what is wrong, once, or that nothing is any more. */
static void
set_trouble(struct rpc *rpc, const char *trouble)
{
	if (g_strcmp0(trouble, rpc->trouble) == 0)
		return;
	if (trouble != NULL)
		g_warning("%s: computes can't be asked for their uptime: %s", rpc->name, trouble);
	else
		g_message("%s: computes can be asked for their uptime again", rpc->name);
	health_set(rpc->health, rpc->name, trouble);
	g_free(rpc->trouble);
	rpc->trouble = g_strdup(trouble);
}

static void
schedule_dial(struct rpc *rpc, int64_t now)
{
	rpc->dial_at = now + rpc->pause;
	rpc->pause = CLAMP(2 * rpc->pause, PAUSE_MIN, PAUSE_MAX);
}

/* Tries again, at once where the connection had been a good one. */
static void
lose_connection(struct rpc *rpc, const GError *error)
{
	int64_t now = g_get_monotonic_time();
	if (now - rpc->connected_at > PAUSE_MAX)
		rpc->pause = 0;
	rpc->is_down = rpc->pause > 0;
	g_clear_pointer(&rpc->connection, rpc_connection_close);
	schedule_dial(rpc, now);
	set_trouble(rpc, error->message);
	if (rpc->is_down)
		rpc_calls_end_all(&rpc->calls);
	else
		rpc_calls_end_sent(&rpc->calls);
}

static void
fail_to_dial(struct rpc *rpc, const GError *error)
{
	rpc->is_down = true;
	schedule_dial(rpc, g_get_monotonic_time());
	set_trouble(rpc, error->message);
	rpc_calls_end_all(&rpc->calls);
}

static void
start_dial(struct rpc *rpc)
{
	g_autoptr(GError) error = NULL;
	rpc->dial = rpc_dial_start(rpc->settings, rpc->place, &error);
	if (rpc->dial == NULL)
		fail_to_dial(rpc, error);
}

static void
finish_dial(struct rpc *rpc)
{
	g_autoptr(GError) error = NULL;
	unsigned place;
	rpc->connection = rpc_dial_finish(g_steal_pointer(&rpc->dial), &place, &error);
	if (rpc->connection == NULL) {
		fail_to_dial(rpc, error);
		return;
	}
	/* Where it is lost, that broker has gone: another is tried first. */
	rpc->place = (place + 1) % rpc->settings->url->brokers->len;
	rpc->connected_at = g_get_monotonic_time();
	rpc->is_down = false;
	set_trouble(rpc, NULL);
}

static void
add_call(struct rpc *rpc, struct rpc_call *call)
{
	bool is_down = rpc->connection == NULL && rpc->is_down;
	if (is_down || rpc_calls_get_size(&rpc->calls) >= RPC_CALLS_MAX ||
		strlen(call->host) > HOST_MAX) {
		rpc_call_end(call, RPC_SILENT, NULL);
		return;
	}
	rpc_calls_add(&rpc->calls, call);
}

/* Gives false where the end has come. */
static bool
take_asked(struct rpc *rpc)
{
	g_mutex_lock(&rpc->lock);
	GQueue asked = rpc->asked;
	bool ending = rpc->ending;
	g_queue_init(&rpc->asked);
	g_mutex_unlock(&rpc->lock);
	for (GList *link; (link = g_queue_pop_head_link(&asked)) != NULL;)
		add_call(rpc, link->data);
	return !ending;
}

static void
send_calls(struct rpc *rpc, int64_t now)
{
	const char *reply_queue = rpc_connection_get_reply_queue(rpc->connection);
	for (struct rpc_call *call; (call = rpc_calls_get_unsent(&rpc->calls)) != NULL &&
				    rpc_connection_can_publish(rpc->connection);) {
		g_autofree char *body = rpc_message_format_uptime_call(call->id, reply_queue);
		g_autoptr(GError) error = NULL;
		unsigned left = (unsigned)((call->deadline - now) / G_TIME_SPAN_MILLISECOND);
		rpc_calls_set_sent(&rpc->calls, call);
		if (!rpc_connection_publish(
			    rpc->connection, call->host, call->id, body, MAX(1, left), &error)) {
			lose_connection(rpc, error);
			return;
		}
	}
}

static void
take_reply(struct rpc *rpc, const struct rpc_event *event)
{
	g_autoptr(GError) error = NULL;
	CLEANUP(rpc_reply_free)
	struct rpc_reply *reply = rpc_message_parse_reply(event->body, event->size, &error);
	struct rpc_call *call = reply == NULL ? NULL : rpc_calls_find(&rpc->calls, reply->id);
	if (reply == NULL)
		g_info("RPC: %s", error->message);
	if (call == NULL) /* it came too late, or is none of ours */
		return;
	set_trouble(rpc, NULL);
	switch (reply->kind) {
	case RPC_REPLY_RESULT:
		rpc_calls_end(&rpc->calls, call, RPC_ANSWERED, reply->text);
		return;
	case RPC_REPLY_UNSUPPORTED:
		rpc_calls_end(&rpc->calls, call, RPC_UNSUPPORTED, NULL);
		return;
	case RPC_REPLY_FAILURE:
		g_info("RPC: %s failed to tell its uptime: %s", call->host, reply->text);
		rpc_calls_end(&rpc->calls, call, RPC_SILENT, NULL);
		return;
	case RPC_REPLY_PENDING:
		return;
	}
	g_assert_not_reached();
}

static void
take_return(struct rpc *rpc, const struct rpc_event *event)
{
	struct rpc_call *call = event->id == NULL ? NULL : rpc_calls_find(&rpc->calls, event->id);
	if (call != NULL)
		rpc_calls_end(&rpc->calls, call, RPC_SILENT, NULL);
}

static void
take_events(struct rpc *rpc)
{
	for (;;) {
		struct rpc_event event;
		g_autoptr(GError) error = NULL;
		if (!rpc_connection_next(rpc->connection, &event, &error)) {
			lose_connection(rpc, error);
			return;
		}
		switch (event.kind) {
		case RPC_EVENT_NONE:
			return;
		case RPC_EVENT_REPLY:
			take_reply(rpc, &event);
			break;
		case RPC_EVENT_RETURNED:
			take_return(rpc, &event);
			break;
		case RPC_EVENT_REFUSED:
			set_trouble(rpc, event.body);
			rpc_calls_end_sent(&rpc->calls);
			break;
		}
	}
}

/* Waits until there is something to do. */
static void
wait_for_work(struct rpc *rpc)
{
	int64_t now = g_get_monotonic_time();
	struct pollfd fds[] = {
		{.fd = rpc->wake_fd, .events = POLLIN},
		{.fd = -1, .events = POLLIN},
	};
	int64_t until = now + WAIT_MAX;
	if (rpc->connection != NULL) {
		fds[1].fd = rpc_connection_get_fd(rpc->connection);
		fds[1].events |= rpc_calls_get_unsent(&rpc->calls) != NULL ? POLLOUT : 0;
		until = now + rpc_connection_get_pulse(rpc->connection);
	} else if (rpc->dial != NULL) {
		fds[1].fd = rpc_dial_get_fd(rpc->dial);
	} else {
		until = rpc->dial_at;
	}
	int64_t span = MAX(0, MIN(until, rpc_calls_get_deadline(&rpc->calls)) - now);
	poll(fds, G_N_ELEMENTS(fds), (int)(span / G_TIME_SPAN_MILLISECOND) + 1);
	if (fds[0].revents != 0) {
		eventfd_t count;
		eventfd_read(rpc->wake_fd, &count);
	}
	if (rpc->dial != NULL && fds[1].revents != 0)
		finish_dial(rpc);
}

static void *
run(void *data)
{
	struct rpc *rpc = data;
	while (take_asked(rpc)) {
		int64_t now = g_get_monotonic_time();
		if (rpc->connection == NULL && rpc->dial == NULL && rpc->dial_at <= now)
			start_dial(rpc);
		rpc_calls_end_late(&rpc->calls, now);
		if (rpc->connection != NULL)
			send_calls(rpc, now);
		if (rpc->connection != NULL)
			take_events(rpc);
		wait_for_work(rpc);
	}
	rpc_calls_end_all(&rpc->calls);
	g_clear_pointer(&rpc->dial, rpc_dial_abandon);
	g_clear_pointer(&rpc->connection, rpc_connection_close);
	return NULL;
}

struct rpc *
rpc_start(const struct rpc_options *options, GError **error)
{
	CLEANUP(rpc_settings_unref)
	struct rpc_settings *settings = rpc_settings_new(options, error);
	if (settings == NULL)
		return NULL;
	int wake_fd = eventfd(0, EFD_CLOEXEC);
	if (wake_fd < 0) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT,
			"no descriptor is left for asking computes");
		return NULL;
	}
	struct rpc *rpc = g_new0(struct rpc, 1);
	rpc->settings = g_steal_pointer(&settings);
	rpc->health = options->health;
	rpc->name = transport_url_format(rpc->settings->url);
	rpc->wake_fd = wake_fd;
	rpc_calls_init(&rpc->calls);
	g_queue_init(&rpc->asked);
	g_mutex_init(&rpc->lock);
	rpc->thread = g_thread_new("rpc", run, rpc);
	return rpc;
}

void
rpc_stop(struct rpc *rpc)
{
	g_mutex_lock(&rpc->lock);
	rpc->ending = true;
	g_mutex_unlock(&rpc->lock);
	eventfd_write(rpc->wake_fd, 1);
	g_thread_join(rpc->thread);
	close(rpc->wake_fd);
	rpc_calls_clear(&rpc->calls);
	rpc_settings_unref(rpc->settings);
	g_mutex_clear(&rpc->lock);
	health_set(rpc->health, rpc->name, NULL);
	g_free(rpc->name);
	g_free(rpc->trouble);
	g_free(rpc);
}

void
rpc_ask_uptime(struct rpc *rpc, const char *host, int64_t deadline, rpc_done *done, void *data)
{
	struct rpc_call *call = rpc_call_new(host, deadline, done, data);
	g_mutex_lock(&rpc->lock);
	bool ending = rpc->ending;
	if (!ending)
		g_queue_push_tail_link(&rpc->asked, &call->unsent);
	g_mutex_unlock(&rpc->lock);
	if (ending)
		rpc_call_end(call, RPC_SILENT, NULL);
	else
		eventfd_write(rpc->wake_fd, 1);
}
