/* SPDX-License-Identifier: Apache-2.0 */
/* The calls under way, and the order in which they are found and end. */
#include "nova/rpc_calls.h"

static void
note_end(enum rpc_result result, const char *text, void *data)
{
	GString *ended = data;
	g_string_append_printf(ended, " %d%s", result, text == NULL ? "" : text);
}

static struct rpc_call *
add(struct rpc_calls *calls, const char *host, int64_t deadline, GString *ended)
{
	struct rpc_call *call = rpc_call_new(host, deadline, note_end, ended);
	rpc_calls_add(calls, call);
	return call;
}

static void
test_are_sent_in_the_order_of_their_coming(void)
{
	g_autoptr(GString) ended = g_string_new(NULL);
	struct rpc_calls calls;
	rpc_calls_init(&calls);
	struct rpc_call *one = add(&calls, "one", 300, ended);
	struct rpc_call *two = add(&calls, "two", 100, ended);
	struct rpc_call *three = add(&calls, "three", 200, ended);
	g_assert_true(rpc_calls_get_unsent(&calls) == one);
	rpc_calls_set_sent(&calls, one);
	g_assert_true(rpc_calls_get_unsent(&calls) == two);
	rpc_calls_end(&calls, two, RPC_SILENT, NULL);
	g_assert_true(rpc_calls_get_unsent(&calls) == three);
	g_assert_true(rpc_calls_find(&calls, one->id) == one);
	g_assert_null(rpc_calls_find(&calls, "another"));
	rpc_calls_end(&calls, one, RPC_ANSWERED, "up");
	rpc_calls_end_all(&calls);
	g_assert_null(rpc_calls_get_unsent(&calls));
	g_assert_cmpstr(ended->str, ==, " 2 0up 2");
	rpc_calls_clear(&calls);
}

static void
test_end_by_their_deadlines(void)
{
	static const int64_t deadlines[] = {300, 100, 200, 100, 400, INT64_MAX};
	g_autoptr(GString) ended = g_string_new(NULL);
	struct rpc_calls calls;
	rpc_calls_init(&calls);
	g_assert_cmpint(rpc_calls_get_deadline(&calls), ==, INT64_MAX);
	for (size_t i = 0; i < G_N_ELEMENTS(deadlines); i++)
		add(&calls, "host", deadlines[i], ended);
	g_assert_cmpint(rpc_calls_get_deadline(&calls), ==, 100);
	rpc_calls_end_late(&calls, 99);
	g_assert_cmpuint(rpc_calls_get_size(&calls), ==, 6);
	rpc_calls_end_late(&calls, 100);
	g_assert_cmpuint(rpc_calls_get_size(&calls), ==, 4);
	rpc_calls_end_late(&calls, 350);
	g_assert_cmpuint(rpc_calls_get_size(&calls), ==, 2);
	g_assert_cmpint(rpc_calls_get_deadline(&calls), ==, 400);
	rpc_calls_end_all(&calls);
	g_assert_cmpuint(rpc_calls_get_size(&calls), ==, 0);
	rpc_calls_clear(&calls);
}

static void
test_those_sent_end_alone(void)
{
	g_autoptr(GString) ended = g_string_new(NULL);
	struct rpc_calls calls;
	rpc_calls_init(&calls);
	struct rpc_call *sent = add(&calls, "sent", 200, ended);
	struct rpc_call *unsent = add(&calls, "unsent", 100, ended);
	rpc_calls_set_sent(&calls, sent);
	rpc_calls_end_sent(&calls);
	g_assert_cmpuint(rpc_calls_get_size(&calls), ==, 1);
	g_assert_true(rpc_calls_find(&calls, unsent->id) == unsent);
	rpc_calls_end_all(&calls);
	rpc_calls_clear(&calls);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rpc-calls/are-sent-in-the-order-of-their-coming",
		test_are_sent_in_the_order_of_their_coming);
	g_test_add_func("/rpc-calls/end-by-their-deadlines", test_end_by_their_deadlines);
	g_test_add_func("/rpc-calls/those-sent-end-alone", test_those_sent_end_alone);
	return g_test_run();
}
