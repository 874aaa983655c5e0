/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server's life: answers and their framing, connections that are kept and those
 * that are ended, start and stop.
 */
#include "http-fixture.h"

#include <stdatomic.h>

#include "base/error.h"

static void
test_head_has_the_headers_of_get(void)
{
	struct http_server *server = start(PATIENCE);
	g_autofree char *text = ask(server, BYTES("HEAD /a HTTP/1.1\r\n" END));
	assert_status(text, 200);
	assert_contains(text, "Content-Length: 16\r\n"); /* "HEAD /a ? (none)" */
	assert_contains(text, "Content-Type: text/plain\r\n");
	assert_contains(text, "Date: ");
	g_assert_true(g_str_has_suffix(text, "\r\n\r\n"));
	http_server_stop(server);
}

static void
test_no_content_has_no_body(void)
{
	struct http_server *server = start(PATIENCE);
	g_autofree char *text = ask(server, BYTES("GET /none HTTP/1.1\r\n" END));
	assert_status(text, 204);
	g_assert_null(strstr(text, "Content-Length"));
	g_assert_true(g_str_has_suffix(text, "\r\n\r\n"));
	http_server_stop(server);
}

/* Up to the first `tail`; the connection stays open. */
static char *
read_until(int client, const char *tail)
{
	GString *text = g_string_new(NULL);
	while (!g_str_has_suffix(text->str, tail)) {
		char c;
		g_assert_cmpint(recv(client, &c, 1, 0), ==, 1);
		g_string_append_c(text, c);
	}
	return g_string_free(text, FALSE);
}

static void
test_connection_is_kept(void)
{
	struct http_server *server = start(PATIENCE);
	int client = open_client(http_server_get_port(server));
	for (unsigned i = 0; i < 3; i++) {
		send_bytes(
			client, BYTES("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"));
		g_autofree char *text = read_until(client, "\r\n\r\nPOST /a ? (none) body");
		assert_status(text, 200);
	}
	g_assert_cmpuint(http_server_get_connections(server), ==, 1);
	close(client);
	http_server_stop(server);
}

static void
test_pipelined_requests_are_answered_in_order(void)
{
	struct http_server *server = start(PATIENCE);
	g_autofree char *text = ask(server, BYTES("GET /1?a HTTP/1.1\r\nHost: h\r\n\r\n"
						  "GET /2?b HTTP/1.1\r\nHost: h\r\n\r\n"
						  "GET /3 HTTP/1.1\r\n" END));
	const char *first = strstr(text, "\r\n\r\nGET /1 ? a");
	const char *second = strstr(text, "\r\n\r\nGET /2 ? b");
	g_assert_nonnull(first);
	g_assert_nonnull(second);
	g_assert_true(first < second);
	g_assert_true(g_str_has_suffix(text, "\r\n\r\nGET /3 ? (none)"));
	http_server_stop(server);
}

static void
test_refusal_ends_the_connection(void)
{
	struct http_server *server = start(PATIENCE);
	g_autofree char *text =
		ask(server, BYTES("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.0\r\n\r\n"));
	assert_status(text, 400);
	g_assert_null(strstr(text, "GET /b"));
	http_server_stop(server);
}

static void
test_slow_clients_are_ended(void)
{
	struct http_server *server = start(1);
	int idle = open_client(http_server_get_port(server));
	int slow = open_client(http_server_get_port(server));
	GPollFD poll = {.fd = slow, .events = G_IO_IN};
	int64_t began = g_get_monotonic_time();

	send_bytes(slow, BYTES("GET / HTTP/1.1\r\nX: "));
	while (g_poll(&poll, 1, 100) == 0) {
		g_assert_cmpint(g_get_monotonic_time() - began, <, PATIENCE * G_TIME_SPAN_SECOND);
		send_bytes(slow, BYTES("y"));
		g_autofree char *text = ask(server, BYTES("GET / HTTP/1.1\r\n" END));
		assert_status(text, 200);
	}
	g_assert_cmpint(g_get_monotonic_time() - began, >=, G_TIME_SPAN_SECOND);
	g_autofree char *of_slow = read_all(slow);
	g_autofree char *of_idle = read_all(idle);
	g_assert_cmpstr(of_slow, ==, "");
	g_assert_cmpstr(of_idle, ==, "");
	close(slow);
	close(idle);
	http_server_stop(server);
}

/* Until somebody stands there. */
static void
wait_for_gate(void)
{
	g_mutex_lock(&gate.lock);
	while (!gate.has_come)
		g_cond_wait(&gate.changed, &gate.lock);
	g_mutex_unlock(&gate.lock);
}

static void
open_gate(void)
{
	g_mutex_lock(&gate.lock);
	gate.may_go = true;
	g_cond_broadcast(&gate.changed);
	g_mutex_unlock(&gate.lock);
}

static void
test_waiting_for_an_answer_is_no_slowness(void)
{
	gate.has_come = gate.may_go = false;
	struct http_server *server = start(1);
	int slow = open_client(http_server_get_port(server));
	int busy = open_client(http_server_get_port(server));
	send_bytes(busy, BYTES("GET /wait HTTP/1.1\r\n" END));
	g_autofree char *of_slow =
		read_all(slow); /* ended by the reaper, which has looked at both */
	g_assert_cmpstr(of_slow, ==, "");
	g_mutex_lock(&gate.lock);
	g_assert_true(gate.has_come);
	gate.may_go = true;
	g_cond_broadcast(&gate.changed);
	g_mutex_unlock(&gate.lock);
	g_autofree char *text = read_all(busy);
	assert_status(text, 200);
	close(slow);
	close(busy);
	http_server_stop(server);
}

static void *
stop(void *server)
{
	http_server_stop(server);
	return NULL;
}

/* Whether one who comes now is let in. */
static bool
is_answered(unsigned port)
{
	int client = open_client(port);
	g_assert_cmpint(client, >=, 0);
	send_bytes(client, BYTES("GET /a HTTP/1.1\r\n" END));
	g_autofree char *text = read_all(client);
	close(client);
	return strlen(text) > 0;
}

static void
test_stop_finishes_what_is_under_way(void)
{
	gate.has_come = gate.may_go = false;
	struct http_server *server = start(PATIENCE);
	unsigned port = http_server_get_port(server);
	int idle = open_client(port);
	int busy = open_client(port);
	send_bytes(busy, BYTES("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n"));
	wait_for_gate();
	g_assert_cmpuint(http_server_get_requests_in_flight(server), ==, 1);

	g_autoptr(GThread) stopper = g_thread_new("stop", stop, server);
	int64_t began = g_get_monotonic_time();
	while (is_answered(port))
		g_assert_cmpint(g_get_monotonic_time() - began, <, PATIENCE * G_TIME_SPAN_SECOND);
	open_gate();

	g_autofree char *text = read_all(busy);
	assert_status(text, 200);
	assert_contains(text, "\r\n\r\nGET /wait ? (none)");
	g_autofree char *of_idle = read_all(idle);
	g_assert_cmpstr(of_idle, ==, "");
	g_thread_join(g_steal_pointer(&stopper));
	close(busy);
	close(idle);
}

struct crowd {
	unsigned port;
	_Atomic bool is_over;
};

static void *
come_and_go(void *data)
{
	struct crowd *crowd = data;
	while (!atomic_load(&crowd->is_over)) {
		int client = open_client(crowd->port);
		if (client >= 0)
			close(client);
	}
	return NULL;
}

static void
test_stop_while_clients_come_and_go(void)
{
	for (unsigned i = 0; i < 200; i++) {
		struct http_server *server = start(PATIENCE);
		struct crowd crowd = {.port = http_server_get_port(server)};
		g_autoptr(GThread) thread = g_thread_new("crowd", come_and_go, &crowd);
		int64_t began = g_get_monotonic_time();
		while (http_server_get_connections(server) == 0)
			g_assert_cmpint(
				g_get_monotonic_time() - began, <, PATIENCE * G_TIME_SPAN_SECOND);
		http_server_stop(server);
		atomic_store(&crowd.is_over, true);
		g_thread_join(g_steal_pointer(&thread));
	}
}

static void
assert_no_start(const char *address, int code)
{
	const struct http_options options = {
		.address = address,
		.threads = 1,
		.connections_max = 10,
		.request_timeout = 1,
	};
	g_autoptr(GError) error = NULL;
	g_assert_null(http_server_start(&options, &handler, &error));
	g_assert_error(error, MUSTER_ERROR, code);
	assert_contains(error->message, address);
}

static void
test_port_in_use_is_told(void)
{
	struct http_server *server = start(PATIENCE);
	g_autofree char *address = g_strdup_printf("127.0.0.1:%u", http_server_get_port(server));
	assert_no_start(address, MUSTER_ERROR_BUSY);
	http_server_stop(server);
}

static void
test_bad_address_is_told(void)
{
	static const char *const table[] = {"", ":", "8774", "127.0.0.1", "127.0.0.1:", ":8774",
		"127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:http", "127.0.0.1:80/x",
		"127.0.0.1:80 ", "example.org:80", "::1:80", "[::1]", "[127.0.0.1]:80", "[]:80",
		"300.0.0.1:80"};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		assert_no_start(table[i], MUSTER_ERROR_INVALID);
	assert_no_start("192.0.2.1:80", MUSTER_ERROR_IO); /* no address of this machine: RFC 5737 */
}

static void
test_localhost_and_one_thread_serve(void)
{
	const struct http_options options = {.address = "localhost:0",
		.threads = 1,
		.connections_max = 10,
		.request_timeout = 5};
	g_autoptr(GError) error = NULL;
	struct http_server *server = http_server_start(&options, &handler, &error);
	g_assert_no_error(error);
	g_autofree char *text = ask(server, BYTES("GET /a HTTP/1.1\r\n" END));
	assert_status(text, 200);
	http_server_stop(server);
}

static void
ask_and_read(int client)
{
	char answer[4096];
	send_bytes(client, BYTES("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"));
	g_assert_cmpint(recv(client, answer, sizeof(answer), 0), >, 0);
}

/* As many requests at once as libmicrohttpd asks of epoll at a time: worker.h. */
static void
test_as_many_as_epoll_gives_at_a_time_are_answered(void)
{
	enum { EVENTS = 128 };
	const struct http_options options = {.address = "localhost:0",
		.threads = 1,
		.connections_max = 2 * EVENTS,
		.request_timeout = 5 * PATIENCE,
		.shutdown_timeout = PATIENCE};
	g_autoptr(GError) error = NULL;
	struct http_server *server = http_server_start(&options, &handler, &error);
	g_assert_no_error(error);
	int clients[EVENTS], blocker = open_client(http_server_get_port(server));
	for (size_t i = 0; i < EVENTS; i++) {
		clients[i] = open_client(http_server_get_port(server));
		ask_and_read(clients[i]);
	}

	gate.has_come = gate.may_go = false;
	send_bytes(blocker, BYTES("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n"));
	wait_for_gate();
	for (size_t i = 0; i < EVENTS; i++)
		send_bytes(clients[i], BYTES("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"));
	open_gate();
	for (size_t i = 0; i < EVENTS; i++) {
		char answer[4096];
		g_assert_cmpint(recv(clients[i], answer, sizeof(answer), 0), >, 0);
		close(clients[i]);
	}
	close(blocker);
	http_server_stop(server);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/http/server/head-has-the-headers-of-get", test_head_has_the_headers_of_get);
	g_test_add_func("/http/server/no-content-has-no-body", test_no_content_has_no_body);
	g_test_add_func("/http/server/connection-is-kept", test_connection_is_kept);
	g_test_add_func("/http/server/pipelined-requests-are-answered-in-order",
		test_pipelined_requests_are_answered_in_order);
	g_test_add_func(
		"/http/server/refusal-ends-the-connection", test_refusal_ends_the_connection);
	g_test_add_func("/http/server/slow-clients-are-ended", test_slow_clients_are_ended);
	g_test_add_func("/http/server/waiting-for-an-answer-is-no-slowness",
		test_waiting_for_an_answer_is_no_slowness);
	g_test_add_func("/http/server/stop-finishes-what-is-under-way",
		test_stop_finishes_what_is_under_way);
	g_test_add_func(
		"/http/server/stop-while-clients-come-and-go", test_stop_while_clients_come_and_go);
	g_test_add_func("/http/server/port-in-use-is-told", test_port_in_use_is_told);
	g_test_add_func("/http/server/bad-address-is-told", test_bad_address_is_told);
	g_test_add_func(
		"/http/server/localhost-and-one-thread-serve", test_localhost_and_one_thread_serve);
	g_test_add_func("/http/server/as-many-as-epoll-gives-at-a-time-are-answered",
		test_as_many_as_epoll_gives_at_a_time_are_answered);
	return g_test_run();
}
