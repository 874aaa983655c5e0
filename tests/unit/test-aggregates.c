/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregates, and the zones that they put hosts in. */
#include "model/aggregates.h"

#include "base/clock.h"

/* An aggregate with the key and these hosts ("a b"). */
static void
add(GPtrArray *list, const char *key, const char *value, const char *hosts)
{
	struct aggregate *aggregate = aggregate_new((int64_t)list->len + 1, NULL, value);
	aggregate_add_metadata(aggregate, "ssd", "true");
	aggregate_add_metadata(aggregate, key, value);
	g_auto(GStrv) names = g_strsplit(hosts, " ", -1);
	for (char **name = names; *name != NULL; name++)
		aggregate_add_host(aggregate, *name);
	g_ptr_array_add(list, aggregate);
}

static struct aggregates *
make(void)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)aggregate_free);
	add(list, "availability_zone", "west", "a b c");
	add(list, "availability_zone", "east", "b c d");
	add(list, "rack", "r1", "a b e");
	add(list, "availability_zone", "west", "a c");
	add(list, "availability_zone", "es", "b");
	add(list, "availability_zone", "", "f");
	return aggregates_new(list);
}

static void
test_finds_the_zones_of_a_host(void)
{
	static const struct {
		const char *host;
		const char *zones;
	} cases[] = {
		{"a", "west"},
		{"b", "west,east,es"},
		{"c", "west,east"},
		{"d", "east"},
		{"e", NULL},
		{"f", ""},
		{"A", NULL},
		{"", NULL},
	};
	CLEANUP(aggregates_unref) struct aggregates *aggregates = make();
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		g_assert_cmpstr(
			aggregates_find_zones(aggregates, cases[i].host), ==, cases[i].zones);
	g_assert_null(aggregates_find_zones(NULL, "a"));
}

static void
test_keeps_order_and_text(void)
{
	CLEANUP(aggregates_unref) struct aggregates *aggregates = make();
	g_assert_cmpuint(aggregates_get_size(aggregates), ==, 6);
	g_assert_cmpuint(aggregates_get_size(NULL), ==, 0);
	const struct aggregate *east = aggregates_get(aggregates, 1);
	g_assert_cmpint(east->id, ==, 2);
	g_assert_cmpstr(east->name, ==, "east");
	g_assert_cmpstr(east->uuid, ==, NULL);
	g_assert_cmpint(east->updated_at, ==, CLOCK_UNKNOWN);
	g_assert_cmpstr(east->hosts->pdata[2], ==, "d");
	g_assert_cmpstr(aggregate_get_zone(east), ==, "east");
	g_assert_null(aggregate_get_zone(aggregates_get(aggregates, 2)));
}

static void
test_lives_as_long_as_its_last_reference(void)
{
	struct aggregates *aggregates = make();
	CLEANUP(aggregates_unref) struct aggregates *again = aggregates_ref(aggregates);
	aggregates_unref(aggregates);
	g_assert_cmpstr(aggregates_find_zones(again, "d"), ==, "east");
}

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/aggregates/finds-the-zones-of-a-host", test_finds_the_zones_of_a_host);
	g_test_add_func("/aggregates/keeps-order-and-text", test_keeps_order_and_text);
	g_test_add_func("/aggregates/lives-as-long-as-its-last-reference",
		test_lives_as_long_as_its_last_reference);
	return g_test_run();
}
