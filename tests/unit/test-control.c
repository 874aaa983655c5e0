/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket, both ends of it: commands go in, results and errors come out. */
#include "control/server.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "control/client.h"

#define LONG_TEXT (2 * 1024 * 1024)

struct desk {
	char *directory;
	char *path;
	struct control_server *server;
};

/* Gives back the text asked for, or refuses. */
static json_t *
handle(const json_t *request, void *data, GError **error)
{
	json_int_t length = json_integer_value(json_object_get(request, "length"));
	if (length == 0) {
		g_set_error_literal(
			error, MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND, "nothing of that length");
		return NULL;
	}
	g_autofree char *text = g_strnfill((gsize)length, 'x');
	return json_string(text);
}

static void
set_up(struct desk *desk, const void *data)
{
	g_autoptr(GError) error = NULL;
	desk->directory = g_dir_make_tmp("muster-control-XXXXXX", &error);
	g_assert_no_error(error);
	desk->path = g_build_filename(desk->directory, "muster.sock", NULL);
	desk->server = control_server_start(desk->path, handle, NULL, &error);
	g_assert_no_error(error);
}

static void
tear_down(struct desk *desk, const void *data)
{
	g_clear_pointer(&desk->server, control_server_stop);
	g_assert_false(g_file_test(desk->path, G_FILE_TEST_EXISTS));
	g_assert_cmpint(g_rmdir(desk->directory), ==, 0);
	g_free(desk->directory);
	g_free(desk->path);
}

/* A call on a thread of its own: the server's clients come in by this one's main context. */
struct call {
	const char *path;
	json_t *request;
	json_t *result;
	GError *error;
	int done; /* atomic */
};

static void *
run(void *data)
{
	struct call *call = data;
	call->result = control_call(call->path, call->request, &call->error);
	g_atomic_int_set(&call->done, 1);
	g_main_context_wakeup(NULL);
	return NULL;
}

static json_t *
ask(struct desk *desk, json_t *request, GError **error)
{
	struct call call = {.path = desk->path, .request = request};
	GThread *thread = g_thread_new("client", run, &call);
	while (!g_atomic_int_get(&call.done))
		g_main_context_iteration(NULL, TRUE);
	g_thread_join(thread);
	json_decref(request);
	if (call.error != NULL)
		g_propagate_error(error, call.error);
	return call.result;
}

static void
test_gives_the_result_however_long(struct desk *desk, const void *data)
{
	g_autoptr(GError) error = NULL;
	json_t *result = ask(desk, json_pack("{s:i}", "length", LONG_TEXT), &error);
	g_assert_no_error(error);
	g_assert_cmpuint(json_string_length(result), ==, LONG_TEXT);
	json_decref(result);
}

static void
test_gives_the_error_with_its_code(struct desk *desk, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(ask(desk, json_pack("{s:i}", "length", 0), &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND);
	g_assert_cmpstr(error->message, ==, "nothing of that length");
}

static void
test_takes_no_command_beyond_its_limit(struct desk *desk, const void *data)
{
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*at most*");
	g_autofree char *text = g_strnfill(LONG_TEXT, 'x');
	g_autoptr(GError) error = NULL;
	g_assert_null(ask(desk, json_pack("{s:s}", "name", text), &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_IO);
	g_test_assert_expected_messages();
}

static void
test_one_server_has_a_path(struct desk *desk, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(control_server_start(desk->path, handle, NULL, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_BUSY);
	g_assert_nonnull(strstr(error->message, desk->path));
}

static void
test_ends_although_a_client_is_silent(struct desk *desk, const void *data)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(desk->path);
	g_autoptr(GSocketConnection) silent =
		g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, NULL);
	g_assert_nonnull(silent);
	while (g_main_context_iteration(NULL, FALSE)) /* the server takes it */
		continue;
	int64_t start = g_get_monotonic_time();
	g_clear_pointer(&desk->server, control_server_stop);
	g_assert_cmpint(g_get_monotonic_time() - start, <, 10 * G_TIME_SPAN_SECOND);
}

static void
test_nobody_serves_where_none_was_started(void)
{
	g_autoptr(GError) error = NULL;
	json_t *request = json_object();
	g_assert_null(control_call("/nowhere/muster.sock", request, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE);
	g_assert_nonnull(strstr(error->message, "/nowhere/muster.sock"));
	json_decref(request);
}

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	static const struct {
		const char *name;
		void (*run)(struct desk *desk, const void *data);
	} tests[] = {
		{"/control/gives-the-result-however-long", test_gives_the_result_however_long},
		{"/control/gives-the-error-with-its-code", test_gives_the_error_with_its_code},
		{"/control/takes-no-command-beyond-its-limit",
			test_takes_no_command_beyond_its_limit},
		{"/control/one-server-has-a-path", test_one_server_has_a_path},
		{"/control/ends-although-a-client-is-silent",
			test_ends_although_a_client_is_silent},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, struct desk, NULL, set_up, tests[i].run, tear_down);
	g_test_add_func("/control/nobody-serves-where-none-was-started",
		test_nobody_serves_where_none_was_started);
	return g_test_run();
}
