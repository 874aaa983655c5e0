/* SPDX-License-Identifier: Apache-2.0 */
/* What a row's columns are read as, whatever they hold. */
#include "store/statement.h"

#include "base/clock.h"
#include "store-fixture.h"

static void
test_a_moment_is_read_of_a_time_alone(struct fixture *fixture, const void *data)
{
	static const struct {
		const char *sql;
		int64_t moment;
	} cases[] = {
		{"'1970-01-01 00:00:00'", 0},
		{"'2026-11-01 12:30:15'", INT64_C(1793536215000000)},
		{"'2026-11-01 12:30:15.000250'", INT64_C(1793536215000250)},
		{"'1969-12-31 23:59:59'", -CLOCK_SECOND},
		{"NULL", CLOCK_UNKNOWN},
		{"''", CLOCK_UNKNOWN},
		{"'0000-00-00 00:00:00'", CLOCK_UNKNOWN},
		{"'yesterday'", CLOCK_UNKNOWN},
		{"7", CLOCK_UNKNOWN},
		{"x'ff00'", CLOCK_UNKNOWN},
	};
	g_autoptr(GError) error = NULL;
	fixture_execute(fixture, "CREATE TABLE empty (id INTEGER)");
	CLEANUP(database_close)
	struct database *database = database_open(fixture->url, DATABASE_READ, 2, &error);
	g_assert_no_error(error);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *sql = g_strdup_printf("SELECT %s", cases[i].sql);
		CLEANUP(statement_free)
		struct statement *row = statement_new(database, sql, NULL, 0);
		g_assert_true(statement_next(row));
		g_assert_cmpint(statement_get_moment(row, 0), ==, cases[i].moment);
	}
}

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/statement/a-moment-is-read-of-a-time-alone", struct fixture, NULL,
		fixture_set_up, test_a_moment_is_read_of_a_time_alone, fixture_tear_down);
	return g_test_run();
}
