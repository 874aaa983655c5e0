/* SPDX-License-Identifier: Apache-2.0 */
/* What waits for newer rows, for which, and what becomes of it: through a real server, with the
 * freshness in the test's hands. Host 3 is of cell 2, hosts 1 and 2 are of cell 1. */
#include "api/wait.h"

#include "base/error.h"
#include "fresh-fixture.h"

#define H "/v2.1/os-hypervisors"
#define UUID_1 "c1000000-0000-4000-8000-000000000001"
#define UUID_7 "c1000000-0000-4000-8000-000000000007"
#define AWAY "The database of cell two is away."

static struct fresh_fixture *
make(void)
{
	GPtrArray *hosts = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	for (unsigned n = 1; n <= 3; n++)
		g_ptr_array_add(
			hosts, cloud_make_host(&(struct cloud_host){
				       .cell = n == 3 ? 2 : 1, .n = n, .uptime = "up 1 day"}));
	return fresh_fixture_new(hosts);
}

static void
update(struct fresh_fixture *fixture, const struct cloud_host *wanted)
{
	g_autoptr(GPtrArray) batch = cloud_make_batch(wanted);
	inventory_update(fresh_fixture_get_api(fixture)->inventory, batch, cloud_now());
}

static const struct {
	const char *target, *version;
	enum wish_kind kind;
	const char *path, *expected; /* what is shown once host 7 is there, in cell 1 */
} lists[] = {
	{H, "2.1", WISH_NODES, "hypervisors/*/id", "[1,2,7,3]"},
	{H "/detail", "2.1", WISH_NODES, "hypervisors/*/id", "[1,2,7,3]"},
	{H "?marker=7", "2.33", WISH_NODES, "hypervisors/*/id", "[3]"},
	{H "?with_servers=0&limit=1", "2.53", WISH_NODES, "hypervisors/0/servers", NULL},
	{H "?with_servers=1&marker=2&limit=1", "2.53", WISH_SERVERS, "hypervisors/0/servers/*/name",
		"[\"server-7-1\"]"},
	{H "?hypervisor_hostname_pattern=cmp-07", "2.53", WISH_NODES,
		"hypervisors/*/hypervisor_hostname", "[\"cmp-07.example.org\"]"},
	{H "/detail?hypervisor_hostname_pattern=cmp-07&with_servers=1", "2.53", WISH_SERVERS,
		"hypervisors/0/servers/*/name", "[\"server-7-1\"]"},
	{H "/cmp-07/search", "2.1", WISH_NODES, "hypervisors/*/id", "[7]"},
	{H "/cmp-07/servers", "2.1", WISH_SERVERS, "hypervisors/0/servers/*/name",
		"[\"server-7-1\"]"},
	{H "/statistics", "2.1", WISH_NODES, "hypervisor_statistics/count", "4"},
	{"/v2.1/os-services", "2.1", WISH_NODES, "services/*/id", "[1,2,7,3]"},
	{"/v2.1/os-aggregates", "2.1", WISH_NODES, "aggregates", "[]"},
};

static void
test_lists_wait_for_the_rows_of_their_moment(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		g_test_message("%s %s", lists[i].version, lists[i].target);
		CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
		struct question *question = fresh_send(fixture, lists[i].target, lists[i].version);
		struct wish *wish = fresh_take_wish(fixture, lists[i].kind);
		update(fixture, &(struct cloud_host){.cell = 1, .n = 7, .servers = 1});
		fresh_grant(wish, fresh_outcome_new(NULL));
		CLEANUP(reply_free) struct reply *reply = fresh_receive(question);
		g_assert_cmpuint(reply->status, ==, 200);
		g_assert_null(reply_get_header(reply, "Age"));
		reply_assert(reply, lists[i].path, lists[i].expected);
	}
}

static struct hypervisor *
make_hypervisor(const struct cloud_host *wanted)
{
	CLEANUP(host_free) struct host *host = cloud_make_host(wanted);
	return hypervisor_ref(host->hypervisors->pdata[0]);
}

static const struct {
	const char *target, *version;
	enum wish_kind kind;
	const char *key;
	const char *path, *expected; /* of a host that only the node's own rows hold */
} shows[] = {
	{H "/7", "2.1", WISH_NODE, "7", "hypervisor/id", "7"},
	{H "/%20007", "2.52", WISH_NODE, "7", "hypervisor/vcpus", "8"},
	{H "/" UUID_7, "2.53", WISH_NODE, UUID_7, "hypervisor/id", "\"" UUID_7 "\""},
	{H "/" UUID_7 "?with_servers=1", "2.53", WISH_NODE_WITH_SERVERS, UUID_7,
		"hypervisor/servers/*/name", "[\"server-7-1\"]"},
	{H "/" UUID_7, "2.88", WISH_NODE, UUID_7, "hypervisor/uptime", "\"up 7 days\""},
	{H "/7/uptime", "2.1", WISH_NODE, "7", "hypervisor/uptime", "\"up 7 days\""},
};

static void
test_a_show_reads_its_own_node(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(shows); i++) {
		g_test_message("%s %s", shows[i].version, shows[i].target);
		struct question *question = fresh_send(fixture, shows[i].target, shows[i].version);
		struct wish *wish = fresh_take_wish(fixture, shows[i].kind);
		g_assert_cmpstr(wish->key, ==, shows[i].key);
		struct freshness_outcome *outcome = fresh_outcome_new(NULL);
		outcome->hypervisor = make_hypervisor(&(struct cloud_host){
			.cell = 1, .n = 7, .servers = 1, .uptime = "up 7 days"});
		fresh_grant(wish, outcome);
		CLEANUP(reply_free) struct reply *reply = fresh_receive(question);
		g_assert_cmpuint(reply->status, ==, 200);
		reply_assert(reply, shows[i].path, shows[i].expected);
	}
}

static void
test_a_node_that_is_gone_is_not_found(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	for (int orphan = 0; orphan < 2; orphan++) {
		struct question *question = fresh_send(fixture, H "/1", "2.1");
		struct freshness_outcome *outcome = fresh_outcome_new(NULL);
		if (orphan)
			outcome->hypervisor =
				make_hypervisor(&(struct cloud_host){.n = 1, .orphan = true});
		else
			outcome->error = g_error_new_literal(
				MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND, "no such node");
		fresh_grant(fresh_take_wish(fixture, WISH_NODE), outcome);
		CLEANUP(reply_free) struct reply *reply = fresh_receive(question);
		reply_assert_fault(
			reply, 404, "itemNotFound", "Hypervisor with ID '1' could not be found.");
	}
}

static const struct {
	const char *target, *version;
	unsigned status;
} refused[] = {
	{H "?limit=abc", "2.33", 400},
	{H "?x=y", "2.53", 400},
	{H "?hypervisor_hostname_pattern=cmp&limit=1", "2.53", 400},
	{H "/" UUID_1, "2.52", 404},
	{H "/99999999999999999999", "2.1", 404},
	{H "/1", "2.53", 400},
	{H "/1/uptime", "2.53", 400},
	{"/v2.1/os-services?x=y", "2.75", 400},
};

static void
test_what_needs_no_rows_to_be_refused_does_not_wait(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_test_message("%s %s", refused[i].version, refused[i].target);
		CLEANUP(reply_free)
		struct reply *reply =
			ask(fresh_fixture_get_api(fixture), refused[i].target, refused[i].version);
		g_assert_cmpuint(reply->status, ==, refused[i].status);
	}
}

static const char *const all[] = {H, H "/detail?limit=1", H "/statistics", "/v2.1/os-services",
	"/v2.1/os-aggregates", H "/" UUID_1, H "/" UUID_1 "/uptime"};

static void
test_what_is_fresh_does_not_wait(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	fresh_fixture_set_fresh(fixture, true);
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		CLEANUP(reply_free)
		struct reply *reply = ask(fresh_fixture_get_api(fixture), all[i], "2.53");
		g_assert_cmpuint(reply->status, ==, 200);
	}
}

/* A request made by hand can't wait, as one too many can't. */
static void
test_where_no_more_may_wait_it_is_refused(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		CLEANUP(reply_free)
		struct reply *reply = ask(fresh_fixture_get_api(fixture), all[i], "2.53");
		reply_assert_fault(
			reply, 503, "serviceUnavailable", "Too many requests wait for newer data.");
	}
}

/* What is granted so: a cell that is away, which is cell 2 where cells are told. */
static struct freshness_outcome *
make_away(bool tells_cells)
{
	struct freshness_outcome *outcome = fresh_outcome_new(AWAY);
	int64_t cell = 2;
	if (tells_cells) {
		outcome->away = g_array_new(FALSE, FALSE, sizeof(cell));
		g_array_append_val(outcome->away, cell);
	}
	return outcome;
}

static const struct {
	const char *target, *version;
	enum wish_kind kind;
	bool tells_cells;
} faults[] = {
	{H, "2.1", WISH_NODES, true},
	{H "/detail", "2.88", WISH_NODES, true},
	{H "/statistics", "2.1", WISH_NODES, true},
	{H "/cmp/servers", "2.1", WISH_SERVERS, true},
	{H "/3", "2.1", WISH_NODE, true},
	{H "/3/uptime", "2.1", WISH_NODE, true},
	{"/v2.1/os-services", "2.69", WISH_NODES, false},
	{"/v2.1/os-aggregates", "2.1", WISH_NODES, false},
};

static void
test_a_database_that_is_away_is_told(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
		g_test_message("%s %s", faults[i].version, faults[i].target);
		struct question *question =
			fresh_send(fixture, faults[i].target, faults[i].version);
		fresh_grant(
			fresh_take_wish(fixture, faults[i].kind), make_away(faults[i].tells_cells));
		CLEANUP(reply_free) struct reply *reply = fresh_receive(question);
		reply_assert_fault(reply, 503, "serviceUnavailable", AWAY);
		g_assert_cmpstr(reply_get_header(reply, "Retry-After"), ==, "5");
	}
}

static const struct {
	const char *target, *version;
	const char *expected;
} services[] = {
	{"/v2.1/os-services", "2.68", "[\"enabled\",\"enabled\"]"},
	{"/v2.1/os-services", "2.69", "[\"enabled\",\"enabled\",\"UNKNOWN\"]"},
	{"/v2.1/os-services?host=cmp-03", "2.69", "[\"UNKNOWN\"]"},
	{"/v2.1/os-services?host=cmp-03", "2.68", "[]"},
	{"/v2.1/os-services?binary=nova-conductor", "2.69", "[]"},
};

static void
test_services_do_without_a_cell_that_is_away(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(services); i++) {
		struct question *question =
			fresh_send(fixture, services[i].target, services[i].version);
		fresh_grant(fresh_take_wish(fixture, WISH_NODES), make_away(true));
		CLEANUP(reply_free) struct reply *reply = fresh_receive(question);
		g_assert_cmpuint(reply->status, ==, 200);
		reply_assert(reply, "services/*/status", services[i].expected);
	}
	struct question *question = fresh_send(fixture, "/v2.1/os-services?host=cmp-03", "2.69");
	fresh_grant(fresh_take_wish(fixture, WISH_NODES), make_away(true));
	CLEANUP(reply_free) struct reply *reply = fresh_receive(question);
	reply_assert(reply, "services/0",
		"{\"binary\":\"nova-compute\",\"host\":\"cmp-03\",\"status\":\"UNKNOWN\"}");
}

static const struct {
	int64_t age;
	const char *header;
} ages[] = {
	{0, NULL},
	{1, "1"},
	{CLOCK_SECOND, "1"},
	{90 * CLOCK_SECOND + 1, "91"},
};

static void
test_an_old_answer_tells_its_age(void)
{
	CLEANUP(fresh_fixture_free) struct fresh_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(ages); i++) {
		struct question *question = fresh_send(fixture, H, "2.1");
		struct freshness_outcome *outcome = make_away(true);
		g_clear_error(&outcome->error);
		outcome->age = ages[i].age;
		fresh_grant(fresh_take_wish(fixture, WISH_NODES), outcome);
		CLEANUP(reply_free) struct reply *reply = fresh_receive(question);
		g_assert_cmpstr(reply_get_header(reply, "Age"), ==, ages[i].header);
		reply_assert(reply, "hypervisors/*/id", "[1,2,3]");
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/wait/lists-wait-for-the-rows-of-their-moment",
		test_lists_wait_for_the_rows_of_their_moment);
	g_test_add_func("/wait/a-show-reads-its-own-node", test_a_show_reads_its_own_node);
	g_test_add_func(
		"/wait/a-node-that-is-gone-is-not-found", test_a_node_that_is_gone_is_not_found);
	g_test_add_func("/wait/what-needs-no-rows-to-be-refused-does-not-wait",
		test_what_needs_no_rows_to_be_refused_does_not_wait);
	g_test_add_func("/wait/what-is-fresh-does-not-wait", test_what_is_fresh_does_not_wait);
	g_test_add_func("/wait/where-no-more-may-wait-it-is-refused",
		test_where_no_more_may_wait_it_is_refused);
	g_test_add_func(
		"/wait/a-database-that-is-away-is-told", test_a_database_that_is_away_is_told);
	g_test_add_func("/wait/services-do-without-a-cell-that-is-away",
		test_services_do_without_a_cell_that_is_away);
	g_test_add_func("/wait/an-old-answer-tells-its-age", test_an_old_answer_tells_its_age);
	return g_test_run();
}
