/* SPDX-License-Identifier: Apache-2.0 */
/* Moments as texts: Nova's JSON form, SQL's form, and back. */
#include "base/clock.h"

#define START (INT64_C(1793491200) * CLOCK_SECOND) /* 2026-11-01T00:00:00Z */

static const struct {
	int64_t moment;
	const char *iso;
	const char *sql;
} forms[] = {
	{0, "1970-01-01T00:00:00.000000", "1970-01-01 00:00:00.000000"},
	{1, "1970-01-01T00:00:00.000001", "1970-01-01 00:00:00.000001"},
	{-1, "1969-12-31T23:59:59.999999", "1969-12-31 23:59:59.999999"},
	{START, "2026-11-01T00:00:00.000000", "2026-11-01 00:00:00.000000"},
	{START + 999999, "2026-11-01T00:00:00.999999", "2026-11-01 00:00:00.999999"},
	{INT64_C(1709164800) * CLOCK_SECOND, "2024-02-29T00:00:00.000000",
		"2024-02-29 00:00:00.000000"},
};

static void
test_formats_a_moment(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		g_autofree char *iso = clock_format_iso(forms[i].moment);
		g_autofree char *sql = clock_format_sql(forms[i].moment);
		g_assert_cmpstr(iso, ==, forms[i].iso);
		g_assert_cmpstr(sql, ==, forms[i].sql);
	}
}

static void
test_what_is_no_date_has_no_text(void)
{
	g_assert_null(clock_format_iso(CLOCK_UNKNOWN));
	g_assert_null(clock_format_sql(CLOCK_UNKNOWN));
	g_assert_null(clock_format_iso(CLOCK_NEVER));
	g_assert_null(clock_format_sql(INT64_C(253402300800) * CLOCK_SECOND)); /* the year 10000 */
}

static const struct {
	const char *text;
	int64_t moment; /* CLOCK_UNKNOWN: refused */
} texts[] = {
	{"2026-11-01 00:00:00", START},
	{"2026-11-01T00:00:00", START},
	{"2026-11-01 00:00:00.000000", START},
	{"2026-11-01 00:00:00.000001", START + 1},
	{"2026-11-01 00:00:00.5", START + 500000},
	{"2026-11-01 00:00:01.999999", START + 1999999},
	{"1969-12-31 23:59:59.999999", -1},
	{NULL, CLOCK_UNKNOWN},
	{"", CLOCK_UNKNOWN},
	{"now", CLOCK_UNKNOWN},
	{"2026-11-01", CLOCK_UNKNOWN},
	{"2026-11-31 00:00:00", CLOCK_UNKNOWN},
	{"2025-02-29 00:00:00", CLOCK_UNKNOWN},
	{"2026-11-01 24:00:00", CLOCK_UNKNOWN},
	{"2026-11-01 00:00:00 and more", CLOCK_UNKNOWN},
	{"0000-00-00 00:00:00", CLOCK_UNKNOWN},
};

static void
test_parses_what_databases_give(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		int64_t moment = 4711;
		bool known = clock_parse_sql(texts[i].text, &moment);
		g_test_message("%s", texts[i].text);
		g_assert_cmpint(moment, ==, texts[i].moment);
		g_assert_cmpint(known, ==, texts[i].moment != CLOCK_UNKNOWN);
	}
}

static void
test_parses_what_it_formats(void)
{
	for (int i = 0; i < 20000; i++) {
		int64_t second = g_test_rand_int_range(0, G_MAXINT32);
		int64_t moment = second * CLOCK_SECOND + g_test_rand_int_range(0, CLOCK_SECOND);
		g_autofree char *text = clock_format_sql(moment);
		int64_t again;
		g_assert_true(clock_parse_sql(text, &again));
		g_assert_cmpint(again, ==, moment);
	}
}

static void
test_tells_the_time_in_microseconds(void)
{
	int64_t before = g_get_real_time();
	int64_t now = clock_now();
	g_assert_cmpint(before, <=, now);
	g_assert_cmpint(now, <=, g_get_real_time());
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/clock/formats-a-moment", test_formats_a_moment);
	g_test_add_func("/clock/what-is-no-date-has-no-text", test_what_is_no_date_has_no_text);
	g_test_add_func("/clock/parses-what-databases-give", test_parses_what_databases_give);
	g_test_add_func("/clock/parses-what-it-formats", test_parses_what_it_formats);
	g_test_add_func("/clock/tells-the-time", test_tells_the_time_in_microseconds);
	return g_test_run();
}
