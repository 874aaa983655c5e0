/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent to a nova-compute, and what may come back. */
#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "nova/rpc_message.h"

#define WRAP(message) "{\"oslo.version\": \"2.0\", \"oslo.message\": \"" message "\"}"
#define REPLY(members) WRAP("{" members ", \\\"_msg_id\\\": \\\"m1\\\"}")
#define ENDING "\\\"ending\\\": true"
#define FAILURE(class, module)                                                                     \
	"\\\"result\\\": null, \\\"failure\\\": \\\"{\\\\\\\"class\\\\\\\": \\\\\\\"" class        \
		"\\\\\\\", \\\\\\\"module\\\\\\\": \\\\\\\"" module                                \
		"\\\\\\\", \\\\\\\"args\\\\\\\": []}\\\", " ENDING

static void
test_a_call_is_oslo_messagings(void)
{
	g_autofree char *body = rpc_message_format_uptime_call("m1", "reply_1");
	json_t *envelope = json_loads(body, 0, NULL);
	const char *text;
	g_assert_cmpint(
		json_unpack(envelope, "{s:s, s:s !}", "oslo.version", &text, "oslo.message", &text),
		==, 0);
	json_t *message = json_loads(text, 0, NULL);
	static const char *const expected[][2] = {
		{"method", "get_host_uptime"},
		{"version", "5.0"},
		{"_msg_id", "m1"},
		{"_reply_q", "reply_1"},
		{"_unique_id", "m1"},
		{"_context_request_id", "req-m1"},
		{"_context_read_deleted", "no"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
		g_assert_cmpstr(json_string_value(json_object_get(message, expected[i][0])), ==,
			expected[i][1]);
	g_assert_cmpuint(json_object_size(json_object_get(message, "args")), ==, 0);
	g_assert_true(json_is_object(json_object_get(message, "args")));
	g_assert_true(json_is_null(json_object_get(message, "_timeout")));
	g_assert_true(json_is_true(json_object_get(message, "_context_is_admin")));
	g_assert_null(json_object_get(message, "namespace"));
	json_decref(message);
	json_decref(envelope);
}

static void
test_tells_replies_apart(void)
{
	static const struct {
		const char *body;
		enum rpc_reply_kind kind;
		const char *text;
	} cases[] = {
		{REPLY("\\\"result\\\": \\\" up 3 days\\\\n\\\", \\\"failure\\\": null, " ENDING),
			RPC_REPLY_RESULT, " up 3 days\n"},
		{REPLY("\\\"result\\\": \\\"\\\", " ENDING), RPC_REPLY_RESULT, ""},
		{REPLY("\\\"result\\\": null, \\\"failure\\\": null, " ENDING), RPC_REPLY_RESULT,
			NULL},
		{REPLY(ENDING), RPC_REPLY_RESULT, NULL},
		/* Of an oslo.messaging that ends a reply with a second one. */
		{REPLY("\\\"result\\\": \\\"up\\\", \\\"ending\\\": false"), RPC_REPLY_RESULT,
			"up"},
		{REPLY("\\\"result\\\": null, \\\"ending\\\": false"), RPC_REPLY_PENDING, NULL},
		{REPLY("\\\"result\\\": null"), RPC_REPLY_PENDING, NULL},
		{REPLY(FAILURE("NotImplementedError", "builtins")), RPC_REPLY_UNSUPPORTED,
			"NotImplementedError"},
		{REPLY(FAILURE("NotImplementedError", "exceptions")), RPC_REPLY_UNSUPPORTED,
			"NotImplementedError"},
		{REPLY(FAILURE("NotImplementedError", "nova.exception")), RPC_REPLY_FAILURE,
			"NotImplementedError"},
		{REPLY(FAILURE("ProcessExecutionError", "oslo_concurrency.processutils")),
			RPC_REPLY_FAILURE, "ProcessExecutionError"},
		{REPLY("\\\"failure\\\": \\\"{\\\", " ENDING), RPC_REPLY_FAILURE,
			"an exception that can't be read"},
		{REPLY("\\\"failure\\\": \\\"[]\\\", " ENDING), RPC_REPLY_FAILURE,
			"an exception that can't be read"},
		{REPLY("\\\"failure\\\": {}, " ENDING), RPC_REPLY_FAILURE,
			"an exception that can't be read"},
		{REPLY("\\\"result\\\": 7, " ENDING), RPC_REPLY_FAILURE,
			"a result that is no text"},
		{REPLY("\\\"result\\\": [\\\"up\\\"], " ENDING), RPC_REPLY_FAILURE,
			"a result that is no text"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		CLEANUP(rpc_reply_free)
		struct rpc_reply *reply =
			rpc_message_parse_reply(cases[i].body, strlen(cases[i].body), &error);
		g_test_message("%s", cases[i].body);
		g_assert_no_error(error);
		g_assert_cmpstr(reply->id, ==, "m1");
		g_assert_cmpint(reply->kind, ==, cases[i].kind);
		g_assert_cmpstr(reply->text, ==, cases[i].text);
	}
}

static void
test_refuses_what_is_no_reply(void)
{
	static const char *const cases[] = {
		"",
		"{",
		"null",
		"[]",
		"\"text\"",
		"{}",
		"\xff",
		"{\"oslo.version\": \"2.0\"}",
		"{\"oslo.version\": 2, \"oslo.message\": \"{}\"}",
		"{\"oslo.version\": \"3.0\", \"oslo.message\": \"{\\\"_msg_id\\\": \\\"m1\\\"}\"}",
		"{\"oslo.version\": \"2.0\", \"oslo.message\": {\"_msg_id\": \"m1\"}}",
		WRAP(""),
		WRAP("{"),
		WRAP("[]"),
		WRAP("{}"),
		WRAP("{\\\"_msg_id\\\": null}"),
		WRAP("{\\\"_msg_id\\\": 1}"),
		WRAP("{\\\"_msg_id\\\": \\\"m\\\\u00001\\\"}"),
		REPLY("\\\"result\\\": \\\"\xff\\\""),
		REPLY("\\\"result\\\": \\\"\\\\ud800\\\""),
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", cases[i]);
		g_assert_null(rpc_message_parse_reply(cases[i], strlen(cases[i]), &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	}
}

static void
test_refuses_deep_nesting(void)
{
	g_autofree char *deep = g_strnfill(64 * 1024, '[');
	g_autoptr(GError) error = NULL;
	g_assert_null(rpc_message_parse_reply(deep, strlen(deep), &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rpc-message/a-call-is-oslo-messagings", test_a_call_is_oslo_messagings);
	g_test_add_func("/rpc-message/tells-replies-apart", test_tells_replies_apart);
	g_test_add_func("/rpc-message/refuses-what-is-no-reply", test_refuses_what_is_no_reply);
	g_test_add_func("/rpc-message/refuses-deep-nesting", test_refuses_deep_nesting);
	return g_test_run();
}
