/* SPDX-License-Identifier: Apache-2.0 */
/* The seven operations of os-hypervisors over a cloud of six hosts: 1 and 2 as usual, 3
 * disabled, 4 down, 5 without a live service, 6 with an uptime and two servers. */
#include "api/hypervisors.h"

#include "api-fixture.h"

#define UUID(n) "c0000000-0000-4000-8000-00000000000" n
#define NOT_FOUND(id) "Hypervisor with ID '" id "' could not be found."
#define H "/v2.1/os-hypervisors"

static struct api_fixture *
make(void)
{
	static const struct cloud_host others[] = {
		{.n = 3, .disabled = true},
		{.n = 4, .seen_ago = 2 * CLOUD_DOWN_TIME, .uptime = "up 2 days"},
		{.n = 5, .orphan = true},
		{.n = 6, .uptime = "up 1 day", .servers = 2, .cpu_info = "{\"arch\": \"x86_64\"}"},
	};
	GPtrArray *hosts = cloud_make_hosts(2);
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		g_ptr_array_add(hosts, cloud_make_host(&others[i]));
	return api_fixture_new(hosts, (struct api_options){.max_limit = 4});
}

static const struct {
	const char *target, *version;
	const char *path, *expected; /* what stands where in the answer */
} answers[] = {
	/* lists */
	{H, "2.1", "hypervisors/*/id", "[1,2,3,4,6]"}, /* without pages, max_limit is nothing */
	{H, "2.1", "hypervisors/*/state", "[\"up\",\"up\",\"up\",\"down\",\"up\"]"},
	{H, "2.1", "hypervisors/2/status", "\"disabled\""},
	{H "?limit=1", "2.32", "hypervisors/*/id", "[1,2,3,4,6]"},
	{H, "2.33", "hypervisors/*/id", "[1,2,3,4]"},
	{H "?limit=99", "2.33", "hypervisors/*/id", "[1,2,3,4]"},
	{H "?limit=99999999999999999999", "2.33", "hypervisors/*/id", "[1,2,3,4]"},
	{H "?limit=2", "2.33", "hypervisors/*/id", "[1,2]"},
	{H "?limit=0", "2.33", "hypervisors", "[]"},
	{H "?limit=2&marker=3", "2.33", "hypervisors/*/id", "[4,6]"}, /* filled past the orphan */
	{H "?marker=5", "2.33", "hypervisors/*/id", "[6]"},           /* an orphan is a marker */
	{H "?marker=6", "2.33", "hypervisors", "[]"},
	{H "?marker=" UUID("4"), "2.33", "hypervisors/*/id", "[6]"},
	{H "?marker=2", "2.53", "hypervisors/*/id",
		"[\"" UUID("3") "\",\"" UUID("4") "\",\"" UUID("6") "\"]"},
	{H "?with_servers=1&marker=4", "2.53", "hypervisors/0/servers/*/name",
		"[\"server-6-1\",\"server-6-2\"]"},
	{H "?with_servers=1&limit=1", "2.74", "hypervisors/0/servers", NULL},
	{H "?with_servers=1&limit=1", "2.75", "hypervisors/0/servers", "[]"},
	{H "?with_servers=0&limit=1", "2.75", "hypervisors/0/servers", NULL},
	{H "/detail", "2.1", "hypervisors/4/cpu_info", "\"{\\\"arch\\\": \\\"x86_64\\\"}\""},
	{H "/detail", "2.28", "hypervisors/4/cpu_info", "{\"arch\":\"x86_64\"}"},
	{H "/detail?marker=3", "2.88", "hypervisors/*/uptime", "[null,\"up 1 day\"]"},
	{H "/detail?marker=3", "2.88", "hypervisors/1/vcpus", NULL},
	/* by pattern */
	{H "?hypervisor_hostname_pattern=CMP-0_.ex", "2.53", "hypervisors/*/hypervisor_hostname",
		"[\"cmp-01.example.org\",\"cmp-02.example.org\",\"cmp-03.example.org\","
		"\"cmp-04.example.org\",\"cmp-06.example.org\"]"},
	{H "?hypervisor_hostname_pattern=cmp-05", "2.53", "hypervisors", "[]"}, /* an orphan's */
	{H "?hypervisor_hostname_pattern=cmp-05&marker=", "2.53", "hypervisors", "[]"},
	{H "/detail?hypervisor_hostname_pattern=cmp-06&with_servers=1", "2.53",
		"hypervisors/0/servers/*/name", "[\"server-6-1\",\"server-6-2\"]"},
	{H "/mp-0%25org/search", "2.1", "hypervisors/*/id", "[1,2,3,4,6]"},
	{H "/cmp-06/search", "2.52", "hypervisors/*/id", "[6]"},
	{H "/cmp-06/search", "2.1", "hypervisors/0/servers", NULL},
	{H "/cmp-0/servers", "2.1", "hypervisors/4/servers/*/uuid",
		"[\"a0000000-0000-4000-8000-000006000001\","
		"\"a0000000-0000-4000-8000-000006000002\"]"},
	{H "/cmp-01/servers", "2.1", "hypervisors/0/servers", NULL},
	/* one */
	{H "/6", "2.1", "hypervisor/id", "6"},
	{H "/%200_6%20", "2.1", "hypervisor/id", "6"},
	{H "/0000000000000000000000000000006", "2.1", "hypervisor/id", "6"}, /* 31 digits */
	{H "/6", "2.52", "hypervisor/cpu_info", "{\"arch\":\"x86_64\"}"},
	{H "/" UUID("6"), "2.53", "hypervisor/id", "\"" UUID("6") "\""},
	{H "/" UUID("6"), "2.53", "hypervisor/servers", NULL},
	{H "/" UUID("6") "?with_servers=true", "2.53", "hypervisor/servers/1/name",
		"\"server-6-2\""},
	{H "/" UUID("1") "?with_servers=true", "2.75", "hypervisor/servers", "[]"},
	{H "/" UUID("6"), "2.88", "hypervisor/uptime", "\"up 1 day\""},
	{H "/" UUID("4"), "2.88", "hypervisor/uptime", "null"},
	{H "/6/uptime", "2.1", "hypervisor",
		"{\"hypervisor_hostname\":\"cmp-06.example.org\",\"id\":6,\"state\":\"up\","
		"\"status\":\"enabled\",\"uptime\":\"up 1 day\"}"},
	{H "/" UUID("6") "/uptime", "2.87", "hypervisor/uptime", "\"up 1 day\""},
	/* sums: the disabled one and the orphan are left out, the one that is down is not */
	{H "/statistics", "2.1", "hypervisor_statistics",
		"{\"count\":4,\"current_workload\":4,\"disk_available_least\":0,"
		"\"free_disk_gb\":360,\"free_ram_mb\":63488,\"local_gb\":400,\"local_gb_used\":40,"
		"\"memory_mb\":65536,\"memory_mb_used\":2048,\"running_vms\":2,\"vcpus\":32,"
		"\"vcpus_used\":0}"},
	{H "/statistics", "2.87", "hypervisor_statistics/count", "4"},
};

static void
test_answers(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
		CLEANUP(reply_free)
		struct reply *reply = ask(fixture, answers[i].target, answers[i].version);
		g_test_message("%s %s", answers[i].version, answers[i].target);
		g_assert_cmpuint(reply->status, ==, 200);
		reply_assert(reply, answers[i].path, answers[i].expected);
	}
}

#define MALFORMED                                                                                  \
	"The server could not comply with the request since it is either malformed or otherwise "  \
	"incorrect."

static const struct {
	const char *target, *version;
	unsigned status;
	const char *name, *message;
} faults[] = {
	{H "?marker=999", "2.33", 400, "badRequest", "marker [999] not found"},
	{H "?marker=", "2.33", 400, "badRequest", "marker [] not found"},
	{H "?marker=abc", "2.53", 400, "badRequest", "marker [abc] not found"},
	{H "?marker=" UUID("9"), "2.53", 400, "badRequest", "marker [" UUID("9") "] not found"},
	{H "?limit=abc", "2.33", 400, "badRequest",
		"Invalid input for query parameters limit. Value: abc. 'abc' does not match "
		"'^[0-9]*$'"},
	{H "?hypervisor_hostname_pattern=cmp&limit=1", "2.53", 400, "badRequest", MALFORMED},
	{H "/detail?hypervisor_hostname_pattern=cmp&marker=1", "2.53", 400, "badRequest",
		MALFORMED},
	{H "?hypervisor_hostname_pattern=nothing", "2.53", 404, "itemNotFound",
		"No hypervisor matching 'nothing' could be found."},
	{H "/nothing-like-it/search", "2.1", 404, "itemNotFound",
		"No hypervisor matching 'nothing-like-it' could be found."},
	{H "/%20/servers", "2.1", 404, "itemNotFound",
		"No hypervisor matching ' ' could be found."},
	{H "/999", "2.1", 404, "itemNotFound", NOT_FOUND("999")},
	{H "/5", "2.1", 404, "itemNotFound", NOT_FOUND("5")}, /* an orphan */
	{H "/abc", "2.1", 404, "itemNotFound", NOT_FOUND("abc")},
	{H "/00000000000000000000000000000006", "2.1", 404, "itemNotFound",
		NOT_FOUND("00000000000000000000000000000006")}, /* 32 digits: a uuid */
	{H "/99999999999999999999", "2.1", 404, "itemNotFound", NOT_FOUND("99999999999999999999")},
	{H "/" UUID("6"), "2.52", 404, "itemNotFound", NOT_FOUND(UUID("6"))},
	{H "/6", "2.53", 400, "badRequest", "Invalid uuid 6"},
	{H "/" UUID("5"), "2.53", 404, "itemNotFound", NOT_FOUND(UUID("5"))},
	{H "/C0000000-0000-4000-8000-000000000006", "2.53", 404, "itemNotFound",
		NOT_FOUND("C0000000-0000-4000-8000-000000000006")},
	{H "/c0000000000040008000000000000006", "2.53", 404, "itemNotFound",
		NOT_FOUND("c0000000000040008000000000000006")},
	{H "/4/uptime", "2.1", 400, "badRequest",
		"Compute service of cmp-04 is unavailable at this time."},
	{H "/1/uptime", "2.1", 501, "notImplemented",
		"The requested functionality is not supported."},
	{H "/999/uptime", "2.1", 404, "itemNotFound", NOT_FOUND("999")},
	/* gone with a microversion */
	{H "/cmp/search", "2.53", 404, "itemNotFound", "The resource could not be found."},
	{H "/cmp/servers", "2.53", 404, "itemNotFound", "The resource could not be found."},
	{H "/statistics", "2.88", 404, "itemNotFound", "The resource could not be found."},
	{H "/" UUID("6") "/uptime", "2.88", 404, "itemNotFound",
		"The resource could not be found."},
};

static void
test_faults(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
		CLEANUP(reply_free)
		struct reply *reply = ask(fixture, faults[i].target, faults[i].version);
		g_test_message("%s %s", faults[i].version, faults[i].target);
		reply_assert_fault(reply, faults[i].status, faults[i].name, faults[i].message);
	}
}

/* Host 7 without a service, then host 8, which is mapped to no cell, then host 9. */
static struct api_fixture *
make_unmapped(void)
{
	GPtrArray *hosts = cloud_make_batch(&(struct cloud_host){.n = 7, .orphan = true});
	struct host *host = cloud_make_host(&(struct cloud_host){.n = 8, .orphan = true});
	struct hypervisor *joined = host->hypervisors->pdata[0];
	const struct hypervisor_joins joins = {
		.servers = hypervisor_get_servers(joined), .unmapped = true};
	CLEANUP(node_unref) struct node *node = node_new(hypervisor_get_columns(joined));
	host_take_hypervisor(host, hypervisor_new(node, &joins));
	g_ptr_array_remove_index(host->hypervisors, 0);
	g_ptr_array_add(hosts, host);
	g_ptr_array_add(hosts, cloud_make_host(&(struct cloud_host){.n = 9}));
	return api_fixture_new(hosts, (struct api_options){0});
}

static void
test_a_search_fails_where_it_finds_a_host_without_a_mapping(void)
{
	static const char *const searches[] = {H "/cmp-0/search", H "/cmp-0/servers"};
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make_unmapped();
	for (size_t i = 0; i < G_N_ELEMENTS(searches); i++) {
		CLEANUP(reply_free) struct reply *reply = ask(fixture, searches[i], "2.52");
		reply_assert_fault(
			reply, 404, "itemNotFound", "Host 'cmp-08' is not mapped to any cell");
	}
	CLEANUP(reply_free) struct reply *other = ask(fixture, H "/cmp-09/search", "2.52");
	reply_assert(other, "hypervisors/*/id", "[9]");
	CLEANUP(reply_free) struct reply *list = ask(fixture, H, "2.52");
	reply_assert(list, "hypervisors/*/id", "[9]");
	CLEANUP(reply_free)
	struct reply *later = ask(fixture, H "?hypervisor_hostname_pattern=cmp-0", "2.53");
	reply_assert(later, "hypervisors/*/hypervisor_hostname", "[\"cmp-09.example.org\"]");
}

static void
test_time_and_heartbeats_show_at_once(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	CLEANUP(reply_free) struct reply *before = ask(fixture, H "?limit=2", "2.53");
	reply_assert(before, "hypervisors/*/state", "[\"up\",\"up\"]");

	int64_t later = CLOUD_START + CLOUD_DOWN_TIME + 1;
	cloud_set_now(later);
	inventory_beat(fixture->inventory, "cmp-02", later, later);
	CLEANUP(reply_free) struct reply *list = ask(fixture, H "?limit=2", "2.53");
	reply_assert(list, "hypervisors/*/state", "[\"down\",\"up\"]");
	CLEANUP(reply_free) struct reply *down = ask(fixture, H "/1", "2.1");
	reply_assert(down, "hypervisor/state", "\"down\"");
	CLEANUP(reply_free) struct reply *up = ask(fixture, H "/2", "2.1");
	reply_assert(up, "hypervisor/state", "\"up\"");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/hypervisors/answers", test_answers);
	g_test_add_func("/hypervisors/faults", test_faults);
	g_test_add_func("/hypervisors/a-search-fails-where-it-finds-a-host-without-a-mapping",
		test_a_search_fails_where_it_finds_a_host_without_a_mapping);
	g_test_add_func("/hypervisors/time-and-heartbeats-show-at-once",
		test_time_and_heartbeats_show_at_once);
	return g_test_run();
}
