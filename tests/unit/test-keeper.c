/* SPDX-License-Identifier: Apache-2.0 */
/* A keeper before a daemon that never answers: its clock is passed in. */
#include "collect/keeper.h"

#include <gio/gio.h>

#include "base/clock.h"
#include "collect/events.h"

#define HOUR (3600 * CLOCK_SECOND)

/* A socket that takes connections and never says a word. */
static GSocket *
listen_in_silence(char **uri)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
	GSocket *socket = g_socket_new(
		G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
	g_assert_no_error(error);
	g_assert_true(g_socket_bind(socket, any, TRUE, &error));
	g_assert_true(g_socket_listen(socket, &error));
	g_autoptr(GSocketAddress) bound = g_socket_get_local_address(socket, &error);
	g_assert_no_error(error);
	*uri = g_strdup_printf("qemu+tcp://127.0.0.1:%u/system",
		g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)));
	return socket;
}

static void
deliver(struct report *report, void *data)
{
	report_free(report);
	g_assert_not_reached();
}

static struct keeper *
make_keeper(const char *uri, struct outlet *outlet)
{
	const struct collector_options options = {
		.interval = HOUR,
		.open_timeout = HOUR,
		.storage_pool = "default",
	};
	CLEANUP(source_unref) struct source *source = source_new(uri, &options, NULL);
	return keeper_new(source, outlet);
}

static unsigned
count_left(struct keeper *keeper)
{
	struct collector_status *status = keeper_get_status(keeper);
	unsigned left = status->abandoned;
	collector_status_free(status);
	return left;
}

static void
test_hanging_opens_are_given_up(void)
{
	g_autofree char *uri = NULL;
	g_autoptr(GSocket) socket = listen_in_silence(&uri);
	CLEANUP(outlet_unref) struct outlet *outlet = outlet_new(deliver, NULL);
	CLEANUP(keeper_free) struct keeper *keeper = make_keeper(uri, outlet);
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*did not open in time; given up*");

	/* Each try hangs; an hour and more later it is given up, and soon another one is begun. */
	int64_t now = g_get_monotonic_time();
	for (unsigned left = 1; left <= KEEPER_LEFT_MAX; left++) {
		keeper_tend(keeper, now);
		now += 2 * HOUR;
		int64_t again = keeper_tend(keeper, now);
		g_assert_cmpuint(count_left(keeper), ==, left);
		if (left < KEEPER_LEFT_MAX) {
			g_assert_cmpint(again, >, now);
			g_assert_cmpint(again, <=, now + (CLOCK_SECOND << (left - 1)));
			now = again;
		} else {
			g_assert_cmpint(again, ==, CLOCK_NEVER);
		}
	}
	g_test_assert_expected_messages(); /* one line for all tries */

	/* With three that hang, no other is begun, however late it is. */
	now += 100 * HOUR;
	g_assert_cmpint(keeper_tend(keeper, now), ==, CLOCK_NEVER);
	g_assert_cmpuint(count_left(keeper), ==, KEEPER_LEFT_MAX);

	/* The daemon goes: the opens end, and there is room to try again. */
	g_socket_close(socket, NULL);
	int64_t bound = g_get_monotonic_time() + 10 * CLOCK_SECOND;
	while (keeper_tend(keeper, now) == CLOCK_NEVER) {
		g_assert_true(outlet_wait(outlet, bound));
		g_assert_cmpint(g_get_monotonic_time(), <, bound);
	}
	g_assert_cmpuint(count_left(keeper), <, KEEPER_LEFT_MAX);
}

static const struct {
	unsigned failures;
	int64_t most; /* s */
} delays[] = {
	{1, 1}, {2, 2}, {3, 4}, {4, 8}, {5, 16}, {6, 30}, {7, 30}, {100, 30}, {G_MAXUINT, 30}};

static void
test_delays_double_up_to_30_s(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(delays); i++) {
		int64_t most = delays[i].most * CLOCK_SECOND;
		g_assert_cmpint(keeper_get_delay(delays[i].failures, 1), ==, most);
		g_assert_cmpint(keeper_get_delay(delays[i].failures, 0), ==, most / 2);
		g_assert_cmpint(keeper_get_delay(delays[i].failures, 0.5), ==, most * 3 / 4);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	events_start();
	g_test_add_func("/keeper/hanging-opens-are-given-up", test_hanging_opens_are_given_up);
	g_test_add_func("/keeper/delays-double-up-to-30-s", test_delays_double_up_to_30_s);
	return g_test_run();
}
