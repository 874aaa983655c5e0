/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two connections: the thread's, which answers, and the test's, which looks at the queue.
 */
#include "compute-fixture.h"

#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <glib.h>
#include <jansson.h>
#include <string.h>

#include "nova/rpc_connection.h"
#include "nova/transport_url.h"

#define CHANNEL 1
#define EMPTY_TIMEOUT (10 * G_TIME_SPAN_SECOND)

struct computes {
	amqp_connection_state_t answering, looking;
	amqp_bytes_t queue, hung_queue;
	GThread *thread;
	gint ending; /* atomic */
};

static void
check(amqp_connection_state_t state)
{
	g_assert_cmpint(amqp_get_rpc_reply(state).reply_type, ==, AMQP_RESPONSE_NORMAL);
}

static amqp_connection_state_t
connect_to(const struct transport_url *url)
{
	const struct transport_broker *broker = g_ptr_array_index(url->brokers, 0);
	amqp_connection_state_t state = amqp_new_connection();
	amqp_socket_t *socket = amqp_tcp_socket_new(state);
	g_assert_cmpint(
		amqp_socket_open(socket, broker->host, (int)broker->port), ==, AMQP_STATUS_OK);
	g_assert_cmpint(amqp_login(state, url->virtual_host, 0, 131072, 0, AMQP_SASL_METHOD_PLAIN,
				broker->user, broker->password)
				.reply_type,
		==, AMQP_RESPONSE_NORMAL);
	amqp_channel_open(state, CHANNEL);
	check(state);
	return state;
}

static void
disconnect(amqp_connection_state_t state)
{
	amqp_connection_close(state, AMQP_REPLY_SUCCESS);
	amqp_destroy_connection(state);
}

/* A queue for the hosts whose names begin with one of the words. */
static amqp_bytes_t
make_queue(amqp_connection_state_t state, const char *exchange, const char *const *words)
{
	const amqp_queue_declare_ok_t *declared = amqp_queue_declare(
		state, CHANNEL, amqp_empty_bytes, false, false, false, true, amqp_empty_table);
	check(state);
	amqp_bytes_t queue = amqp_bytes_malloc_dup(declared->queue);
	for (; *words != NULL; words++) {
		g_autofree char *key = g_strdup_printf("compute.%s.#", *words);
		amqp_queue_bind(state, CHANNEL, queue, amqp_cstring_bytes(exchange),
			amqp_cstring_bytes(key), amqp_empty_table);
		check(state);
	}
	return queue;
}

/* Takes the message. */
static void
reply(amqp_connection_state_t state, const char *queue, json_t *message)
{
	char *inner = json_dumps(message, 0);
	json_t *envelope = json_pack("{s:s, s:s}", "oslo.version", "2.0", "oslo.message", inner);
	char *body = json_dumps(envelope, 0);
	amqp_basic_publish(state, CHANNEL, amqp_empty_bytes, amqp_cstring_bytes(queue), false,
		false, NULL, amqp_cstring_bytes(body));
	json_decref(message);
	json_decref(envelope);
	free(inner);
	free(body);
}

static void
reply_failure(amqp_connection_state_t state, const char *queue, const char *id, const char *class,
	const char *module)
{
	json_t *exception = json_pack("{s:s, s:s, s:[]}", "class", class, "module", module, "args");
	char *failure = json_dumps(exception, 0);
	reply(state, queue,
		json_pack("{s:s, s:n, s:s, s:b}", "_msg_id", id, "result", "failure", failure,
			"ending", true));
	json_decref(exception);
	free(failure);
}

static void
reply_text(amqp_connection_state_t state, const char *queue, const char *id, const char *text)
{
	reply(state, queue,
		json_pack("{s:s, s:s?, s:n, s:b}", "_msg_id", id, "result", text, "failure",
			"ending", true));
}

static void
answer(amqp_connection_state_t state, const char *host, const char *queue, const char *id)
{
	g_autofree char *word = g_strndup(host, strcspn(host, "."));
	g_autofree char *huge = g_strnfill(RPC_REPLY_MAX, 'x');
	if (g_str_equal(word, "unable")) {
		reply_failure(state, queue, id, "NotImplementedError", "builtins");
	} else if (g_str_equal(word, "failing")) {
		reply_failure(state, queue, id, "ProcessExecutionError", "oslo_concurrency");
	} else if (g_str_equal(word, "garbage")) {
		amqp_basic_publish(state, CHANNEL, amqp_empty_bytes, amqp_cstring_bytes(queue),
			false, false, NULL, amqp_cstring_bytes("\xff{"));
	} else if (g_str_equal(word, "huge")) {
		reply_text(state, queue, id, huge);
	} else if (g_str_equal(word, "without")) {
		reply_text(state, queue, id, NULL);
	} else {
		if (g_str_equal(word, "busy"))
			reply(state, queue,
				json_pack("{s:s, s:n, s:n, s:b}", "_msg_id", id, "result",
					"failure", "ending", false));
		reply_text(state, queue, id, COMPUTE_UPTIME);
	}
}

static void
take_call(amqp_connection_state_t state, const amqp_envelope_t *call)
{
	g_autofree char *key = g_strndup(call->routing_key.bytes, call->routing_key.len);
	json_t *envelope = json_loadb(call->message.body.bytes, call->message.body.len, 0, NULL);
	json_t *message =
		json_loads(json_string_value(json_object_get(envelope, "oslo.message")), 0, NULL);
	g_assert_cmpstr(
		json_string_value(json_object_get(message, "method")), ==, "get_host_uptime");
	answer(state, key + strlen("compute."),
		json_string_value(json_object_get(message, "_reply_q")),
		json_string_value(json_object_get(message, "_msg_id")));
	json_decref(message);
	json_decref(envelope);
}

static void *
run(void *data)
{
	struct computes *computes = data;
	while (!g_atomic_int_get(&computes->ending)) {
		const struct timeval timeout = {.tv_usec = 20000};
		amqp_envelope_t call;
		amqp_maybe_release_buffers(computes->answering);
		amqp_rpc_reply_t taken =
			amqp_consume_message(computes->answering, &call, &timeout, 0);
		if (taken.reply_type != AMQP_RESPONSE_NORMAL) {
			g_assert_cmpint(taken.library_error, ==, AMQP_STATUS_TIMEOUT);
			continue;
		}
		take_call(computes->answering, &call);
		amqp_destroy_envelope(&call);
	}
	return NULL;
}

struct computes *
computes_start(const char *transport_url, const char *exchange)
{
	static const char *const words[] = {
		"up", "without", "unable", "failing", "busy", "garbage", "huge", NULL};
	static const char *const hung[] = {"hung", NULL};
	CLEANUP(transport_url_free)
	struct transport_url *url = transport_url_parse(transport_url, NULL);
	struct computes *computes = g_new0(struct computes, 1);
	computes->answering = connect_to(url);
	computes->looking = connect_to(url);
	amqp_exchange_declare(computes->looking, CHANNEL, amqp_cstring_bytes(exchange),
		amqp_cstring_bytes("topic"), false, false, true, false, amqp_empty_table);
	check(computes->looking);
	computes->queue = make_queue(computes->answering, exchange, words);
	computes->hung_queue = make_queue(computes->looking, exchange, hung);
	amqp_basic_consume(computes->answering, CHANNEL, computes->queue, amqp_empty_bytes, false,
		true, true, amqp_empty_table);
	check(computes->answering);
	computes->thread = g_thread_new("computes", run, computes);
	return computes;
}

void
computes_stop(struct computes *computes)
{
	g_atomic_int_set(&computes->ending, true);
	g_thread_join(computes->thread);
	amqp_queue_delete(computes->looking, CHANNEL, computes->hung_queue, false, false);
	amqp_bytes_free(computes->queue);
	amqp_bytes_free(computes->hung_queue);
	disconnect(computes->answering);
	disconnect(computes->looking);
	g_free(computes);
}

void
computes_await_empty_queue(struct computes *computes)
{
	int64_t until = g_get_monotonic_time() + EMPTY_TIMEOUT;
	const amqp_queue_declare_ok_t *found;
	do {
		found = amqp_queue_declare(computes->looking, CHANNEL, computes->hung_queue, true,
			false, true, true, amqp_empty_table);
		check(computes->looking);
		g_assert_cmpint(g_get_monotonic_time(), <, until);
	} while (found->message_count > 0);
}
