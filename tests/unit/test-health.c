/* SPDX-License-Identifier: Apache-2.0 */
/* Health: what is wrong, by part, and whether that is news. */
#include "base/health.h"

static void
assert_wrong(struct health *health, const char *expected)
{
	g_auto(GStrv) list = health_list(health);
	g_autofree char *joined = g_strjoinv(" | ", list);
	g_assert_cmpstr(joined, ==, expected);
}

static void
test_is_well_at_first(void)
{
	CLEANUP(health_free) struct health *health = health_new();
	assert_wrong(health, "");
}

static void
test_lists_what_is_wrong_sorted(void)
{
	CLEANUP(health_free) struct health *health = health_new();
	health_set(health, "store", "the disk is full");
	health_set(health, "collector", "no answer");
	assert_wrong(health, "collector: no answer | store: the disk is full");
	health_set(health, "store", NULL);
	assert_wrong(health, "collector: no answer");
}

static void
test_tells_news_once(void)
{
	CLEANUP(health_free) struct health *health = health_new();
	g_assert_false(health_set(health, "store", NULL));
	g_assert_true(health_set(health, "store", "the disk is full"));
	g_assert_false(health_set(health, "store", "the disk is full"));
	g_assert_true(health_set(health, "store", "the disk is gone"));
	assert_wrong(health, "store: the disk is gone");
	g_assert_true(health_set(health, "store", NULL));
	g_assert_false(health_set(health, "store", NULL));
}

/* Says a thing and takes it back, many times. */
static void *
flicker(void *health)
{
	for (int i = 0; i < 2000; i++) {
		health_set(health, "collector", "no answer");
		health_set(health, "collector", NULL);
	}
	return NULL;
}

static void
test_is_read_while_written(void)
{
	CLEANUP(health_free) struct health *health = health_new();
	health_set(health, "store", "the disk is full");
	GThread *writer = g_thread_new("writer", flicker, health);
	for (int i = 0; i < 2000; i++) {
		g_auto(GStrv) list = health_list(health);
		guint size = g_strv_length(list);
		g_assert_cmpuint(size, >=, 1);
		g_assert_cmpuint(size, <=, 2);
		g_assert_cmpstr(list[size - 1], ==, "store: the disk is full");
	}
	g_thread_join(writer);
	assert_wrong(health, "store: the disk is full");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/health/is-well-at-first", test_is_well_at_first);
	g_test_add_func("/health/lists-what-is-wrong-sorted", test_lists_what_is_wrong_sorted);
	g_test_add_func("/health/tells-news-once", test_tells_news_once);
	g_test_add_func("/health/is-read-while-written", test_is_read_while_written);
	return g_test_run();
}
