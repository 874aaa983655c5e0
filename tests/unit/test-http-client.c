/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP client against a server on the loopback, against none, and against one that hangs. */
#include "http-fixture.h"

#include "base/error.h"
#include "http/client.h"

#define SECOND G_TIME_SPAN_SECOND

/* One call and how it ended. */
struct ended {
	GMutex lock;
	GCond cond;
	unsigned times;
	unsigned status;
	char *body;
	char *type;
	GError *error;
};

static void
on_done(const struct http_reply *reply, const GError *error, void *data)
{
	struct ended *ended = data;
	g_mutex_lock(&ended->lock);
	ended->times++;
	if (reply != NULL) {
		size_t size;
		const char *body = http_reply_get_body(reply, &size);
		ended->status = http_reply_get_status(reply);
		ended->body = g_strndup(body, size);
		ended->type = g_strdup(http_reply_get_header(reply, "content-type"));
		g_assert_null(http_reply_get_header(reply, "x-missing"));
	}
	if (error != NULL)
		ended->error = g_error_copy(error);
	g_cond_signal(&ended->cond);
	g_mutex_unlock(&ended->lock);
}

static void
wait_for(struct ended *ended)
{
	int64_t deadline = g_get_monotonic_time() + PATIENCE * SECOND;
	g_mutex_lock(&ended->lock);
	while (ended->times == 0)
		g_assert_true(g_cond_wait_until(&ended->cond, &ended->lock, deadline));
	g_mutex_unlock(&ended->lock);
}

static void
clear(struct ended *ended)
{
	g_free(ended->body);
	g_free(ended->type);
	g_clear_error(&ended->error);
	*ended = (struct ended){0};
}

static struct http_response *
answer_client(void *data, const struct http_request *request)
{
	if (g_str_equal(request->path, "/moved")) {
		struct http_response *response = http_response_new(302);
		http_response_add_header(response, "Location", "/a");
		return response;
	}
	if (g_str_equal(request->path, "/long") || g_str_equal(request->path, "/longest")) {
		struct http_response *response = http_response_new(200);
		size_t size = HTTP_REPLY_MAX + (g_str_equal(request->path, "/long") ? 1 : 0);
		http_response_take_body(response, g_bytes_new_take(g_malloc0(size), size));
		return response;
	}
	return answer(data, request);
}

static struct http_server *
start_at(const char *address)
{
	static const struct http_handler peer = {.answer = answer_client, .refuse = refuse};
	const struct http_options options = {
		.address = address,
		.threads = 1,
		.connections_max = 100,
		.request_timeout = PATIENCE,
		.shutdown_timeout = 1,
	};
	g_autoptr(GError) error = NULL;
	struct http_server *server = http_server_start(&options, &peer, &error);
	g_assert_no_error(error);
	return server;
}

static struct http_client *
start_client(void)
{
	return http_client_start(
		&(struct http_client_options){.under_way_max = 2, .queued_max = 100});
}

/* A socket that listens and whose clients nobody answers. */
static int
open_silent(unsigned *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof(address);
	int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(bind(silent, (struct sockaddr *)&address, length), ==, 0);
	g_assert_cmpint(listen(silent, 16), ==, 0);
	g_assert_cmpint(getsockname(silent, (struct sockaddr *)&address, &length), ==, 0);
	*port = ntohs(address.sin_port);
	return silent;
}

static void
call(struct http_client *client, unsigned port, const char *rest, struct http_call call,
	struct ended *ended)
{
	g_autofree char *url = g_strdup_printf("http://muster:hidden@127.0.0.1:%u%s", port, rest);
	g_autoptr(GError) error = NULL;
	call.method = call.method == NULL ? "GET" : call.method;
	call.url = url;
	call.timeout = call.timeout == 0 ? PATIENCE * SECOND : call.timeout;
	g_assert_true(http_client_send(client, &call, on_done, ended, &error));
	g_assert_no_error(error);
}

static void
test_reply_has_status_header_and_body(void)
{
	static const char *const headers[] = {"X-Test: seen", NULL};
	struct http_server *server = start_at("127.0.0.1:0");
	struct http_client *client = start_client();
	struct ended ended = {0};
	call(client, http_server_get_port(server), "/a?b",
		(struct http_call){.method = "POST", .headers = headers, .body = "{}"}, &ended);
	wait_for(&ended);
	g_assert_no_error(ended.error);
	g_assert_cmpuint(ended.status, ==, 200);
	g_assert_cmpstr(ended.body, ==, "POST /a ? b [seen] body");
	g_assert_cmpstr(ended.type, ==, "text/plain");
	clear(&ended);
	http_client_stop(client);
	http_server_stop(server);
}

static void
test_redirect_is_a_reply(void)
{
	struct http_server *server = start_at("127.0.0.1:0");
	struct http_client *client = start_client();
	struct ended ended = {0};
	call(client, http_server_get_port(server), "/moved", (struct http_call){0}, &ended);
	wait_for(&ended);
	g_assert_cmpuint(ended.status, ==, 302);
	clear(&ended);
	http_client_stop(client);
	http_server_stop(server);
}

static void
test_long_body_is_an_error(void)
{
	struct http_server *server = start_at("127.0.0.1:0");
	struct http_client *client = start_client();
	struct ended ended = {0};
	call(client, http_server_get_port(server), "/longest", (struct http_call){0}, &ended);
	wait_for(&ended);
	g_assert_cmpuint(ended.status, ==, 200);
	clear(&ended);
	call(client, http_server_get_port(server), "/long", (struct http_call){0}, &ended);
	wait_for(&ended);
	g_assert_error(ended.error, MUSTER_ERROR, MUSTER_ERROR_LIMIT);
	clear(&ended);
	http_client_stop(client);
	http_server_stop(server);
}

static void
test_nobody_there_is_told_without_secrets(void)
{
	unsigned port;
	close(open_silent(&port));
	struct http_client *client = start_client();
	struct ended ended = {0};
	call(client, port, "/path?token=hidden", (struct http_call){0}, &ended);
	wait_for(&ended);
	g_assert_error(ended.error, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE);
	g_autofree char *url = g_strdup_printf("GET http://127.0.0.1:%u/path: ", port);
	assert_contains(ended.error->message, url);
	g_assert_null(strstr(ended.error->message, "hidden"));
	clear(&ended);
	http_client_stop(client);
}

static void
test_bad_url_is_told(void)
{
	static const char *const table[] = {"", "http://", "ftp://127.0.0.1/", "file:///etc/passwd",
		"http://[::1", "http://127.0.0.1:x/"};
	struct http_client *client = start_client();
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		struct ended ended = {0};
		const struct http_call bad = {
			.method = "GET", .url = table[i], .timeout = PATIENCE * SECOND};
		g_assert_true(http_client_send(client, &bad, on_done, &ended, NULL));
		wait_for(&ended);
		g_test_message("%s: %s", table[i], ended.error->message);
		g_assert_error(ended.error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		clear(&ended);
	}
	http_client_stop(client);
}

static void
test_silence_ends_in_time(void)
{
	unsigned port;
	int silent = open_silent(&port);
	struct http_client *client = start_client();
	struct ended ended[4] = {0}; /* two under way, two that wait for those */
	int64_t began = g_get_monotonic_time();
	for (size_t i = 0; i < G_N_ELEMENTS(ended); i++)
		call(client, port, "/", (struct http_call){.timeout = SECOND / 2, .retries = 3},
			&ended[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(ended); i++) {
		wait_for(&ended[i]);
		g_assert_error(ended[i].error, MUSTER_ERROR, MUSTER_ERROR_TIMEOUT);
		clear(&ended[i]);
	}
	int64_t span = g_get_monotonic_time() - began;
	g_assert_cmpint(span, >=, SECOND / 4); /* those that waited are given up a little early */
	g_assert_cmpint(span, <, 2 * SECOND);
	http_client_stop(client);
	close(silent);
}

static void
test_tries_again_where_nobody_listened(void)
{
	unsigned port;
	close(open_silent(&port));
	struct http_client *client = start_client();
	struct ended ended = {0};
	call(client, port, "/a", (struct http_call){.retries = 4}, &ended);
	g_autofree char *address = g_strdup_printf("127.0.0.1:%u", port);
	struct http_server *server = start_at(address);
	wait_for(&ended);
	g_assert_no_error(ended.error);
	g_assert_cmpuint(ended.status, ==, 200);
	clear(&ended);
	http_client_stop(client);
	http_server_stop(server);
}

static void
test_full_queue_is_told(void)
{
	unsigned port;
	int silent = open_silent(&port);
	struct http_client *client = http_client_start(
		&(struct http_client_options){.under_way_max = 0, .queued_max = 1});
	struct ended ended = {0};
	call(client, port, "/", (struct http_call){0}, &ended);
	g_autoptr(GError) error = NULL;
	const struct http_call second = {
		.method = "GET", .url = "http://127.0.0.1/", .timeout = SECOND};
	g_assert_false(http_client_send(client, &second, on_done, NULL, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_BUSY);
	http_client_stop(client);
	g_assert_error(ended.error, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE);
	clear(&ended);
	close(silent);
}

static void
test_stop_ends_every_call_once(void)
{
	unsigned port;
	int silent = open_silent(&port);
	struct http_client *client = start_client();
	struct ended ended[5] = {0};
	for (size_t i = 0; i < G_N_ELEMENTS(ended); i++)
		call(client, port, "/", (struct http_call){0}, &ended[i]);
	http_client_stop(client);
	for (size_t i = 0; i < G_N_ELEMENTS(ended); i++) {
		g_assert_cmpuint(ended[i].times, ==, 1);
		g_assert_error(ended[i].error, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE);
		clear(&ended[i]);
	}
	close(silent);
}

static void
test_many_calls(void)
{
	struct http_server *server = start_at("127.0.0.1:0");
	struct http_client *client = start_client();
	struct ended ended[100] = {0};
	for (size_t i = 0; i < G_N_ELEMENTS(ended); i++)
		call(client, http_server_get_port(server), "/a", (struct http_call){0}, &ended[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(ended); i++) {
		wait_for(&ended[i]);
		g_assert_cmpuint(ended[i].status, ==, 200);
		clear(&ended[i]);
	}
	http_client_stop(client);
	http_server_stop(server);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http/client/reply-has-status-header-and-body",
		test_reply_has_status_header_and_body);
	g_test_add_func("/http/client/redirect-is-a-reply", test_redirect_is_a_reply);
	g_test_add_func("/http/client/long-body-is-an-error", test_long_body_is_an_error);
	g_test_add_func("/http/client/nobody-there-is-told-without-secrets",
		test_nobody_there_is_told_without_secrets);
	g_test_add_func("/http/client/bad-url-is-told", test_bad_url_is_told);
	g_test_add_func("/http/client/silence-ends-in-time", test_silence_ends_in_time);
	g_test_add_func("/http/client/tries-again-where-nobody-listened",
		test_tries_again_where_nobody_listened);
	g_test_add_func("/http/client/full-queue-is-told", test_full_queue_is_told);
	g_test_add_func("/http/client/stop-ends-every-call-once", test_stop_ends_every_call_once);
	g_test_add_func("/http/client/many-calls", test_many_calls);
	return g_test_run();
}
