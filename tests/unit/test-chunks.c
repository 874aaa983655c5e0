/* SPDX-License-Identifier: Apache-2.0 */
/* The persistent vector. Its items here are counters of their own references, so that what is
 * let go, and when, can be seen. */
#include "model/chunks.h"

#define CHUNK 64 /* items a chunk, as chunks.c has it */

struct item {
	int refs;
	unsigned number;
};

static void *
item_ref(void *data)
{
	struct item *item = data;
	item->refs++;
	return item;
}

static void
item_unref(void *data)
{
	struct item *item = data;
	g_assert_cmpint(item->refs, >, 0);
	item->refs--;
}

static const struct chunks_kind kind = {.ref = item_ref, .unref = item_unref};

static struct chunks *
make(struct item *items, size_t size)
{
	g_autoptr(GPtrArray) array = g_ptr_array_new();
	for (size_t i = 0; i < size; i++) {
		items[i] = (struct item){.number = (unsigned)i};
		g_ptr_array_add(array, &items[i]);
	}
	return chunks_new(&kind, array);
}

static void
assert_refs(const struct item *items, size_t size, int refs)
{
	for (size_t i = 0; i < size; i++)
		g_assert_cmpint(items[i].refs, ==, refs);
}

static const size_t sizes[] = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 1000};

static void
test_keeps_items_in_order(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		struct item items[1000];
		struct chunks *chunks = make(items, sizes[i]);
		g_assert_cmpuint(chunks_get_size(chunks), ==, sizes[i]);
		for (size_t at = 0; at < sizes[i]; at++)
			g_assert_true(chunks_get(chunks, at) == &items[at]);
		assert_refs(items, sizes[i], 1);
		chunks_free(chunks);
		assert_refs(items, sizes[i], 0);
	}
}

static void
test_a_change_leaves_the_old_version(void)
{
	struct item items[200], other = {.number = 7777};
	struct chunks *before = make(items, 200);
	struct chunks_change change = {.at = 70, .item = &other};
	struct chunks *after = chunks_new_with(before, &change, 1);

	g_assert_cmpuint(chunks_get_size(after), ==, 200);
	for (size_t at = 0; at < 200; at++) {
		g_assert_true(chunks_get(before, at) == &items[at]);
		g_assert_true(chunks_get(after, at) == (at == 70 ? &other : &items[at]));
	}
	chunks_free(before);
	g_assert_cmpint(items[70].refs, ==, 0); /* nobody has it any more */
	g_assert_cmpint(items[71].refs, ==, 1);
	g_assert_cmpint(other.refs, ==, 1);
	chunks_free(after);
	assert_refs(items, 200, 0);
	g_assert_cmpint(other.refs, ==, 0);
}

static void
test_a_change_copies_one_chunk(void)
{
	struct item items[3 * CHUNK], other = {0};
	CLEANUP(chunks_free) struct chunks *before = make(items, 3 * CHUNK);
	struct chunks_change change = {.at = CHUNK, .item = &other};
	CLEANUP(chunks_free) struct chunks *after = chunks_new_with(before, &change, 1);
	g_assert_true(chunks_get(after, CHUNK) == &other);
	assert_refs(items, CHUNK, 1); /* shared */
	g_assert_cmpint(items[CHUNK].refs, ==, 1);
	assert_refs(items + CHUNK + 1, CHUNK - 1, 2); /* copied */
	assert_refs(items + 2 * CHUNK, CHUNK, 1);
}

static void
test_the_last_change_of_a_place_stays(void)
{
	struct item items[CHUNK], first = {0}, second = {0}, third = {0};
	CLEANUP(chunks_free) struct chunks *before = make(items, CHUNK);
	struct chunks_change changes[] = {{5, &first}, {9, &third}, {5, &second}};
	struct chunks *after = chunks_new_with(before, changes, G_N_ELEMENTS(changes));
	g_assert_true(chunks_get(after, 5) == &second);
	g_assert_true(chunks_get(after, 9) == &third);
	g_assert_cmpint(first.refs, ==, 0);
	chunks_free(after);
	g_assert_cmpint(second.refs, ==, 0);
}

static void
test_without_changes_all_is_shared(void)
{
	struct item items[100];
	CLEANUP(chunks_free) struct chunks *before = make(items, 100);
	CLEANUP(chunks_free) struct chunks *after = chunks_new_with(before, NULL, 0);
	assert_refs(items, 100, 1);
	g_assert_true(chunks_get(after, 99) == &items[99]);
}

/* A change at `changed` is or is not under a hold on [from, to). */
static const struct {
	size_t from, to, changed;
	bool is_in;
} holds[] = {
	{0, 1, 0, false},
	{0, 1, CHUNK - 1, false}, /* the same chunk, so it can't be told */
	{0, 1, CHUNK, true},
	{0, CHUNK, CHUNK, true},
	{0, CHUNK + 1, CHUNK, false},
	{CHUNK, 2 * CHUNK, CHUNK - 1, true},
	{CHUNK, 2 * CHUNK, 2 * CHUNK - 1, false},
	{CHUNK, 2 * CHUNK, 2 * CHUNK, true},
	{0, 3 * CHUNK, 3 * CHUNK - 1, false},
	{CHUNK - 1, CHUNK + 1, 2 * CHUNK, true},
	{5, 5, 5, true}, /* nothing is held */
	{3 * CHUNK, 3 * CHUNK, 0, true},
};

static void
test_a_hold_tells_what_changed_under_it(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(holds); i++) {
		struct item items[3 * CHUNK], other = {0};
		CLEANUP(chunks_free) struct chunks *before = make(items, 3 * CHUNK);
		struct chunks_hold *hold = chunks_hold_new(before, holds[i].from, holds[i].to);
		struct chunks_change change = {holds[i].changed, &other};
		CLEANUP(chunks_free) struct chunks *after = chunks_new_with(before, &change, 1);
		g_test_message("[%zu, %zu), %zu", holds[i].from, holds[i].to, holds[i].changed);
		g_assert_true(chunks_hold_is_in(hold, before));
		g_assert_cmpint(chunks_hold_is_in(hold, after), ==, holds[i].is_in);
		chunks_hold_free(hold);
	}
}

static void
test_a_hold_is_not_in_a_shorter_version(void)
{
	struct item items[3 * CHUNK], fewer[CHUNK];
	CLEANUP(chunks_free) struct chunks *before = make(items, 3 * CHUNK);
	CLEANUP(chunks_free) struct chunks *after = make(fewer, CHUNK);
	struct chunks_hold *hold = chunks_hold_new(before, 2 * CHUNK, 3 * CHUNK);
	g_assert_false(chunks_hold_is_in(hold, after));
	chunks_hold_free(hold);
}

static void
test_a_hold_outlives_its_version(void)
{
	struct item items[2 * CHUNK];
	struct chunks *chunks = make(items, 2 * CHUNK);
	struct chunks_hold *hold = chunks_hold_new(chunks, 0, 1);
	chunks_free(chunks);
	assert_refs(items, CHUNK, 1);
	assert_refs(items + CHUNK, CHUNK, 0);
	chunks_hold_free(hold);
	assert_refs(items, CHUNK, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chunks/keeps-items-in-order", test_keeps_items_in_order);
	g_test_add_func(
		"/chunks/a-change-leaves-the-old-version", test_a_change_leaves_the_old_version);
	g_test_add_func("/chunks/a-change-copies-one-chunk", test_a_change_copies_one_chunk);
	g_test_add_func(
		"/chunks/the-last-change-of-a-place-stays", test_the_last_change_of_a_place_stays);
	g_test_add_func(
		"/chunks/without-changes-all-is-shared", test_without_changes_all_is_shared);
	g_test_add_func(
		"/chunks/a-hold-tells-what-changed", test_a_hold_tells_what_changed_under_it);
	g_test_add_func("/chunks/a-hold-is-not-in-a-shorter-version",
		test_a_hold_is_not_in_a_shorter_version);
	g_test_add_func("/chunks/a-hold-outlives-its-version", test_a_hold_outlives_its_version);
	return g_test_run();
}
