/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking computes. Without a broker: what becomes of calls then. With one, which
 * MUSTER_TEST_AMQP names by its transport_url: all else, over an exchange of the test's
 * own.
 */
#include "nova/rpc.h"

#include <dirent.h>
#include <gio/gio.h>
#include <string.h>

#include "base/error.h"
#include "compute-fixture.h"

#define SOON (G_TIME_SPAN_SECOND / 5)
#define LONG (20 * G_TIME_SPAN_SECOND) /* far beyond what anything here takes */

static struct health *health;

/* Calls that are waited for. */
struct calls {
	GMutex lock;
	GCond changed;
	unsigned under_way;
	unsigned ended[RPC_SILENT + 1];
	unsigned with_text;
};

static void
take_result(enum rpc_result result, const char *text, void *data)
{
	struct calls *calls = data;
	g_mutex_lock(&calls->lock);
	calls->under_way--;
	calls->ended[result]++;
	calls->with_text += g_strcmp0(text, COMPUTE_UPTIME) == 0;
	g_assert_true(text == NULL || result == RPC_ANSWERED);
	g_cond_signal(&calls->changed);
	g_mutex_unlock(&calls->lock);
}

static void
ask(struct rpc *rpc, const char *host, int64_t span, struct calls *calls)
{
	g_mutex_lock(&calls->lock);
	calls->under_way++;
	g_mutex_unlock(&calls->lock);
	rpc_ask_uptime(rpc, host, g_get_monotonic_time() + span, take_result, calls);
}

static void
await(struct calls *calls)
{
	g_mutex_lock(&calls->lock);
	while (calls->under_way > 0)
		g_cond_wait(&calls->changed, &calls->lock);
	g_mutex_unlock(&calls->lock);
}

/* How one call ends, and in what time. */
static enum rpc_result
ask_one(struct rpc *rpc, const char *host, int64_t span, int64_t *taken)
{
	struct calls calls = {0};
	int64_t start = g_get_monotonic_time();
	ask(rpc, host, span, &calls);
	await(&calls);
	*taken = g_get_monotonic_time() - start;
	for (enum rpc_result result = RPC_ANSWERED; result <= RPC_SILENT; result++)
		if (calls.ended[result] == 1)
			return result;
	g_assert_not_reached();
}

/* What is wrong; NULL: nothing. */
static char *
get_trouble(void)
{
	g_auto(GStrv) wrong = health_list(health);
	return g_strdup(wrong[0]);
}

static struct rpc *
start(const char *url, const char *exchange)
{
	g_autoptr(GError) error = NULL;
	const struct rpc_options options = {
		.transport_url = url, .exchange = exchange, .heartbeat = 60, .health = health};
	struct rpc *rpc = rpc_start(&options, &error);
	g_assert_no_error(error);
	return rpc;
}

/* A port on loopback that takes connections, and says nothing. */
static char *
listen_silently(GSocketListener **listener)
{
	*listener = g_socket_listener_new();
	guint16 port = g_socket_listener_add_any_inet_port(*listener, NULL, NULL);
	return g_strdup_printf("rabbit://u:secret@127.0.0.1:%u/", port);
}

static char *
name_closed_port(void)
{
	g_autoptr(GSocketListener) listener = NULL;
	char *url = listen_silently(&listener);
	g_socket_listener_close(listener);
	return url;
}

static void
test_needs_a_url_of_rabbitmq(void)
{
	static const struct {
		const char *url;
		enum muster_error code;
	} cases[] = {
		{NULL, MUSTER_ERROR_UNSUPPORTED},
		{"none:///", MUSTER_ERROR_UNSUPPORTED},
		{"rabbit://u:secret@h:port/", MUSTER_ERROR_INVALID},
		{"rabbit://u:secret@h/?ssl=perhaps", MUSTER_ERROR_INVALID},
		{"rabbit://u:secret@h/?heartbeat_timeout_threshold=-1", MUSTER_ERROR_INVALID},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		const struct rpc_options options = {
			.transport_url = cases[i].url, .exchange = "nova", .health = health};
		g_assert_null(rpc_start(&options, &error));
		g_assert_error(error, MUSTER_ERROR, (int)cases[i].code);
		g_assert_null(strstr(error->message, "secret"));
	}
}

static void
test_without_a_broker_calls_end_at_once(void)
{
	g_autofree char *url = name_closed_port();
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*RabbitMQ at 127.0.0.1*");
	CLEANUP(rpc_stop) struct rpc *rpc = start(url, "nova");
	for (unsigned i = 0; i < 3; i++) {
		int64_t taken;
		g_assert_cmpint(ask_one(rpc, "up.1", LONG, &taken), ==, RPC_SILENT);
		g_assert_cmpint(taken, <, LONG / 2);
	}
	g_autofree char *trouble = get_trouble();
	g_assert_nonnull(strstr(trouble, "rabbit://"));
	g_assert_null(strstr(trouble, "secret"));
	g_clear_pointer(&rpc, rpc_stop);
	g_autofree char *none = get_trouble();
	g_assert_null(none);
	g_test_assert_expected_messages();
}

static void
test_every_broker_is_tried(void)
{
	g_autofree char *one = name_closed_port();
	g_autofree char *two = name_closed_port();
	g_autofree char *url =
		g_strdup_printf("%.*s,%s", (int)strlen(one) - 1, one, two + strlen("rabbit://"));
	const char *port = strrchr(two, ':') + 1;
	g_autofree char *other = g_strdup_printf(
		"*; connecting to RabbitMQ at 127.0.0.1:%.*s:*", (int)strcspn(port, "/"), port);
	int64_t taken;
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, other);
	CLEANUP(rpc_stop) struct rpc *rpc = start(url, "nova");
	g_assert_cmpint(ask_one(rpc, "up.1", LONG, &taken), ==, RPC_SILENT);
	g_test_assert_expected_messages();
}

static void
test_a_broker_that_hangs_holds_up_nothing(void)
{
	g_autoptr(GSocketListener) listener = NULL;
	g_autofree char *url = listen_silently(&listener);
	struct rpc *rpc = start(url, "nova");
	struct calls calls = {0};
	int64_t taken;
	g_assert_cmpint(ask_one(rpc, "up.1", SOON, &taken), ==, RPC_SILENT);
	g_assert_cmpint(taken, >=, SOON);
	g_assert_cmpint(taken, <, 5 * SOON);

	int64_t before = g_get_monotonic_time();
	ask(rpc, "up.2", LONG, &calls);
	rpc_stop(rpc);
	g_assert_cmpint(g_get_monotonic_time() - before, <, 5 * SOON);
	g_assert_cmpuint(calls.ended[RPC_SILENT], ==, 1);
}

/* A broker with computes on it, and somebody who asks them. */
struct lab {
	const char *url;
	char *exchange;
	struct computes *computes;
	struct rpc *rpc;
};

static void
test_tells_what_computes_answer(struct lab *lab)
{
	static const struct {
		const char *host;
		enum rpc_result result;
	} cases[] = {
		{"up.1", RPC_ANSWERED},
		{"without.1", RPC_ANSWERED},
		{"busy.1", RPC_ANSWERED},
		{"unable.1", RPC_UNSUPPORTED},
		{"failing.1", RPC_SILENT},
		{"garbage.1", RPC_SILENT},
		{"huge.1", RPC_SILENT},
		{"up.2", RPC_ANSWERED},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		int64_t taken;
		g_test_message("%s", cases[i].host);
		g_assert_cmpint(
			ask_one(lab->rpc, cases[i].host, 5 * SOON, &taken), ==, cases[i].result);
	}
	g_autofree char *trouble = get_trouble();
	g_assert_null(trouble);
}

static void
test_asks_a_thousand_at_once(struct lab *lab)
{
	struct calls calls = {0};
	for (unsigned i = 0; i < 1000; i++) {
		g_autofree char *host = g_strdup_printf("up.%u", i);
		ask(lab->rpc, host, LONG, &calls);
	}
	await(&calls);
	g_assert_cmpuint(calls.ended[RPC_ANSWERED], ==, 1000);
	g_assert_cmpuint(calls.with_text, ==, 1000);
}

static void
test_takes_no_more_than_its_limit(struct lab *lab)
{
	struct calls calls = {0};
	int64_t taken;
	for (unsigned i = 0; i < RPC_CALLS_MAX; i++)
		ask(lab->rpc, "hung.1", LONG, &calls);
	g_assert_cmpint(ask_one(lab->rpc, "up.1", LONG, &taken), ==, RPC_SILENT);
	g_assert_cmpint(taken, <, LONG / 2);
	rpc_stop(g_steal_pointer(&lab->rpc));
	g_assert_cmpuint(calls.ended[RPC_SILENT], ==, RPC_CALLS_MAX);
}

static void
test_leaves_nothing_with_those_who_hang(struct lab *lab)
{
	struct calls calls = {0};
	int64_t before = g_get_monotonic_time();
	for (unsigned i = 0; i < 10; i++) {
		g_autofree char *host = g_strdup_printf("hung.%u", i);
		ask(lab->rpc, host, 2 * SOON, &calls);
	}
	ask(lab->rpc, "up.1", LONG, &calls);
	await(&calls);
	g_assert_cmpint(g_get_monotonic_time() - before, >=, 2 * SOON);
	g_assert_cmpuint(calls.ended[RPC_SILENT], ==, 10);
	g_assert_cmpuint(calls.ended[RPC_ANSWERED], ==, 1);
	computes_await_empty_queue(lab->computes);
}

static void
test_who_has_no_queue_is_silent_at_once(struct lab *lab)
{
	g_autofree char *long_name = g_strnfill(300, 'x');
	const char *const hosts[] = {"nobody", "", long_name, "h\xc3\xa4", "*", "#"};
	for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
		int64_t taken;
		g_assert_cmpint(ask_one(lab->rpc, hosts[i], LONG, &taken), ==, RPC_SILENT);
		g_assert_cmpint(taken, <, LONG / 2);
	}
}

static void
test_survives_a_missing_exchange(struct lab *lab)
{
	int64_t taken;
	computes_stop(g_steal_pointer(&lab->computes));
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*404 NOT_FOUND*");
	g_test_expect_message("muster", G_LOG_LEVEL_MESSAGE, "*again*");
	for (unsigned i = 0; i < 3; i++) {
		g_assert_cmpint(ask_one(lab->rpc, "up.1", LONG, &taken), ==, RPC_SILENT);
		g_assert_cmpint(taken, <, LONG / 2);
	}
	lab->computes = computes_start(lab->url, lab->exchange);
	g_assert_cmpint(ask_one(lab->rpc, "up.1", LONG, &taken), ==, RPC_ANSWERED);
	g_test_assert_expected_messages();
}

static void
test_a_refused_login_ends_calls_at_once(struct lab *lab)
{
	const char *host = strrchr(lab->url, '@');
	g_autofree char *url = g_strconcat("rabbit://nobody:secret", host, NULL);
	int64_t taken;
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*403 ACCESS_REFUSED*");
	CLEANUP(rpc_stop) struct rpc *rpc = start(url, lab->exchange);
	g_assert_cmpint(ask_one(rpc, "up.1", LONG, &taken), ==, RPC_SILENT);
	g_assert_cmpint(taken, <, LONG / 2);
	g_test_assert_expected_messages();
}

static unsigned
count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

static void
test_leaves_no_descriptor_open(struct lab *lab)
{
	unsigned before = count_descriptors();
	for (unsigned i = 0; i < 5; i++) {
		rpc_stop(g_steal_pointer(&lab->rpc));
		lab->rpc = start(lab->url, lab->exchange);
		int64_t taken;
		g_assert_cmpint(ask_one(lab->rpc, "up.1", LONG, &taken), ==, RPC_ANSWERED);
	}
	/* The last thread that dialled may be about to end. */
	int64_t until = g_get_monotonic_time() + LONG;
	while (count_descriptors() != before)
		g_assert_cmpint(g_get_monotonic_time(), <, until);
}

static const struct lab_test {
	const char *path;
	void (*run)(struct lab *lab);
} lab_tests[] = {
	{"/rpc/tells-what-computes-answer", test_tells_what_computes_answer},
	{"/rpc/asks-a-thousand-at-once", test_asks_a_thousand_at_once},
	{"/rpc/takes-no-more-than-its-limit", test_takes_no_more_than_its_limit},
	{"/rpc/leaves-nothing-with-those-who-hang", test_leaves_nothing_with_those_who_hang},
	{"/rpc/who-has-no-queue-is-silent-at-once", test_who_has_no_queue_is_silent_at_once},
	{"/rpc/survives-a-missing-exchange", test_survives_a_missing_exchange},
	{"/rpc/a-refused-login-ends-calls-at-once", test_a_refused_login_ends_calls_at_once},
	{"/rpc/leaves-no-descriptor-open", test_leaves_no_descriptor_open},
};

static void
run_lab_test(const void *data)
{
	const struct lab_test *test = data;
	g_autofree char *uuid = g_uuid_string_random();
	g_autofree char *exchange = g_strconcat("muster-test-", uuid, NULL);
	struct lab lab = {.url = g_getenv("MUSTER_TEST_AMQP"), .exchange = exchange};
	if (lab.url == NULL) {
		g_test_skip("MUSTER_TEST_AMQP names no broker");
		return;
	}
	int64_t taken;
	lab.computes = computes_start(lab.url, exchange);
	lab.rpc = start(lab.url, exchange);
	g_assert_cmpint(ask_one(lab.rpc, "up.0", LONG, &taken), ==, RPC_ANSWERED);
	test->run(&lab);
	g_clear_pointer(&lab.rpc, rpc_stop);
	g_clear_pointer(&lab.computes, computes_stop);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rpc/needs-a-url-of-rabbitmq", test_needs_a_url_of_rabbitmq);
	g_test_add_func(
		"/rpc/without-a-broker-calls-end-at-once", test_without_a_broker_calls_end_at_once);
	g_test_add_func("/rpc/every-broker-is-tried", test_every_broker_is_tried);
	g_test_add_func("/rpc/a-broker-that-hangs-holds-up-nothing",
		test_a_broker_that_hangs_holds_up_nothing);
	for (size_t i = 0; i < G_N_ELEMENTS(lab_tests); i++)
		g_test_add_data_func(lab_tests[i].path, &lab_tests[i], run_lab_test);
	health = health_new();
	int failed = g_test_run();
	health_free(health);
	return failed;
}
