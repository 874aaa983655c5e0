/* SPDX-License-Identifier: Apache-2.0 */
/* Kept pages: the very same bytes again until something in them changes, and never for longer.
 * Time is what a test passes in. */
#include "api/pages.h"

#include <string.h>

#include "cloud.h"

enum { HOSTS = 200, ROUNDS = 3000 };

struct desk {
	struct inventory *inventory;
	struct pages *pages;
};

static void
desk_open(struct desk *desk, unsigned hosts, size_t bytes_max)
{
	g_autoptr(GPtrArray) array = cloud_make_hosts(hosts);
	desk->inventory = inventory_new(CLOUD_DOWN_TIME);
	inventory_load(desk->inventory, array, CLOUD_START);
	desk->pages = pages_new(desk->inventory, bytes_max);
}

static void
desk_close(struct desk *desk)
{
	pages_free(desk->pages);
	inventory_free(desk->inventory);
}

/* The page's bytes. The caller unrefs them. */
static GBytes *
get(struct desk *desk, size_t first, size_t limit, int64_t now)
{
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(desk->inventory);
	struct page page = {0};
	struct page_key key = {{SHAPE_BRIEF_ID, VIEW_SERVERS_NONE}, first, limit};
	struct survey survey;
	survey_init(&survey, NULL, now);
	pages_get(desk->pages, snapshot, key, &survey, &page);
	return page.array;
}

/* Whether the page that is asked for is the one given before, bytes and all. */
static bool
is_kept(struct desk *desk, size_t first, size_t limit, int64_t now, GBytes *before)
{
	g_autoptr(GBytes) again = get(desk, first, limit, now);
	return again == before;
}

static unsigned
count(GBytes *page, const char *what)
{
	gsize size;
	const char *text = g_bytes_get_data(page, &size);
	unsigned found = 0;
	for (const char *at = text;
		(at = memmem(at, size - (gsize)(at - text), what, strlen(what))) != NULL; at++)
		found++;
	return found;
}

static void
update(struct desk *desk, const struct cloud_host *wanted)
{
	g_autoptr(GPtrArray) batch = cloud_make_batch(wanted);
	inventory_update(desk->inventory, batch, CLOUD_START);
}

static void
test_a_page_is_kept(void)
{
	struct desk desk;
	desk_open(&desk, HOSTS, 1 << 20);
	g_autoptr(GBytes) page = get(&desk, 0, 50, CLOUD_START);
	g_assert_cmpuint(count(page, "\"state\": \"up\""), ==, 50);
	g_assert_true(is_kept(&desk, 0, 50, CLOUD_START, page));
	g_assert_true(is_kept(&desk, 0, 50, CLOUD_START + CLOUD_DOWN_TIME, page));
	g_assert_false(is_kept(&desk, 0, 51, CLOUD_START, page));
	g_assert_false(is_kept(&desk, 1, 50, CLOUD_START, page));
	unsigned size;
	size_t bytes;
	pages_get_usage(desk.pages, &size, &bytes);
	g_assert_cmpuint(size, ==, 3);
	g_assert_cmpuint(bytes, >, 3 * g_bytes_get_size(page));
	desk_close(&desk);
}

static const struct {
	struct page_key key;
	size_t size, last;
} bounds[] = {
	{{{SHAPE_BRIEF_ID, VIEW_SERVERS_NONE}, 0, PAGE_UNLIMITED}, 8, 9},
	{{{SHAPE_BRIEF_ID, VIEW_SERVERS_NONE}, 0, 3}, 3, 3}, /* filled past the orphan */
	{{{SHAPE_BRIEF_ID, VIEW_SERVERS_NONE}, 4, 2}, 2, 6},
	{{{SHAPE_BRIEF_ID, VIEW_SERVERS_NONE}, 9, 5}, 1, 9},
	{{{SHAPE_BRIEF_ID, VIEW_SERVERS_NONE}, 10, 5}, 0, 0},
	{{{SHAPE_BRIEF_ID, VIEW_SERVERS_NONE}, 0, 0}, 0, 0},
};

static void
test_a_page_begins_and_ends_where_asked(void)
{
	struct desk desk;
	desk_open(&desk, 10, 1 << 20);
	update(&desk, &(struct cloud_host){.n = 2, .orphan = true});
	update(&desk, &(struct cloud_host){.n = 6, .orphan = true});
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(desk.inventory);
	for (size_t i = 0; i < G_N_ELEMENTS(bounds); i++) {
		for (int again = 0; again < 2; again++) { /* made, and kept */
			struct page page = {0};
			struct survey survey;
			survey_init(&survey, NULL, CLOUD_START);
			pages_get(desk.pages, snapshot, bounds[i].key, &survey, &page);
			g_assert_cmpuint(page.size, ==, bounds[i].size);
			g_assert_cmpuint(count(page.array, "\"id\""), ==, bounds[i].size);
			if (page.size > 0)
				g_assert_cmpuint(page.last, ==, bounds[i].last);
			page_clear(&page);
			g_assert_null(page.array);
		}
	}
	desk_close(&desk);
}

static void
test_a_change_in_it_drops_it(void)
{
	struct desk desk;
	desk_open(&desk, HOSTS, 1 << 20);
	g_autoptr(GBytes) page = get(&desk, 0, 50, CLOUD_START);
	update(&desk, &(struct cloud_host){.n = 7, .disabled = true});
	g_autoptr(GBytes) changed = get(&desk, 0, 50, CLOUD_START);
	g_assert_true(changed != page);
	g_assert_cmpuint(count(page, "disabled"), ==, 0);
	g_assert_cmpuint(count(changed, "disabled"), ==, 1);
	desk_close(&desk);
}

static void
test_a_change_elsewhere_keeps_it(void)
{
	struct desk desk;
	desk_open(&desk, HOSTS, 1 << 20);
	g_autoptr(GBytes) page = get(&desk, 0, 50, CLOUD_START);
	update(&desk, &(struct cloud_host){.n = HOSTS, .disabled = true});
	g_assert_true(is_kept(&desk, 0, 50, CLOUD_START, page));
	desk_close(&desk);
}

static void
test_a_host_that_joins_at_the_end_shows(void)
{
	struct desk desk;
	desk_open(&desk, 3, 1 << 20);
	g_autoptr(GBytes) page = get(&desk, 0, PAGE_UNLIMITED, CLOUD_START);
	g_autoptr(GBytes) beyond = get(&desk, 3, 10, CLOUD_START);
	update(&desk, &(struct cloud_host){.n = 4});
	g_autoptr(GBytes) longer = get(&desk, 0, PAGE_UNLIMITED, CLOUD_START);
	g_autoptr(GBytes) fourth = get(&desk, 3, 10, CLOUD_START);
	g_assert_cmpuint(count(page, "\"id\""), ==, 3);
	g_assert_cmpuint(count(longer, "\"id\""), ==, 4);
	g_assert_cmpuint(count(beyond, "\"id\""), ==, 0);
	g_assert_cmpuint(count(fourth, "\"id\""), ==, 1);
	desk_close(&desk);
}

static void
test_time_alone_turns_hosts_down(void)
{
	struct desk desk;
	desk_open(&desk, HOSTS, 1 << 20);
	update(&desk, &(struct cloud_host){.n = 7, .seen_ago = CLOCK_SECOND});
	int64_t flips = CLOUD_START - CLOCK_SECOND + CLOUD_DOWN_TIME + 1;
	g_autoptr(GBytes) page = get(&desk, 0, 50, CLOUD_START);
	g_assert_true(is_kept(&desk, 0, 50, flips - 1, page));
	g_autoptr(GBytes) one = get(&desk, 0, 50, flips);
	g_assert_cmpuint(count(one, "\"state\": \"down\""), ==, 1);
	g_assert_true(is_kept(&desk, 0, 50, flips + 1, one));
	g_autoptr(GBytes) all = get(&desk, 0, 50, CLOUD_START + CLOUD_DOWN_TIME + 1);
	g_assert_cmpuint(count(all, "\"state\": \"down\""), ==, 50);
	g_assert_true(is_kept(&desk, 0, 50, CLOUD_START + 99 * CLOUD_DOWN_TIME, all));
	desk_close(&desk);
}

static void
test_a_clock_ahead_comes_within_reach(void)
{
	struct desk desk;
	desk_open(&desk, 1, 1 << 20);
	update(&desk, &(struct cloud_host){.n = 1, .seen_ago = -CLOUD_DOWN_TIME - 5});
	g_autoptr(GBytes) page = get(&desk, 0, 50, CLOUD_START);
	g_assert_cmpuint(count(page, "\"down\""), ==, 1);
	g_assert_true(is_kept(&desk, 0, 50, CLOUD_START + 4, page));
	g_autoptr(GBytes) later = get(&desk, 0, 50, CLOUD_START + 5);
	g_assert_cmpuint(count(later, "\"up\""), ==, 1);
	desk_close(&desk);
}

static void
test_a_heartbeat_moves_the_deadline(void)
{
	struct desk desk;
	desk_open(&desk, 1, 1 << 20);
	g_autoptr(GBytes) page = get(&desk, 0, 50, CLOUD_START);
	int64_t beat = CLOUD_START + CLOUD_DOWN_TIME / 2;
	inventory_beat(desk.inventory, "cmp-01", beat, beat);
	int64_t past = CLOUD_START + CLOUD_DOWN_TIME + 1; /* the page's own deadline */
	g_assert_true(is_kept(&desk, 0, 50, past, page));
	g_assert_true(is_kept(&desk, 0, 50, beat + CLOUD_DOWN_TIME, page));
	g_assert_false(is_kept(&desk, 0, 50, beat + CLOUD_DOWN_TIME + 1, page));
	desk_close(&desk);
}

static void
test_a_revival_shows_at_once(void)
{
	struct desk desk;
	desk_open(&desk, 2, 1 << 20);
	int64_t later = CLOUD_START + 9 * CLOUD_DOWN_TIME;
	g_autoptr(GBytes) down = get(&desk, 0, 50, later);
	g_assert_cmpuint(count(down, "\"down\""), ==, 2);
	inventory_beat(desk.inventory, "cmp-02", later, later);
	g_autoptr(GBytes) back = get(&desk, 0, 50, later);
	g_assert_cmpuint(count(back, "\"up\""), ==, 1);
	g_assert_true(is_kept(&desk, 0, 50, later, back));
	desk_close(&desk);
}

/* A revival elsewhere makes the states be compared again, but no page anew. */
static void
test_a_clock_set_back_is_looked_at(void)
{
	struct desk desk;
	desk_open(&desk, 3, 1 << 20);
	g_autoptr(GBytes) up = get(&desk, 0, 10, CLOUD_START);
	g_assert_cmpuint(count(up, "\"up\""), ==, 3);
	/* The heartbeats are of a time that is to come by now. */
	g_autoptr(GBytes) down = get(&desk, 0, 10, CLOUD_START - CLOUD_DOWN_TIME - 1);
	g_assert_cmpuint(count(down, "\"down\""), ==, 3);
	desk_close(&desk);
}

static void
test_a_revival_elsewhere_keeps_it(void)
{
	struct desk desk;
	desk_open(&desk, HOSTS, 1 << 20);
	int64_t later = CLOUD_START + 9 * CLOUD_DOWN_TIME;
	g_autoptr(GBytes) page = get(&desk, 0, 50, later);
	inventory_beat(desk.inventory, "cmp-200", later, later);
	g_assert_cmpuint(inventory_get_revivals(desk.inventory), ==, 1);
	g_assert_true(is_kept(&desk, 0, 50, later, page));
	desk_close(&desk);
}

static void
test_what_is_kept_is_bounded(void)
{
	struct desk desk;
	enum { MAX = 400000 };
	desk_open(&desk, HOSTS, MAX);
	g_autoptr(GBytes) page = get(&desk, 0, 10, CLOUD_START);
	unsigned size;
	size_t bytes;
	for (size_t first = 1; first < HOSTS; first++) {
		g_bytes_unref(get(&desk, first, 10, CLOUD_START));
		g_assert_true(is_kept(&desk, 0, 10, CLOUD_START, page)); /* asked for again */
		pages_get_usage(desk.pages, &size, &bytes);
		g_assert_cmpuint(bytes, <=, MAX);
	}
	g_assert_cmpuint(size, >, 2);
	for (size_t first = 1; first < HOSTS; first++)
		g_bytes_unref(get(&desk, first, 10, CLOUD_START));
	g_assert_false(is_kept(&desk, 0, 10, CLOUD_START, page)); /* the longest unasked left */
	desk_close(&desk);
}

static void
test_a_page_too_large_leaves_the_others(void)
{
	struct desk desk;
	desk_open(&desk, HOSTS, 100000);
	g_autoptr(GBytes) page = get(&desk, 0, 10, CLOUD_START);
	g_autoptr(GBytes) all = get(&desk, 0, PAGE_UNLIMITED, CLOUD_START);

	g_assert_cmpuint(count(all, "\"id\""), ==, HOSTS);
	g_assert_true(is_kept(&desk, 0, 10, CLOUD_START, page));
	g_assert_false(is_kept(&desk, 0, PAGE_UNLIMITED, CLOUD_START, all));
	desk_close(&desk);
}

static void
test_none_are_kept_where_there_is_no_room(void)
{
	struct desk desk;
	desk_open(&desk, 3, 0);
	g_autoptr(GBytes) page = get(&desk, 0, 10, CLOUD_START);
	g_assert_cmpuint(count(page, "\"id\""), ==, 3);
	g_assert_false(is_kept(&desk, 0, 10, CLOUD_START, page));
	unsigned size;
	size_t bytes;
	pages_get_usage(desk.pages, &size, &bytes);
	g_assert_cmpuint(size, ==, 0);
	g_assert_cmpuint(bytes, ==, 0);
	desk_close(&desk);
}

struct reading {
	struct desk desk;
	int done; /* atomic */
};

static void *
read_pages(void *data)
{
	struct reading *reading = data;
	do {
		g_autoptr(GBytes) page = get(&reading->desk, 0, 50, CLOUD_START);
		g_assert_cmpuint(count(page, "\"id\""), ==, 50);
	} while (!g_atomic_int_get(&reading->done));
	return NULL;
}

static void
test_readers_get_pages_while_one_writes(void)
{
	struct reading reading = {0};
	desk_open(&reading.desk, HOSTS, 1 << 20);
	GThread *readers[3];
	for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
		readers[i] = g_thread_new("reader", read_pages, &reading);
	for (int round = 0; round < ROUNDS; round++) {
		bool disabled = round % 2 == 0;
		update(&reading.desk, &(struct cloud_host){.n = 7, .disabled = disabled});
		/* A page asked for after a change never lacks it. */
		g_autoptr(GBytes) page = get(&reading.desk, 0, 50, CLOUD_START);
		g_assert_cmpuint(count(page, "disabled"), ==, disabled);
	}
	g_atomic_int_set(&reading.done, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
		g_thread_join(readers[i]);
	desk_close(&reading.desk);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pages/a-page-is-kept", test_a_page_is_kept);
	g_test_add_func("/pages/a-page-begins-and-ends-where-asked",
		test_a_page_begins_and_ends_where_asked);
	g_test_add_func("/pages/a-change-in-it-drops-it", test_a_change_in_it_drops_it);
	g_test_add_func("/pages/a-change-elsewhere-keeps-it", test_a_change_elsewhere_keeps_it);
	g_test_add_func("/pages/a-host-that-joins-at-the-end-shows",
		test_a_host_that_joins_at_the_end_shows);
	g_test_add_func("/pages/time-alone-turns-hosts-down", test_time_alone_turns_hosts_down);
	g_test_add_func(
		"/pages/a-clock-ahead-comes-within-reach", test_a_clock_ahead_comes_within_reach);
	g_test_add_func(
		"/pages/a-heartbeat-moves-the-deadline", test_a_heartbeat_moves_the_deadline);
	g_test_add_func("/pages/a-revival-shows-at-once", test_a_revival_shows_at_once);
	g_test_add_func("/pages/a-clock-set-back-is-looked-at", test_a_clock_set_back_is_looked_at);
	g_test_add_func("/pages/a-revival-elsewhere-keeps-it", test_a_revival_elsewhere_keeps_it);
	g_test_add_func("/pages/what-is-kept-is-bounded", test_what_is_kept_is_bounded);
	g_test_add_func("/pages/a-page-too-large-leaves-the-others",
		test_a_page_too_large_leaves_the_others);
	g_test_add_func("/pages/none-are-kept-where-there-is-no-room",
		test_none_are_kept_where_there_is_no_room);
	g_test_add_func("/pages/readers-get-pages-while-one-writes",
		test_readers_get_pages_while_one_writes);
	return g_test_run();
}
