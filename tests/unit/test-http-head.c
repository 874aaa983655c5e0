/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A head that comes again: over one connection of a real server, whose handler tells what
 * an earlier request left as a memo and leaves one itself.
 */
#include "http-fixture.h"

static struct http_response *
answer_by_memo(void *data, const struct http_request *request)
{
	const struct http_header *token = http_request_get_header(request, "X-Auth-Token");
	const char *value = token == NULL ? "nobody" : token->value;
	const char *known = http_request_get_memo(request, HTTP_MEMO_TOKENS);
	struct http_response *response = http_response_new(200);
	take_text(response,
		g_strdup_printf("%s: %s;", request->path, known == NULL ? "asked" : known));
	if (known == NULL)
		http_request_take_memo(request, HTTP_MEMO_TOKENS, g_strdup(value));
	return response;
}

static struct http_server *
start_with_memos(void)
{
	static const struct http_handler by_memo = {.answer = answer_by_memo, .refuse = refuse};
	const struct http_options options = {
		.address = "127.0.0.1:0",
		.threads = 1,
		.connections_max = 10,
		.request_timeout = PATIENCE,
		.shutdown_timeout = PATIENCE,
	};
	g_autoptr(GError) error = NULL;
	struct http_server *server = http_server_start(&options, &by_memo, &error);
	g_assert_no_error(error);
	return server;
}

/* The bodies of the answers to these requests, which are sent over one connection. */
static char *
ask_all(struct http_server *server, const char *requests)
{
	g_autofree char *text = ask(server, requests, strlen(requests));
	GString *bodies = g_string_new(NULL);
	for (const char *at = text; (at = strstr(at, "\r\n\r\n")) != NULL;) {
		at += strlen("\r\n\r\n");
		g_string_append_len(bodies, at, (gssize)strcspn(at, "H"));
	}
	return g_string_free(bodies, FALSE);
}

#define A "Host: h\r\nX-Auth-Token: a\r\n\r\n"
#define B "Host: h\r\nX-Auth-Token: b\r\n\r\n"
#define LAST "GET /end HTTP/1.1\r\n" END

static void
test_a_head_that_comes_again_is_known(void)
{
	struct http_server *server = start_with_memos();
	g_autofree char *bodies = ask_all(server,
		"GET /1 HTTP/1.1\r\n" A "GET /2 HTTP/1.1\r\n" A "GET /3?x HTTP/1.1\r\n" A LAST);
	g_assert_cmpstr(bodies, ==, "/1: asked;/2: a;/3: a;/end: asked;");
	http_server_stop(server);
}

/* By a byte, by a name, by the version, by its order: another head is another head. */
static void
test_another_head_is_not_known(void)
{
	static const char *const others[] = {
		"GET /2 HTTP/1.1\r\n" B,
		"GET /2 HTTP/1.1\r\nHost: h\r\nX-Auth-Tokem: a\r\n\r\n",
		"GET /2 HTTP/1.1\r\nX-Auth-Token: a\r\nHost: h\r\n\r\n",
		"GET /2 HTTP/1.1\r\nHost: h\r\nX-Auth-Token: a\r\nX: y\r\n\r\n",
		"GET /2 HTTP/1.1\r\nHost: h\r\nX-Auth-Token: a \r\n\r\n",
		"GET /2 HTTP/1.1\r\nHost: h\n\r\nX-Auth-Token: a\r\n\r\n",
		"GET /2 HTTP/1.0\r\nConnection: keep-alive\r\n" A,
	};
	struct http_server *server = start_with_memos();
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autofree char *requests =
			g_strconcat("GET /1 HTTP/1.1\r\n" A, others[i], LAST, NULL);
		g_autofree char *bodies = ask_all(server, requests);
		g_test_message("%s", others[i]);
		g_assert_null(strstr(bodies, "/2: a;"));
		g_assert_true(g_str_has_prefix(bodies, "/1: asked;"));
	}
	http_server_stop(server);
}

/* What was right for one head says nothing about the next one. */
static void
test_a_bad_head_after_a_good_one_is_refused(void)
{
	static const char *const bad[] = {
		"GET /2 HTTP/1.1\r\nHost: h\r\nX-Auth-Token: a\r\nX-Auth-Token: a\r\n\r\n",
		"GET /2 HTTP/1.1\r\nHost: h\r\nX-Auth-Token: \x01\r\n\r\n",
		"GET /2 HTTP/1.1\r\nX-Auth-Token: a\r\n\r\n",
	};
	struct http_server *server = start_with_memos();
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *requests = g_strconcat("GET /1 HTTP/1.1\r\n" A, bad[i], NULL);
		g_autofree char *bodies = ask_all(server, requests);
		g_assert_cmpstr(bodies, ==, "/1: asked;{\"refused\": 400}");
	}
	http_server_stop(server);
}

/* The target is looked at each time. */
static void
test_a_bad_target_with_a_known_head_is_refused(void)
{
	struct http_server *server = start_with_memos();
	g_autofree char *bodies =
		ask_all(server, "GET /1 HTTP/1.1\r\n" A "GET /\x7f HTTP/1.1\r\n" A);
	g_assert_cmpstr(bodies, ==, "/1: asked;{\"refused\": 400}");
	http_server_stop(server);
}

static void
test_by_hand_there_is_no_memo(void)
{
	const struct http_request request = {.path = "/"};
	g_assert_null(http_request_get_memo(&request, HTTP_MEMO_TOKENS));
	http_request_take_memo(&request, HTTP_MEMO_TOKENS, g_strdup("a")); /* and frees it */
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/http/head/that-comes-again-is-known", test_a_head_that_comes_again_is_known);
	g_test_add_func("/http/head/that-is-another-is-not-known", test_another_head_is_not_known);
	g_test_add_func("/http/head/that-is-bad-after-a-good-one-is-refused",
		test_a_bad_head_after_a_good_one_is_refused);
	g_test_add_func("/http/head/that-is-known-lets-no-bad-target-in",
		test_a_bad_target_with_a_known_head_is_refused);
	g_test_add_func("/http/head/made-by-hand-has-no-memo", test_by_hand_there_is_no_memo);
	return g_test_run();
}
