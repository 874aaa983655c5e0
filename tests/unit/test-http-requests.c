/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes in, answers out: what the handler is handed, what it is told to refuse, and
 * what libmicrohttpd answers in its own words before we are asked.
 */
#include "http-fixture.h"

static void
test_requests_are_handed_over_as_sent(void)
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
		{"GET http://h:1/a?b HTTP/1.1\r\n" END, "GET /a ? b of h:1"},
		{"GET HTTPS://h HTTP/1.1\r\n" END, "GET / ? (none) of h"},
		{"GET http://h?b HTTP/1.1\r\n" END, "GET / ? b of h"},
		{"OPTIONS * HTTP/1.1\r\n" END, "OPTIONS * ? (none)"},
		{"PURGE /a HTTP/1.1\r\n" END, "PURGE /a ? (none)"},
		{"GET /a HTTP/1.1\r\nX-Test: \t b c \t\r\n" END, "GET /a ? (none) [b c]"},
		{"GET /a HTTP/1.1\r\nX-Test:\r\n" END, "GET /a ? (none) []"},
		{"GET /a HTTP/1.1\nX-Test:b\nHost: h\nConnection: close\n\n",
			"GET /a ? (none) [b]"},
		{"\r\nGET /a HTTP/1.0\r\n\r\n", "GET /a ? (none)"},
		{"POST /a HTTP/1.1\r\nContent-Length: 0\r\n" END, "POST /a ? (none)"},
		{"POST /a HTTP/1.1\r\nContent-Length: 2\r\n" END "xy", "POST /a ? (none) body"},
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
test_breaking_a_rule_is_refused(void)
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
			411},
		{BYTES("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 411},
		{BYTES("POST /a HTTP/1.1\r\nTransfer-Encoding: gzip\r\n" END), 411},
		{BYTES("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "0\r\n\r\n"), 411},
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

/* Of all sizes of target and header that are within their own limits. */
static void
assert_heads(struct http_server *server)
{
	static const size_t targets[] = {10, 1000, 4000, 6000, HTTP_TARGET_MAX};
	size_t rest = strlen("X"
			     "Hosth"
			     "Connectionclose") +
		      3 * HTTP_HEADER_COST;
	for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
		size_t most = MIN(HTTP_HEADER_VALUE_MAX, HTTP_HEAD_MAX - rest - targets[i]);
		g_autofree char *target = g_strnfill(targets[i] - 1, 'x');
		g_autofree char *start = g_strdup_printf("GET /%s HTTP/1.1\r\nX: ", target);
		assert_sizes(server, start, "y", (unsigned)most, "\r\n" END, 200);
		assert_sizes(server, start, "y", (unsigned)most + 1, "\r\n" END, 431);
	}
}

static void
test_beyond_a_limit_is_refused(void)
{
	static const char tail[] = " HTTP/1.1\r\n" END;
	static const char head[] = "GET / HTTP/1.1\r\n";
	static const char post[] = "POST / HTTP/1.1\r\nContent-Length: 65536\r\n" END;
	static const char long_post[] = "POST / HTTP/1.1\r\nContent-Length: 65537\r\n" END;
	g_autofree char *kilobyte = g_strnfill(1024, 'x');
	g_autofree char *header = g_strdup_printf("X: %.800s\r\n", kilobyte);
	struct http_server *server = start(PATIENCE);

	assert_sizes(server, "GET /", "x", HTTP_TARGET_MAX - 1, tail, 200);
	assert_sizes(server, "GET /", "x", HTTP_TARGET_MAX, tail, 414);
	assert_sizes(server, "GET /?", "&", HTTP_TARGET_MAX - 2, tail, 200);
	assert_sizes(server, "GET /?", "&", HTTP_TARGET_MAX - 1, tail, 414);
	assert_sizes(server, "GET /?", "a=b&", 3000, tail, 414);
	assert_sizes(server, head, "X: y\r\n", HTTP_HEADERS_MAX - 2, END, 200);
	assert_sizes(server, head, "X: y\r\n", HTTP_HEADERS_MAX - 1, END, 431);
	assert_sizes(server, "GET / HTTP/1.1\r\nX: ", "y", HTTP_HEADER_VALUE_MAX, "\r\n" END, 200);
	assert_sizes(
		server, "GET / HTTP/1.1\r\nX: ", "y", HTTP_HEADER_VALUE_MAX + 1, "\r\n" END, 431);
	assert_heads(server);
	assert_sizes(server, head, header, 12, END, 200);
	assert_sizes(server, head, header, 13, END, 431);
	G_STATIC_ASSERT(HTTP_BODY_MAX == 65536);
	assert_sizes(server, post, "x", HTTP_BODY_MAX, "", 200);
	assert_sizes(server, long_post, "x", HTTP_BODY_MAX + 1, "", 413);
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

/* The list in server.c's head: none of it reaches the handler, and all of it ends. */
static void
test_what_the_library_answers_itself(void)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *start;
	} table[] = {
		{BYTES("garbage\r\n\r\n"), ""},
		{BYTES("\x16\x03\x01\n"), ""},
		{BYTES("GET /\r\n\r\n"), "HTTP/1.1 400 "},
		{BYTES("GET / FOO\r\n" END), "HTTP/1.1 400 "},
		{BYTES("\0GET / HTTP/1.1\r\n" END), "HTTP/1.1 400 "},
		{BYTES("GET / HTTP/2.0\r\n" END), "HTTP/1.1 505 "},
		{BYTES("GET / HTTP/1.1\r\nX\r\n" END), "HTTP/1.1 400 "},
		{BYTES("GET / HTTP/1.1\r\nX\0Y: a\r\n" END), "HTTP/1.1 400 "},
		{BYTES("GET / HTTP/1.1\r\nContent-Length: x\r\n" END), "HTTP/1.1 400 "},
	};
	struct http_server *server = start(PATIENCE);
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *text = ask(server, table[i].bytes, table[i].length);
		g_assert_true(g_str_has_prefix(text, table[i].start));
		g_assert_cmpint(*text == '\0', ==, *table[i].start == '\0');
		g_assert_null(strstr(text, "refused"));
	}
	g_autofree char *long_text = g_strnfill(65536, 'x');
	g_autofree char *target = g_strdup_printf("GET /%s HTTP/1.1\r\n" END, long_text);
	g_autofree char *header = g_strdup_printf("GET / HTTP/1.1\r\nX: %s\r\n" END, long_text);
	g_autofree char *of_target = ask(server, target, strlen(target));
	g_autofree char *of_header = ask(server, header, strlen(header));
	assert_status(of_target, 414);
	assert_status(of_header, 431);
	http_server_stop(server);
}

/* The answers to a GET of the path, and to one of /a on the same connection. */
static char *
ask_and_go_on(struct http_server *server, const char *path)
{
	g_autofree char *requests = g_strdup_printf("GET %s HTTP/1.1\r\nHost: h\r\n\r\n"
						    "GET /a HTTP/1.1\r\n" END,
		path);
	return ask(server, requests, strlen(requests));
}

/* RFC 9110, 15.4.5 and 8.6: the length is that of what is not sent. */
static void
test_of_what_is_unchanged_the_body_is_not_sent(void)
{
	struct http_server *server = start(PATIENCE);
	g_autofree char *text = ask_and_go_on(server, "/unchanged");
	assert_status(text, 304);
	char *next = strstr(text, "\r\n\r\n") + strlen("\r\n\r\n");
	assert_status(next, 200);
	next[-1] = '\0';
	assert_contains(text, "Content-Length: 23\r\n"); /* of "GET /unchanged ? (none)" */
	http_server_stop(server);
}

/* To HTTP/1.0, which knows no chunks, so that the body is all that follows. */
static void
test_a_stream_is_sent_whole(void)
{
	static const char request[] = "GET /stream HTTP/1.0\r\n\r\n";
	struct http_server *server = start(PATIENCE);
	g_autofree char *text = ask(server, request, strlen(request));
	assert_status(text, 200);
	const char *body = strstr(text, "\r\n\r\n") + strlen("\r\n\r\n");
	g_autoptr(GString) expected = g_string_new(NULL);
	for (unsigned left = STREAMED; left > 0; left--)
		g_string_append_printf(expected, "%0*u,", 1000, left - 1);
	g_assert_cmpstr(body, ==, expected->str);
	http_server_stop(server);
}

static void
test_a_stream_comes_in_chunks_and_the_next_answer_after_it(void)
{
	struct http_server *server = start(PATIENCE);
	g_autofree char *text = ask_and_go_on(server, "/stream");
	assert_status(text, 200);
	assert_contains(text, "Transfer-Encoding: chunked\r\n");
	assert_contains(text, "\r\n0\r\n\r\nHTTP/1.1 200 ");
	g_assert_true(g_str_has_suffix(text, "GET /a ? (none)"));
	http_server_stop(server);
}

static void
test_a_stream_whose_client_leaves_is_freed(void)
{
	static const char request[] = "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n";
	struct http_server *server = start(PATIENCE);
	int client = open_client(http_server_get_port(server));
	char start_of_it[100];
	send_bytes(client, request, strlen(request));
	g_assert_cmpint(recv(client, start_of_it, sizeof(start_of_it), 0), >, 0);
	close(client);
	http_server_stop(server); /* and LeakSanitizer looks */
}

/* libmicrohttpd drops this one on the floor; the reaper ends it, and nothing is leaked. */
static void
test_query_behind_a_nul_ends(void)
{
	struct http_server *server = start(1);
	g_autofree char *query = g_strnfill(8000, '&');
	g_autoptr(GString) bytes = g_string_new_len(BYTES("GET /\0?"));
	g_string_append(bytes, query);
	g_string_append(bytes, " HTTP/1.1\r\n" END);
	g_autofree char *text = ask(server, bytes->str, bytes->len);
	g_assert_cmpstr(text, ==, "");
	http_server_stop(server);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/http/requests/are-handed-over-as-sent", test_requests_are_handed_over_as_sent);
	g_test_add_func(
		"/http/requests/that-break-a-rule-are-refused", test_breaking_a_rule_is_refused);
	g_test_add_func(
		"/http/requests/beyond-a-limit-are-refused", test_beyond_a_limit_is_refused);
	g_test_add_func(
		"/http/requests/with-a-long-body-are-heard-out", test_long_body_is_heard_out);
	g_test_add_func("/http/requests/that-the-library-answers-itself-end-in-4xx-or-505",
		test_what_the_library_answers_itself);
	g_test_add_func("/http/requests/for-what-is-unchanged-get-no-body",
		test_of_what_is_unchanged_the_body_is_not_sent);
	g_test_add_func("/http/requests/for-a-stream-get-all-of-it", test_a_stream_is_sent_whole);
	g_test_add_func("/http/requests/for-a-stream-get-chunks",
		test_a_stream_comes_in_chunks_and_the_next_answer_after_it);
	g_test_add_func("/http/requests/for-a-stream-may-be-given-up",
		test_a_stream_whose_client_leaves_is_freed);
	g_test_add_func(
		"/http/requests/with-a-query-behind-a-nul-end", test_query_behind_a_nul_ends);
	return g_test_run();
}
