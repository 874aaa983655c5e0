/* SPDX-License-Identifier: Apache-2.0 */
/* The uptime in a node's `stats`, whatever that column holds. */
#include "store/stats.h"

#include <glib.h>
#include <string.h>

struct row {
	const char *stats;
	bool is_known;
	const char *uptime;
};

static void
check(const struct row *row)
{
	char *uptime;
	g_test_message("%s", row->stats);
	g_assert_true(stats_read_uptime(row->stats, &uptime) == row->is_known);
	g_assert_cmpstr(uptime, ==, row->uptime);
	g_free(uptime);
}

static void
test_of_an_object(void)
{
	static const struct row table[] = {
		{"{\"uptime\": \" 10:00:00 up 1 day\"}", true, " 10:00:00 up 1 day"},
		{"{\"a\": \"0\", \"uptime\": \"u\", \"b\": 1.5e3}", true, "u"},
		{"{\"up\\u0074ime\": \"\\u00e9 \\\"\"}", true, "\u00e9 \""},
		{"{\"uptime\": \"\"}", true, ""},
		{"{\"uptime\": \"a\", \"uptime\": \"b\"}", true, "b"},
		{"{\"uptime\": \"a\", \"uptime\": null}", true, NULL},
		{"{\"uptime\": 5, \"a\": \"uptime\"}", true, NULL},
		{"{\"uptime\": true}", true, NULL},
		{"{\"uptime\": [\"a\"]}", true, NULL},
		{"{\"uptime\": {\"uptime\": \"a\"}}", true, NULL},
		{"{\"uptime\": \"a\\u0000b\"}", true, NULL},
		{"{\"n\": 123456789012345678901234567890, \"uptime\": \"u\"}", true, "u"},
		{"{\"Uptime\": \"u\", \"uptime \": \"u\"}", false, NULL},
		{"{\"a\": \"uptime\"}", false, NULL},
		{"{\"a\": {\"uptime\": \"u\"}}", false, NULL},
		{"{\"a\": [\"uptime\", \"u\"]}", false, NULL},
		{"{}", false, NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		check(&table[i]);
}

static void
test_of_anything_else(void)
{
	static const struct row table[] = {
		{NULL, false, NULL},
		{"", false, NULL},
		{"uptime", false, NULL},
		{"\"uptime\"", false, NULL},
		{"[\"uptime\", \"u\"]", false, NULL},
		{"[{\"uptime\": \"u\"}]", false, NULL},
		{"{\"uptime\": \"u\"", false, NULL},
		{"{\"uptime\": \"u\"} x", false, NULL},
		{"{\"uptime\": \"u\",}", false, NULL},
		{"{\"uptime\": \"u\", \"a\": NaN}", false, NULL},
		{"{'uptime': 'u'}", false, NULL},
		{"{\"uptime\": \"\\u00zz\"}", false, NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		check(&table[i]);
}

static void
test_of_great_depth(void)
{
	g_autofree char *open = g_strnfill(60000, '[');
	g_autofree char *close = g_strnfill(60000, ']');
	g_autofree char *whole = g_strdup_printf("{\"a\": %s%s, \"uptime\": \"u\"}", open, close);
	g_autofree char *part = g_strdup_printf("{\"uptime\": \"u\", \"a\": %s", open);
	check(&(struct row){whole, true, "u"});
	check(&(struct row){part, false, NULL});
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/stats/of-an-object", test_of_an_object);
	g_test_add_func("/stats/of-anything-else", test_of_anything_else);
	g_test_add_func("/stats/of-great-depth", test_of_great_depth);
	return g_test_run();
}
