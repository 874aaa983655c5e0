/* SPDX-License-Identifier: Apache-2.0 */
/* The room of a host's pools: a table of sums. What libvirt tells is read in test-collector. */
#include "collect/storage.h"

#define GIB (INT64_C(1) << 30)
#define UNKNOWN INT64_MIN

struct pool_case {
	const char *name;
	bool active, is_directory;
	int64_t capacity, allocation, available; /* GiB */
	int64_t growth;                          /* GiB, or UNKNOWN */
};

static const struct {
	const char *about;
	struct pool_case pools[4];
	int64_t total, used, available, least; /* GiB, or UNKNOWN */
} cases[] = {
	{"no pool at all is a known zero", {{0}}, 0, 0, 0, 0},
	{"one pool", {{"default", true, true, 100, 30, 70, 0}}, 100, 30, 70, 70},
	{"thin volumes may grow", {{"default", true, true, 100, 30, 70, 50}}, 100, 30, 70, 20},
	{"thin volumes may outgrow it", {{"default", true, true, 100, 30, 70, 80}}, 100, 30, 70,
		-10},
	{"a pool on the same file system is not counted twice, but may grow",
		{{"default", true, true, 100, 30, 70, 10}, {"more", true, true, 100, 5, 70, 20}},
		100, 30, 70, 40},
	{"a pool on another file system has no part",
		{{"default", true, true, 100, 30, 70, 10}, {"more", true, true, 200, 5, 195, 20}},
		100, 30, 70, 60},
	{"a volume group of the same size has no part",
		{{"default", true, true, 100, 30, 70, 10}, {"vg", true, false, 100, 5, 95, 20}},
		100, 30, 70, 60},
	{"nor has a pool that is not active",
		{{"default", true, true, 100, 30, 70, 10}, {"more", false, true, 100, 5, 70, 20}},
		100, 30, 70, 60},
	{"growth that can't be read leaves the least unknown",
		{{"more", true, true, 100, 5, 70, UNKNOWN},
			{"default", true, true, 100, 30, 70, 1}},
		100, 30, 70, UNKNOWN},
	{"without that pool all count, a file system once",
		{{"one", true, true, 100, 30, 70, 10}, {"two", true, true, 100, 5, 70, 20},
			{"vg", true, false, 50, 10, 40, 0}},
		150, 40, 110, 80},
	{"one that is not active is not there", {{"default", false, true, 100, 0, 100, 0}}, 0, 0, 0,
		0},
};

static GPtrArray *
make_pools(const struct pool_case *from)
{
	GPtrArray *pools = g_ptr_array_new_with_free_func((GDestroyNotify)pool_free);
	for (; from->name != NULL; from++) {
		struct pool *pool = pool_new(from->name);
		pool->active = from->active;
		pool->is_directory = from->is_directory;
		pool->capacity = from->capacity * GIB;
		pool->allocation = from->allocation * GIB;
		pool->available = from->available * GIB;
		if (from->growth != UNKNOWN)
			pool->growth = NULLABLE(from->growth * GIB);
		g_ptr_array_add(pools, pool);
	}
	return pools;
}

static void
assert_nullable(struct nullable value, int64_t expected)
{
	g_assert_cmpint(value.known, ==, expected != UNKNOWN);
	g_assert_cmpint(value.value, ==, expected == UNKNOWN ? 0 : expected);
}

static void
test_room_is_that_of_the_pool_named(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].about);
		g_autoptr(GPtrArray) pools = make_pools(cases[i].pools);
		struct room room;
		room_sum(pools, "default", &room);
		assert_nullable(room.total, cases[i].total);
		assert_nullable(room.used, cases[i].used);
		assert_nullable(room.available, cases[i].available);
		assert_nullable(room.least, cases[i].least);
	}
}

static void
test_parts_of_a_gib_are_cut(void)
{
	g_autoptr(GPtrArray) pools = g_ptr_array_new_with_free_func((GDestroyNotify)pool_free);
	struct pool *pool = pool_new("default");
	pool->active = true;
	pool->capacity = 3 * GIB - 1;
	pool->allocation = GIB + 1;
	pool->available = 2 * GIB - 2;
	pool->growth = NULLABLE(0);
	g_ptr_array_add(pools, pool);
	struct room room;
	room_sum(pools, "default", &room);
	assert_nullable(room.total, 2);
	assert_nullable(room.used, 1);
	assert_nullable(room.available, 1);
	assert_nullable(room.least, 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/storage/room-is-that-of-the-pool-named", test_room_is_that_of_the_pool_named);
	g_test_add_func("/storage/parts-of-a-gib-are-cut", test_parts_of_a_gib_are_cut);
	return g_test_run();
}
