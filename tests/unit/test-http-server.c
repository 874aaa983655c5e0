/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real server on the loopback, spoken to in raw bytes. Its handler answers with
 * what it was handed, so that a test sees what the server made of the bytes; each
 * read has a bound, so that a server that does not answer fails and does not hang.
 */
#include "http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"

#define PATIENCE 10 /* s until a read gives up */
#define BYTES(literal) (literal), sizeof(literal) - 1

/* What GET /wait waits for, so that a request can be held under way. */
static struct {
	GMutex lock;
	GCond changed;
	bool has_come;
	bool may_go;
} gate;

static void
pass_gate(void)
{
	g_mutex_lock(&gate.lock);
	gate.has_come = true;
	g_cond_broadcast(&gate.changed);
	while (!gate.may_go)
		g_cond_wait(&gate.changed, &gate.lock);
	g_mutex_unlock(&gate.lock);
}

static void
add_text(struct http_response *response, char *text)
{
	http_response_take_part(response, g_bytes_new_take(text, strlen(text)));
}

static struct http_response *
answer(void *data, const struct http_request *request)
{
	if (g_str_equal(request->path, "/wait"))
		pass_gate();
	if (g_str_equal(request->path, "/none"))
		return http_response_new(204);

	struct http_response *response = http_response_new(200);
	http_response_add_header(response, "Content-Type", "text/plain");
	add_text(response, g_strdup_printf("%s %s ? %s", request->method, request->path,
				   request->query != NULL ? request->query : "(none)"));
	const struct http_header *header = http_request_get_header(request, "x-test");
	if (header != NULL)
		add_text(response, g_strdup_printf(" [%.*s]", (int)header->length, header->value));
	if (request->has_body)
		add_text(response, g_strdup(" body"));
	return response;
}

static struct http_response *
refuse(void *data, const struct http_request *request, unsigned status, const char *words)
{
	struct http_response *response = http_response_new(status);
	http_response_add_header(response, "Content-Type", "application/json");
	add_text(response, g_strdup_printf("{\"refused\": %u}", status));
	return response;
}

static const struct http_handler handler = {.answer = answer, .refuse = refuse};

static struct http_server *
start(unsigned request_timeout)
{
	const struct http_options options = {
		.address = "127.0.0.1:0",
		.threads = 2,
		.connections_max = 100,
		.request_timeout = request_timeout,
		.shutdown_timeout = PATIENCE,
	};
	g_autoptr(GError) error = NULL;
	struct http_server *server = http_server_start(&options, &handler, &error);
	g_assert_no_error(error);
	return server;
}

/* A connected socket, or -1. */
static int
open_client(unsigned port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	struct timeval patience = {.tv_sec = PATIENCE};
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(client, >=, 0);
	g_assert_cmpint(
		setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), ==, 0);
	if (connect(client, (struct sockaddr *)&address, sizeof(address)) == 0)
		return client;
	close(client);
	return -1;
}

/* All of it; the server may hang up before. */
static void
send_bytes(int client, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(client, bytes, length, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		bytes += sent;
		length -= (size_t)sent;
	}
}

/* Up to the server's hanging up. */
static char *
read_all(int client)
{
	GString *text = g_string_new(NULL);
	char buffer[4096];
	ssize_t n;
	while ((n = recv(client, buffer, sizeof(buffer), 0)) > 0)
		g_string_append_len(text, buffer, n);
	g_assert_true(n == 0 || errno == ECONNRESET);
	return g_string_free(text, FALSE);
}

/* Up to the end of so many answers that end in `tail`; the connection stays open. */
static char *
read_until(int client, const char *tail, unsigned times)
{
	GString *text = g_string_new(NULL);
	while (times > 0) {
		char c;
		g_assert_cmpint(recv(client, &c, 1, 0), ==, 1);
		g_string_append_c(text, c);
		if (g_str_has_suffix(text->str, tail))
			times--;
	}
	return g_string_free(text, FALSE);
}

static char *
ask(struct http_server *server, const char *bytes, size_t length)
{
	int client = open_client(http_server_get_port(server));
	g_assert_cmpint(client, >=, 0);
	send_bytes(client, bytes, length);
	char *text = read_all(client);
	close(client);
	return text;
}

static void
assert_contains(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		g_error("expected '%s' in '%s'", part, text);
}

static void
assert_status(const char *text, unsigned status)
{
	g_autofree char *line = g_strdup_printf("HTTP/1.1 %u ", status);
	if (!g_str_has_prefix(text, line))
		g_error("expected '%s' of '%s'", line, text);
}

#define END "Host: h\r\nConnection: close\r\n\r\n"

static void
test_hands_requests_over_as_sent(void)
{
	static const struct {
		const char *bytes;
		const char *body;
	} table[] = {
		{"GET / HTTP/1.1\r\n" END, "GET / ? (none)"},
		{"GET /a%2Fb%00c+d?x=%31&&y=+&z HTTP/1.1\r\n" END,
			"GET /a%2Fb%00c+d ? x=%31&&y=+&z"},
		{"GET /a? HTTP/1.1\r\n" END, "GET /a ? "},
		{"GET /a?b?c HTTP/1.1\r\n" END, "GET /a ? b?c"},
		{"GET http://h:1/a?b HTTP/1.1\r\n" END, "GET /a ? b"},
		{"GET HTTPS://h HTTP/1.1\r\n" END, "GET / ? (none)"},
		{"GET http://h?b HTTP/1.1\r\n" END, "GET / ? b"},
		{"OPTIONS * HTTP/1.1\r\n" END, "OPTIONS * ? (none)"},
		{"PURGE /a HTTP/1.1\r\n" END, "PURGE /a ? (none)"},
		{"GET /a HTTP/1.1\r\nX-Test: \t b c \t\r\n" END, "GET /a ? (none) [b c]"},
		{"GET /a HTTP/1.1\r\nX-Test:\r\n" END, "GET /a ? (none) []"},
		{"GET /a HTTP/1.1\nX-Test:b\nHost: h\nConnection: close\n\n",
			"GET /a ? (none) [b]"},
		{"\r\nGET /a HTTP/1.0\r\n\r\n", "GET /a ? (none)"},
		{"POST /a HTTP/1.1\r\nContent-Length: 0\r\n" END, "POST /a ? (none)"},
		{"POST /a HTTP/1.1\r\nContent-Length: 2\r\n" END "xy", "POST /a ? (none) body"},
		{"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END
		 "2\r\nxy\r\n1\r\nz\r\n0\r\nX-Trailer: t\r\n\r\n",
			"POST /a ? (none) body"},
	};
	struct http_server *server = start(PATIENCE);
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *text = ask(server, table[i].bytes, strlen(table[i].bytes));
		g_autofree char *end = g_strconcat("\r\n\r\n", table[i].body, NULL);
		assert_status(text, 200);
		if (!g_str_has_suffix(text, end))
			g_error("expected '%s' of '%s'", table[i].body, text);
	}
	http_server_stop(server);
}

static void
assert_refused(struct http_server *server, const char *bytes, size_t length, unsigned status)
{
	g_autofree char *text = ask(server, bytes, length);
	g_autofree char *body = g_strdup_printf("\r\n\r\n{\"refused\": %u}", status);
	assert_status(text, status);
	assert_contains(text, "Connection: close\r\n");
	assert_contains(text, "Content-Type: application/json\r\n");
	if (!g_str_has_suffix(text, body))
		g_error("expected the handler's words of '%s'", text);
}

static void
test_refuses_what_breaks_a_rule(void)
{
	static const struct {
		const char *bytes;
		size_t length;
		unsigned status;
	} table[] = {
		{BYTES("GET /a\0b HTTP/1.1\r\n" END), 400},
		{BYTES("GET /a\0?b HTTP/1.1\r\n" END), 400},
		{BYTES("GET /a?b\0 HTTP/1.1\r\n" END), 400},
		{BYTES("GE\0T /a HTTP/1.1\r\n" END), 400},
		{BYTES("GET /a HTTP/1.1\r\nX-Test: a\0b\r\n" END), 400},
		{BYTES("GET /a HTTP/1.1\r\n"
		       "Connection: close\r\nHost: h\0b\r\n\r\n"),
			400},
		{BYTES("GET /a HTTP/1.1\r\nHost: h\r\n\0X-Test: a\r\n\r\n"), 400},
		{BYTES("GET /a HTTP/1.1\r\nHost: h\r\n\0\r\n\r\n"), 400},
		{BYTES("GET /a HTTP/1.1\r\nX-Test: a\r\n b\r\n" END), 400},
		{BYTES("GET /a HTTP/1.1\r\nHost: h\r\nX-Test: a\r\n\tb\r\n\r\n"), 400},
		{BYTES("GET /a HTTP/1.1\r\n X-Test: a\r\n" END), 400},
		{BYTES("GET /a HTTP/1.1\r\nX-Test : a\r\n" END), 400},
		{BYTES("GET /a HTTP/1.1\r\n: a\r\n" END), 400},
		{BYTES("GET /a HTTP/1.1\r\nX-Test: a\x01\r\n" END), 400},
		{BYTES("GET /a HTTP/1.1\r\nX-Test: a\rb\r\n" END), 400},
		{BYTES("GET /a\x7f HTTP/1.1\r\n" END), 400},
		{BYTES("GET /a\tb HTTP/1.1\r\n" END), 400},
		{BYTES("GET /a b HTTP/1.1\r\n" END), 400},
		{BYTES("GET  /a HTTP/1.1\r\n" END), 400},
		{BYTES("G(T /a HTTP/1.1\r\n" END), 400},
		{BYTES("GET a HTTP/1.1\r\n" END), 400},
		{BYTES("CONNECT h:443 HTTP/1.1\r\n" END), 400},
		{BYTES("GET ftp://h/a HTTP/1.1\r\n" END), 400},
		{BYTES("GET /a HTTP/1.1\r\nConnection: close\r\n\r\n"), 400},
		{BYTES("GET /a HTTP/1.1\r\n\r\n"), 400},
		{BYTES("GET /a HTTP/1.1\r\nHOST: i\r\n" END), 400},
		{BYTES("GET /a HTTP/1.1\r\nX-Auth-Token: a\r\nX-Auth-Token: a\r\n" END), 400},
		{BYTES("GET /a HTTP/1.1\r\nOpenStack-API-Version: compute 2.1\r\n"
		       "openstack-api-version: compute 2.53\r\n" END),
			400},
		{BYTES("GET /a HTTP/1.1\r\nX-OpenStack-Nova-API-Version: 2.1\r\n"
		       "X-OpenStack-Nova-API-Version: 2.53\r\n" END),
			400},
		{BYTES("POST /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n" END "x"),
			400},
		{BYTES("POST /a HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n" END
		       "0\r\n\r\n"),
			400},
		{BYTES("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400},
		{BYTES("POST /a HTTP/1.1\r\nTransfer-Encoding: gzip\r\n" END), 501},
		{BYTES("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked \r\n" END "0\r\n\r\n"), 501},
		{BYTES("POST /a HTTP/1.1\r\nContent-Length: 70000\r\nExpect: 100-continue\r\n" END),
			413},
	};
	struct http_server *server = start(PATIENCE);
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		assert_refused(server, table[i].bytes, table[i].length, table[i].status);
	http_server_stop(server);
}

/* A request made of `head`, `times` times `part` and `tail`. */
static void
assert_sizes(struct http_server *server, const char *head, const char *part, unsigned times,
	const char *tail, unsigned status)
{
	g_autoptr(GString) bytes = g_string_new(head);
	for (unsigned i = 0; i < times; i++)
		g_string_append(bytes, part);
	g_string_append(bytes, tail);
	if (status == 200) {
		g_autofree char *text = ask(server, bytes->str, bytes->len);
		assert_status(text, 200);
	} else {
		assert_refused(server, bytes->str, bytes->len, status);
	}
}

static void
test_refuses_what_is_beyond_a_limit(void)
{
	static const char tail[] = " HTTP/1.1\r\n" END;
	static const char head[] = "GET / HTTP/1.1\r\n";
	static const char post[] = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END;
	g_autofree char *kilobyte = g_strnfill(1024, 'x');
	g_autofree char *header = g_strdup_printf("X: %.800s\r\n", kilobyte);
	g_autofree char *chunk = g_strdup_printf("400\r\n%s\r\n", kilobyte);
	struct http_server *server = start(PATIENCE);

	assert_sizes(server, "GET /", "x", HTTP_TARGET_MAX - 1, tail, 200);
	assert_sizes(server, "GET /", "x", HTTP_TARGET_MAX, tail, 414);
	assert_sizes(server, "GET /?", "&", HTTP_TARGET_MAX - 2, tail, 200);
	assert_sizes(server, "GET /?", "&", HTTP_TARGET_MAX - 1, tail, 414);
	assert_sizes(server, "GET /?", "a=b&", 25000, tail, 414);
	assert_sizes(server, head, "X: y\r\n", HTTP_HEADERS_MAX - 2, END, 200);
	assert_sizes(server, head, "X: y\r\n", HTTP_HEADERS_MAX - 1, END, 431);
	assert_sizes(server, head, "X: y\r\n", 1000, END, 431);
	assert_sizes(server, "GET / HTTP/1.1\r\nX: ", "y", HTTP_HEADER_VALUE_MAX, "\r\n" END, 200);
	assert_sizes(
		server, "GET / HTTP/1.1\r\nX: ", "y", HTTP_HEADER_VALUE_MAX + 1, "\r\n" END, 431);
	assert_sizes(server, "GET / HTTP/1.1\r\nX: ", "y", 100000, "\r\n" END, 431);
	assert_sizes(server, head, header, 40, END, 200);
	assert_sizes(server, head, header, 41, END, 431);
	assert_sizes(server, post, chunk, HTTP_BODY_MAX / 1024, "0\r\n\r\n", 200);
	assert_sizes(server, post, chunk, HTTP_BODY_MAX / 1024 + 1, "0\r\n\r\n", 413);
	http_server_stop(server);
}

static void
test_long_body_is_heard_out(void)
{
	struct http_server *server = start(PATIENCE);
	assert_sizes(
		server, "POST / HTTP/1.1\r\nContent-Length: 200000\r\n" END, "x", 200000, "", 413);
	http_server_stop(server);
}

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

static void
test_connection_is_kept(void)
{
	struct http_server *server = start(PATIENCE);
	int client = open_client(http_server_get_port(server));
	for (unsigned i = 0; i < 3; i++) {
		send_bytes(
			client, BYTES("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"));
		g_autofree char *text = read_until(client, "\r\n\r\nPOST /a ? (none) body", 1);
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

static void
test_stop_finishes_what_is_under_way(void)
{
	gate.has_come = gate.may_go = false;
	struct http_server *server = start(PATIENCE);
	unsigned port = http_server_get_port(server);
	int idle = open_client(port);
	int busy = open_client(port);
	send_bytes(busy, BYTES("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n"));
	g_mutex_lock(&gate.lock);
	while (!gate.has_come)
		g_cond_wait(&gate.changed, &gate.lock);
	g_mutex_unlock(&gate.lock);
	g_assert_cmpuint(http_server_get_requests_in_flight(server), ==, 1);

	g_autoptr(GThread) stopper = g_thread_new("stop", stop, server);
	int64_t began = g_get_monotonic_time();
	for (int late; (late = open_client(port)) >= 0;) { /* until nobody listens any more */
		g_assert_cmpint(g_get_monotonic_time() - began, <, PATIENCE * G_TIME_SPAN_SECOND);
		close(late);
	}
	g_mutex_lock(&gate.lock);
	gate.may_go = true;
	g_cond_broadcast(&gate.changed);
	g_mutex_unlock(&gate.lock);

	g_autofree char *text = read_all(busy);
	assert_status(text, 200);
	assert_contains(text, "\r\n\r\nGET /wait ? (none)");
	g_autofree char *of_idle = read_all(idle);
	g_assert_cmpstr(of_idle, ==, "");
	g_thread_join(g_steal_pointer(&stopper));
	close(busy);
	close(idle);
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

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/http/server/hands-requests-over-as-sent", test_hands_requests_over_as_sent);
	g_test_add_func("/http/server/refuses-what-breaks-a-rule", test_refuses_what_breaks_a_rule);
	g_test_add_func(
		"/http/server/refuses-what-is-beyond-a-limit", test_refuses_what_is_beyond_a_limit);
	g_test_add_func("/http/server/long-body-is-heard-out", test_long_body_is_heard_out);
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
	g_test_add_func("/http/server/port-in-use-is-told", test_port_in_use_is_told);
	g_test_add_func("/http/server/bad-address-is-told", test_bad_address_is_told);
	g_test_add_func(
		"/http/server/localhost-and-one-thread-serve", test_localhost_and_one_thread_serve);
	return g_test_run();
}
