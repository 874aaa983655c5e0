/* SPDX-License-Identifier: Apache-2.0 */
/* The uptimes that no row has: what is shown of them, who is asked, what waits, and how long a page
 * with them is kept. The inventory is fresh throughout. */
#include "api/survey.h"

#include "fresh-fixture.h"

#define H "/v2.1/os-hypervisors"
#define DETAIL H "/detail"

/* Hosts 1 and 2 as usual, host 3 down, host 4 with an uptime in its row. */
static struct fresh_fixture *
make(void)
{
	GPtrArray *hosts = cloud_make_hosts(2);
	g_ptr_array_add(hosts,
		cloud_make_host(&(struct cloud_host){.n = 3, .seen_ago = 2 * CLOUD_DOWN_TIME}));
	g_ptr_array_add(
		hosts, cloud_make_host(&(struct cloud_host){.n = 4, .uptime = "up 4 days"}));
	struct fresh_fixture *fixture = fresh_fixture_new(hosts);
	fresh_fixture_set_fresh(fixture, true);
	return fixture;
}

static void
assert_hosts(const struct wish *wish, const char *expected)
{
	g_autoptr(GString) names = g_string_new(NULL);
	for (guint i = 0; i < wish->hosts->len; i++)
		g_string_append_printf(names, "%s ", (const char *)wish->hosts->pdata[i]);
	g_assert_cmpstr(names->str, ==, expected);
}

static void
settle(struct fresh_fixture *fixture, const char *host, enum uptime_outcome outcome,
	const char *text)
{
	struct uptimes *uptimes = fresh_fixture_get_uptimes(fixture);
	g_assert_true(uptimes_begin(uptimes, 0, host, cloud_now()));
	uptimes_end(uptimes, 0, host, outcome, text, cloud_now());
}

/* Keeps the service of the hosts that are up so. */
static void
go_to(struct fresh_fixture *fixture, int64_t moment)
{
	struct inventory *inventory = fresh_fixture_get_api(fixture)->inventory;
	cloud_set_now(moment);
	inventory_beat(inventory, "cmp-01", moment, moment);
	inventory_beat(inventory, "cmp-02", moment, moment);
	inventory_beat(inventory, "cmp-04", moment, moment);
}

static void
test_all_of_a_page_are_asked_at_once(void)
{
	static const char *const targets[] = {DETAIL, DETAIL "?hypervisor_hostname_pattern=cmp",
		DETAIL "?with_servers=1&limit=4"};
	for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
		CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
		struct question *question = fresh_send(fixture, targets[i], "2.88");
		struct wish *wish = fresh_take_wish(fixture, WISH_UPTIMES);
		assert_hosts(wish, "cmp-01 cmp-02 ");
		fresh_answer(fixture, wish, UPTIME_TEXT, "up \"1\" day\n");
		CLEANUP(reply_free) struct reply *reply = fresh_receive(question);
		reply_assert(reply, "hypervisors/*/uptime",
			"[\"up \\\"1\\\" day\\n\",\"up \\\"1\\\" day\\n\",null,\"up 4 days\"]");
	}
}

static void
test_a_request_waits_once_for_uptimes(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	struct question *question = fresh_send(fixture, DETAIL, "2.88");
	struct wish *wish = fresh_take_wish(fixture, WISH_UPTIMES);
	g_ptr_array_set_size(wish->hosts, 1); /* the deadline comes without a word of the other */
	fresh_answer(fixture, wish, UPTIME_TEXT, "up 1 day");
	CLEANUP(reply_free) struct reply *reply = fresh_receive(question);
	reply_assert(reply, "hypervisors/*/uptime", "[\"up 1 day\",null,null,\"up 4 days\"]");

	/* What is unknown is not kept. */
	settle(fixture, "cmp-02", UPTIME_TEXT, "up 2 days");
	CLEANUP(reply_free)
	struct reply *next = ask(fresh_fixture_get_api(fixture), DETAIL, "2.88");
	reply_assert(next, "hypervisors/1/uptime", "\"up 2 days\"");
}

static void
test_who_comes_meanwhile_waits_too(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	struct question *first = fresh_send(fixture, DETAIL, "2.88");
	struct wish *wish = fresh_take_wish(fixture, WISH_UPTIMES);
	struct question *second = fresh_send(fixture, DETAIL, "2.88");
	fresh_answer(fixture, fresh_take_wish(fixture, WISH_UPTIMES), UPTIME_TEXT, "up 1 day");
	fresh_answer(fixture, wish, UPTIME_TEXT, "up 2 days");
	CLEANUP(reply_free) struct reply *one = fresh_receive(first);
	CLEANUP(reply_free) struct reply *two = fresh_receive(second);
	reply_assert(one, "hypervisors/0/uptime", "\"up 2 days\"");
	g_assert_cmpuint(two->status, ==, 200);
}

static void
test_rows_first_and_then_uptimes(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	fresh_fixture_set_fresh(fixture, false);
	struct question *question = fresh_send(fixture, DETAIL, "2.88");
	fresh_grant(fresh_take_wish(fixture, WISH_NODES), fresh_outcome_new(NULL));
	fresh_answer(fixture, fresh_take_wish(fixture, WISH_UPTIMES), UPTIME_SILENT, NULL);
	CLEANUP(reply_free) struct reply *reply = fresh_receive(question);
	reply_assert(reply, "hypervisors/*/uptime", "[null,null,null,\"up 4 days\"]");
}

static void
test_many_at_a_time(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	fresh_fixture_set_fresh(fixture, false);
	fresh_fixture_grant_at_once(fixture);
	for (unsigned round = 0; round < 20; round++) {
		struct question *questions[5];
		/* By turns what was answered ages, and is unknown. */
		go_to(fixture, cloud_now() + (round % 2 == 0 ? FRESH_TTL : FRESH_MAX_AGE));
		for (size_t i = 0; i < G_N_ELEMENTS(questions); i++)
			questions[i] = fresh_send(fixture, DETAIL, "2.88");
		for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
			CLEANUP(reply_free) struct reply *reply = fresh_receive(questions[i]);
			reply_assert(reply, "hypervisors/*/uptime",
				"[\"up 1 day\",\"up 1 day\",null,\"up 4 days\"]");
		}
	}
}

static void
test_where_no_more_may_wait_it_is_refused(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	CLEANUP(reply_free)
	struct reply *reply = ask(fresh_fixture_get_api(fixture), DETAIL, "2.88");
	reply_assert_fault(
		reply, 503, "serviceUnavailable", "Too many requests wait for newer data.");
}

#define UUID "c0000000-0000-4000-8000-000000000001"

static const struct {
	enum uptime_outcome outcome;
	const char *text;
	const char *shown; /* at 2.88 */
	unsigned status;   /* of /uptime */
	const char *name, *message;
} outcomes[] = {
	{UPTIME_TEXT, "up 1 day", "\"up 1 day\"", 200},
	{UPTIME_NONE, NULL, "null", 501, "notImplemented",
		"The requested functionality is not supported."},
	{UPTIME_UNSUPPORTED, NULL, "null", 501, "notImplemented",
		"The requested functionality is not supported."},
	{UPTIME_SILENT, NULL, "null", 400, "badRequest",
		"Compute service of cmp-01 is unavailable at this time."},
};

/* Once it is waited for, and once it is known. */
static void
test_every_outcome_is_shown(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
		CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
		struct question *question = fresh_send(fixture, H "/1/uptime", "2.1");
		struct wish *wish = fresh_take_wish(fixture, WISH_UPTIMES);
		assert_hosts(wish, "cmp-01 ");
		fresh_answer(fixture, wish, outcomes[i].outcome, outcomes[i].text);
		CLEANUP(reply_free) struct reply *reply = fresh_receive(question);
		if (outcomes[i].status == 200)
			reply_assert(reply, "hypervisor/uptime", outcomes[i].shown);
		else
			reply_assert_fault(
				reply, outcomes[i].status, outcomes[i].name, outcomes[i].message);
		CLEANUP(reply_free)
		struct reply *known = ask(fresh_fixture_get_api(fixture), H "/" UUID, "2.88");
		reply_assert(known, "hypervisor/uptime", outcomes[i].shown);
	}
}

static void
test_one_that_is_down_or_has_its_own_is_not_asked(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	struct api_fixture *api = fresh_fixture_get_api(fixture);
	CLEANUP(reply_free) struct reply *down = ask(api, H "/3/uptime", "2.1");
	g_assert_cmpuint(down->status, ==, 400);
	CLEANUP(reply_free) struct reply *own = ask(api, H "/4/uptime", "2.1");
	reply_assert(own, "hypervisor/uptime", "\"up 4 days\"");
	CLEANUP(reply_free) struct reply *brief = ask(api, H, "2.88");
	g_assert_cmpuint(brief->status, ==, 200);
	CLEANUP(reply_free) struct reply *older = ask(api, DETAIL, "2.87");
	g_assert_cmpuint(older->status, ==, 200);
}

/* The page of the details, which nothing is to wait for. */
static GBytes *
get_page(struct fresh_fixture *fixture)
{
	CLEANUP(reply_free)
	struct reply *reply = ask(fresh_fixture_get_api(fixture), DETAIL, "2.88");
	g_assert_cmpuint(reply->status, ==, 200);
	return g_bytes_ref(reply->response->body);
}

static bool
is_same(struct fresh_fixture *fixture, GBytes *before)
{
	g_autoptr(GBytes) page = get_page(fixture);
	return page == before;
}

static void
test_a_page_is_kept_until_an_uptime_changes_or_ages(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	settle(fixture, "cmp-01", UPTIME_TEXT, "up 1 day");
	settle(fixture, "cmp-02", UPTIME_SILENT, NULL);
	g_autoptr(GBytes) first = get_page(fixture);
	g_assert_true(is_same(fixture, first));

	/* A silence that runs out is asked about behind the answer, once. */
	go_to(fixture, CLOUD_START + 10 * CLOCK_SECOND);
	g_autoptr(GBytes) second = get_page(fixture);
	struct wish *wish = fresh_take_wish(fixture, WISH_UPTIMES_BEHIND);
	assert_hosts(wish, "cmp-02 ");
	g_assert_true(is_same(fixture, second));
	fresh_assert_no_wish(fixture);
	fresh_answer(fixture, wish, UPTIME_TEXT, "up 2 days");
	g_autoptr(GBytes) third = get_page(fixture);
	g_assert_true(third != second);
	g_assert_true(is_same(fixture, third));

	/* So is an answer that ages. */
	go_to(fixture, CLOUD_START + FRESH_TTL);
	g_assert_false(is_same(fixture, third)); /* made anew, to see who is to be asked */
	wish = fresh_take_wish(fixture, WISH_UPTIMES_BEHIND);
	assert_hosts(wish, "cmp-01 ");
	fresh_answer(fixture, wish, UPTIME_SILENT, NULL);
	CLEANUP(reply_free)
	struct reply *reply = ask(fresh_fixture_get_api(fixture), DETAIL, "2.88");
	reply_assert(
		reply, "hypervisors/*/uptime", "[\"up 1 day\",\"up 2 days\",null,\"up 4 days\"]");
}

/* Of a page whose rows have their uptimes, the computes' answers change nothing. */
static void
test_a_page_that_asks_nobody_is_kept(void)
{
	GPtrArray *hosts = cloud_make_batch(&(struct cloud_host){.n = 1, .uptime = "up 1 day"});
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = fresh_fixture_new(hosts);
	fresh_fixture_set_fresh(fixture, true);
	g_autoptr(GBytes) page = get_page(fixture);
	settle(fixture, "cmp-09", UPTIME_TEXT, "up 9 days");
	g_assert_true(is_same(fixture, page));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/survey/all-of-a-page-are-asked-at-once", test_all_of_a_page_are_asked_at_once);
	g_test_add_func(
		"/survey/a-request-waits-once-for-uptimes", test_a_request_waits_once_for_uptimes);
	g_test_add_func(
		"/survey/who-comes-meanwhile-waits-too", test_who_comes_meanwhile_waits_too);
	g_test_add_func("/survey/rows-first-and-then-uptimes", test_rows_first_and_then_uptimes);
	g_test_add_func("/survey/many-at-a-time", test_many_at_a_time);
	g_test_add_func("/survey/where-no-more-may-wait-it-is-refused",
		test_where_no_more_may_wait_it_is_refused);
	g_test_add_func("/survey/every-outcome-is-shown", test_every_outcome_is_shown);
	g_test_add_func("/survey/one-that-is-down-or-has-its-own-is-not-asked",
		test_one_that_is_down_or_has_its_own_is_not_asked);
	g_test_add_func("/survey/a-page-is-kept-until-an-uptime-changes-or-ages",
		test_a_page_is_kept_until_an_uptime_changes_or_ages);
	g_test_add_func(
		"/survey/a-page-that-asks-nobody-is-kept", test_a_page_that_asks_nobody_is_kept);
	return g_test_run();
}
