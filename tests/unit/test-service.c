/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a service is up, for how long that holds, and whether it counts. */
#include "model/service.h"

#include "base/clock.h"

#define NOW (INT64_C(1793491200) * CLOCK_SECOND)
#define DOWN_TIME (60 * CLOCK_SECOND)
#define UNKNOWN CLOCK_UNKNOWN
#define NEVER CLOCK_NEVER

static const struct {
	const char *what;
	int64_t last_seen_up;
	int64_t created_at;
	bool forced_down;
	bool up;
	int64_t until;
} states[] = {
	{"seen just now", NOW, NOW - DOWN_TIME * 9, false, true, NOW + DOWN_TIME + 1},
	{"seen a while ago", NOW - 1000, UNKNOWN, false, true, NOW - 1000 + DOWN_TIME + 1},
	{"at the bound, which is inside", NOW - DOWN_TIME, UNKNOWN, false, true, NOW + 1},
	{"just past the bound", NOW - DOWN_TIME - 1, UNKNOWN, false, false, NEVER},
	{"long past", NOW - DOWN_TIME * 100, NOW, false, false, NEVER},
	{"from a clock ahead", NOW + 1000, UNKNOWN, false, true, NOW + 1000 + DOWN_TIME + 1},
	{"ahead, at the bound", NOW + DOWN_TIME, UNKNOWN, false, true, NOW + 2 * DOWN_TIME + 1},
	{"ahead, past the bound", NOW + DOWN_TIME + 1, UNKNOWN, false, false, NOW + 1},
	{"forced down", NOW, NOW, true, false, NEVER},
	{"forced down, ahead", NOW + 2 * DOWN_TIME, NOW, true, false, NEVER},
	{"never seen, just created", UNKNOWN, NOW - 5, false, true, NOW - 5 + DOWN_TIME + 1},
	{"never seen, old", UNKNOWN, NOW - DOWN_TIME - 1, false, false, NEVER},
	{"neither seen nor created", UNKNOWN, UNKNOWN, false, false, NEVER},
};

static struct service *
make(int64_t last_seen_up, int64_t created_at, bool forced_down)
{
	return service_new(&(struct service_columns){
		.id = 1,
		.host = "cmp-01",
		.binary = "nova-compute",
		.created_at = created_at,
		.updated_at = UNKNOWN,
		.last_seen_up = last_seen_up,
		.forced_down = forced_down,
	});
}

static void
test_is_up_within_the_down_time(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		CLEANUP(service_unref)
		struct service *service =
			make(states[i].last_seen_up, states[i].created_at, states[i].forced_down);
		int64_t until = 0;
		g_test_message("%s", states[i].what);
		g_assert_cmpint(service_is_up(service, NOW, DOWN_TIME, &until), ==, states[i].up);
		g_assert_cmpint(until, ==, states[i].until);
	}
}

/* Nothing flips before `until`, and at `until` it does. */
static void
test_flips_at_until_and_not_before(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		if (states[i].until == NEVER)
			continue;
		CLEANUP(service_unref)
		struct service *service =
			make(states[i].last_seen_up, states[i].created_at, states[i].forced_down);
		int64_t until;
		g_test_message("%s", states[i].what);
		g_assert_cmpint(service_is_up(service, states[i].until - 1, DOWN_TIME, &until), ==,
			states[i].up);
		g_assert_cmpint(until, ==, states[i].until);
		g_assert_cmpint(service_is_up(service, states[i].until, DOWN_TIME, &until), ==,
			!states[i].up);
	}
}

static void
test_a_beat_brings_it_back(void)
{
	CLEANUP(service_unref) struct service *service = make(NOW - 9 * DOWN_TIME, UNKNOWN, false);
	int64_t until;
	g_assert_false(service_is_up(service, NOW, DOWN_TIME, &until));
	service_beat(service, NOW, NOW);
	g_assert_true(service_is_up(service, NOW, DOWN_TIME, &until));
	g_assert_cmpint(until, ==, NOW + DOWN_TIME + 1);
	g_assert_cmpint(service_get_updated_at(service), ==, NOW);
}

static void
test_a_beat_leaves_a_forced_down_one_down(void)
{
	CLEANUP(service_unref) struct service *service = make(NOW, NOW, true);
	int64_t until;
	service_beat(service, NOW, NOW);
	g_assert_false(service_is_up(service, NOW, DOWN_TIME, &until));
	g_assert_true(service_is_forced_down(service));
}

static const struct {
	const char *binary;
	bool disabled, disabled_known;
	bool compute, counts;
} kinds[] = {
	{"nova-compute", false, true, true, true},
	{"nova-compute", true, true, true, false},
	{"nova-compute", false, false, true, false}, /* NULL in the table */
	{"nova-conductor", false, true, false, false},
	{NULL, false, true, false, false},
};

static void
test_counts_where_enabled_beyond_doubt(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		CLEANUP(service_unref)
		struct service *service = service_new(&(struct service_columns){
			.host = "cmp-01",
			.binary = kinds[i].binary,
			.disabled = kinds[i].disabled,
			.disabled_known = kinds[i].disabled_known,
		});
		g_assert_cmpint(service_is_compute(service), ==, kinds[i].compute);
		g_assert_cmpint(service_counts(service), ==, kinds[i].counts);
		g_assert_cmpint(service_is_disabled(service), ==, kinds[i].disabled);
	}
}

static void
test_keeps_copies_of_its_columns(void)
{
	char host[] = "cmp-01", reason[] = "upgrade", uuid[] = "5e01";
	CLEANUP(service_unref)
	struct service *service = service_new(&(struct service_columns){
		.id = 42,
		.uuid = uuid,
		.host = host,
		.binary = "nova-compute",
		.disabled_reason = reason,
		.updated_at = 7,
	});
	host[0] = reason[0] = uuid[0] = '?';
	CLEANUP(service_unref) struct service *again = service_ref(service);
	g_assert_true(again == service);
	g_assert_cmpint(service_get_id(service), ==, 42);
	g_assert_cmpstr(service_get_uuid(service), ==, "5e01");
	g_assert_cmpstr(service_get_host(service), ==, "cmp-01");
	g_assert_cmpstr(service_get_binary(service), ==, "nova-compute");
	g_assert_cmpstr(service_get_disabled_reason(service), ==, "upgrade");
	g_assert_cmpint(service_get_updated_at(service), ==, 7);
}

/* A heartbeat makes no other service; any other column does. */
static void
test_is_equal_but_for_its_heartbeat(void)
{
	const struct service_columns usual = {
		.cell = 2, .id = 7, .uuid = "5e07", .host = "cmp-07", .binary = "nova-compute"};
	struct service_columns others[] = {usual, usual, usual, usual, usual, usual, usual, usual};
	others[0].cell = 3;
	others[1].id = 8;
	others[2].uuid = NULL;
	others[3].host = "cmp-08";
	others[4].disabled = true;
	others[5].disabled_reason = "";
	others[6].forced_down = true;
	others[7].created_at = 1;
	CLEANUP(service_unref) struct service *service = service_new(&usual);
	CLEANUP(service_unref) struct service *same = service_new(&usual);
	service_beat(same, NOW, NOW + 1);
	g_assert_cmpint(service_get_last_seen_up(same), ==, NOW);
	g_assert_cmpint(service_get_updated_at(same), ==, NOW + 1);
	g_assert_true(service_equal(service, same));
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		CLEANUP(service_unref) struct service *other = service_new(&others[i]);
		g_assert_false(service_equal(service, other));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/service/is-up-within-the-down-time", test_is_up_within_the_down_time);
	g_test_add_func(
		"/service/flips-at-until-and-not-before", test_flips_at_until_and_not_before);
	g_test_add_func("/service/a-beat-brings-it-back", test_a_beat_brings_it_back);
	g_test_add_func("/service/a-beat-leaves-a-forced-down-one-down",
		test_a_beat_leaves_a_forced_down_one_down);
	g_test_add_func("/service/counts-where-enabled-beyond-doubt",
		test_counts_where_enabled_beyond_doubt);
	g_test_add_func("/service/keeps-copies-of-its-columns", test_keeps_copies_of_its_columns);
	g_test_add_func(
		"/service/is-equal-but-for-its-heartbeat", test_is_equal_but_for_its_heartbeat);
	return g_test_run();
}
