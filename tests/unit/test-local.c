/* SPDX-License-Identifier: Apache-2.0 */
/* The uptime's line by a table, and against uptime(1); addresses. */
#include "collect/local.h"

#include <gio/gio.h>

#include "base/error.h"

#define DAYS(n) ((n)*86400.0)
#define HOURS(n) ((n)*3600.0)
#define MINUTES(n) ((n)*60.0)

static const struct {
	int hour, minute, second;
	double seconds;
	unsigned users;
	double load[3];
	const char *line;
} cases[] = {
	{8, 32, 11, DAYS(93) + HOURS(18) + MINUTES(25), 12, {0.20, 0.12, 0.14},
		" 08:32:11 up 93 days, 18:25, 12 users,  load average: 0.20, 0.12, 0.14"},
	{0, 0, 0, 0, 0, {0, 0, 0}, " 00:00:00 up 0 min,  0 user,  load average: 0.00, 0.00, 0.00"},
	{23, 59, 59, MINUTES(1) - 0.01, 1, {1.5, 10, 123.456},
		" 23:59:59 up 0 min,  1 user,  load average: 1.50, 10.00, 123.46"},
	{1, 2, 3, MINUTES(59) + 59, 2, {0, 0, 0},
		" 01:02:03 up 59 min,  2 users,  load average: 0.00, 0.00, 0.00"},
	{1, 2, 3, HOURS(1), 2, {0, 0, 0},
		" 01:02:03 up  1:00,  2 users,  load average: 0.00, 0.00, 0.00"},
	{1, 2, 3, HOURS(23) + MINUTES(59), 2, {0, 0, 0},
		" 01:02:03 up 23:59,  2 users,  load average: 0.00, 0.00, 0.00"},
	{1, 2, 3, DAYS(1), 100, {0, 0, 0},
		" 01:02:03 up 1 day, 0 min, 100 users,  load average: 0.00, 0.00, 0.00"},
	{1, 2, 3, DAYS(2) + HOURS(3) + MINUTES(4), 2, {0, 0, 0},
		" 01:02:03 up 2 days,  3:04,  2 users,  load average: 0.00, 0.00, 0.00"},
	{1, 2, 3, DAYS(4000), 2, {0, 0, 0},
		" 01:02:03 up 4000 days, 0 min,  2 users,  load average: 0.00, 0.00, 0.00"},
};

static void
test_uptime_is_written_as_procps_does(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GDateTime) now = g_date_time_new_utc(
			2026, 11, 1, cases[i].hour, cases[i].minute, cases[i].second);
		g_autofree char *line =
			local_format_uptime(now, cases[i].seconds, cases[i].users, cases[i].load);
		g_assert_cmpstr(line, ==, cases[i].line);
	}
}

/* What a line says but for the second and the load, which move between two readings. */
static char *
strip_moving(const char *line)
{
	g_autofree char *copy = g_strdup(line);
	char *load = strstr(copy, "  load average: ");
	g_assert_nonnull(load);
	*load = '\0';
	char *up = strstr(copy, " up ");
	g_assert_nonnull(up);
	return g_strdup(up);
}

static void
test_uptime_is_that_of_uptime(void)
{
	const char *const command[] = {"uptime", NULL};
	g_autofree char *path = g_find_program_in_path("uptime");
	if (path == NULL) {
		g_test_skip("uptime(1) is not installed");
		return;
	}
	/* A minute may end between the two: then once more. */
	for (int tries = 0;; tries++) {
		g_autofree char *theirs = NULL;
		g_autoptr(GError) error = NULL;
		g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &theirs,
			NULL, NULL, &error);
		g_assert_no_error(error);
		g_autofree char *ours = local_read_uptime(&error);
		g_assert_no_error(error);
		g_autofree char *expected = strip_moving(theirs);
		g_autofree char *got = strip_moving(ours);
		if (tries < 2 && g_strcmp0(got, expected) != 0)
			continue;
		g_assert_cmpstr(got, ==, expected);
		return;
	}
}

static void
test_address_is_one_or_none(void)
{
	g_autofree char *address = local_find_address();
	if (address != NULL)
		g_assert_true(g_hostname_is_ip_address(address));
	g_assert_cmpstr(address, !=, "127.0.0.1");
}

static void
test_numbers_resolve_to_themselves(void)
{
	const char *const numbers[] = {"127.0.0.21", "::1", "192.0.2.77"};
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *address = local_resolve(numbers[i], &error);
		g_assert_no_error(error);
		g_assert_cmpstr(address, ==, numbers[i]);
	}
}

static void
test_a_name_that_is_none_does_not_resolve(void)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(local_resolve("a..b", &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND);
	g_assert_nonnull(strstr(error->message, "'a..b'"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/local/uptime-is-written-as-procps-does", test_uptime_is_written_as_procps_does);
	g_test_add_func("/local/uptime-is-that-of-uptime", test_uptime_is_that_of_uptime);
	g_test_add_func("/local/address-is-one-or-none", test_address_is_one_or_none);
	g_test_add_func("/local/numbers-resolve-to-themselves", test_numbers_resolve_to_themselves);
	g_test_add_func("/local/a-name-that-is-none-does-not-resolve",
		test_a_name_that_is_none_does_not_resolve);
	return g_test_run();
}
