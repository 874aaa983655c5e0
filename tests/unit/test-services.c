/* SPDX-License-Identifier: Apache-2.0 */
/* GET /os-services, and GET /os-aggregates beside it. */
#include "api/services.h"

#include "api-fixture.h"

/* A host with a conductor, and the API services, which are not shown. */
static struct host *
make_controller(void)
{
	static const char *const binaries[] = {
		"nova-conductor", "nova-osapi_compute", "nova-metadata"};
	struct host *host = host_new("ctl-1");
	for (size_t i = 0; i < G_N_ELEMENTS(binaries); i++)
		host_take_service(host, service_new(&(struct service_columns){
						.id = 20 + (int64_t)i,
						.uuid = "5e000000-0000-4000-8000-000000000020",
						.host = "ctl-1",
						.binary = binaries[i],
						.disabled_known = true,
						.created_at = CLOUD_START,
						.updated_at = CLOCK_UNKNOWN,
						.last_seen_up = CLOCK_UNKNOWN,
					}));
	return host;
}

static struct api_fixture *
make_with(struct api_options options)
{
	GPtrArray *hosts = cloud_make_hosts(1);
	g_ptr_array_add(hosts, cloud_make_host(&(struct cloud_host){.n = 2,
				       .disabled = true,
				       .disabled_reason = "kernel upgrade",
				       .seen_ago = 2 * CLOUD_DOWN_TIME}));
	g_ptr_array_add(hosts, make_controller());
	return api_fixture_new(hosts, options);
}

static struct api_fixture *
make(void)
{
	return make_with((struct api_options){0});
}

static const struct {
	const char *target, *version;
	const char *path, *expected;
} cases[] = {
	{"/v2.1/os-services", "2.1", "services/*/id", "[1,2,20]"},
	{"/v2.1/os-services", "2.1", "services/*/zone", "[\"nova\",\"nova\",\"internal\"]"},
	{"/v2.1/os-services", "2.1", "services/*/state", "[\"up\",\"down\",\"up\"]"},
	{"/v2.1/os-services", "2.1", "services/*/status", "[\"enabled\",\"disabled\",\"enabled\"]"},
	{"/v2.1/os-services", "2.1", "services/*/disabled_reason",
		"[null,\"kernel upgrade\",null]"},
	{"/v2.1/os-services", "2.1", "services/0",
		"{\"binary\":\"nova-compute\",\"disabled_reason\":null,\"host\":\"cmp-01\",\"id\":1,\"state\":\"up\",\"status\":\"enabled\",\"updated_at\":\"2026-11-01T00:00:00.000000\",\"zone\":\"nova\"}"},
	{"/v2.1/os-services", "2.10", "services/0/forced_down", NULL},
	{"/v2.1/os-services", "2.11", "services/0/forced_down", "false"},
	{"/v2.1/os-services", "2.52", "services/2/updated_at", "null"},
	{"/v2.1/os-services", "2.53", "services/*/id",
		"[\"5e000000-0000-4000-8000-000000000001\",\"5e000000-0000-4000-8000-"
		"000000000002\","
		"\"5e000000-0000-4000-8000-000000000020\"]"},
	{"/v2.1/os-services?binary=nova-compute", "2.1", "services/*/host",
		"[\"cmp-01\",\"cmp-02\"]"},
	{"/v2.1/os-services?host=cmp-02", "2.53", "services/*/host", "[\"cmp-02\"]"},
	{"/v2.1/os-services?host=ctl-1&binary=nova-compute", "2.53", "services", "[]"},
	{"/v2.1/os-services?binary=a&binary=nova-conductor", "2.75", "services/*/host",
		"[\"ctl-1\"]"},
	{"/v2.1/os-services?host=nobody", "2.104", "services", "[]"},
	{"/v2.1/os-services?host=&binary=", "2.104", "services/*/host",
		"[\"cmp-01\",\"cmp-02\",\"ctl-1\"]"},
	{"/v2.1/os-services?binary=nova-metadata", "2.1", "services", "[]"},
	{"/v2.1/os-services?x=y", "2.74", "services/*/host", "[\"cmp-01\",\"cmp-02\",\"ctl-1\"]"},
	{"/v2.1/os-aggregates", "2.1", "", "{\"aggregates\":[]}"},
	{"/v2.1/os-aggregates?x=y", "2.101", "", "{\"aggregates\":[]}"},
};

static void
test_lists_services_by_version_and_filter(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		CLEANUP(reply_free)
		struct reply *reply = ask(fixture, cases[i].target, cases[i].version);
		g_test_message("2.%s %s", cases[i].version, cases[i].target);
		g_assert_cmpuint(reply->status, ==, 200);
		reply_assert(reply, cases[i].path, cases[i].expected);
	}
}

static void
test_unknown_parameters_are_refused_in_time(void)
{
	static const struct {
		const char *target, *version;
	} refused[] = {
		{"/v2.1/os-services?x=y", "2.75"},
		{"/v2.1/os-aggregates?x=y", "2.102"},
	};
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		CLEANUP(reply_free)
		struct reply *reply = ask(fixture, refused[i].target, refused[i].version);
		reply_assert_fault(reply, 400, "badRequest",
			"Additional properties are not allowed ('x' was unexpected)");
	}
}

/* Of the hosts cmp-01 is in two zones, cmp-02 in none. */
static struct aggregates *
make_aggregates(void)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)aggregate_free);
	struct aggregate *ssd = aggregate_new(1, NULL, "ssd");
	aggregate_add_host(ssd, "cmp-02");
	g_ptr_array_add(list, ssd);
	struct aggregate *east = aggregate_new(2, "a9000000-0000-4000-8000-000000000002", "east");
	east->created_at = CLOUD_START;
	aggregate_add_host(east, "cmp-01");
	aggregate_add_host(east, "ctl-1");
	aggregate_add_metadata(east, "a \"key\"", "1");
	aggregate_add_metadata(east, "availability_zone", "az-east");
	g_ptr_array_add(list, east);
	struct aggregate *all = aggregate_new(3, NULL, "all");
	aggregate_add_host(all, "cmp-01");
	aggregate_add_metadata(all, "availability_zone", "az-all");
	g_ptr_array_add(list, all);
	return aggregates_new(list);
}

static void
test_shows_aggregates_and_their_zones(void)
{
	CLEANUP(api_fixture_free)
	struct api_fixture *fixture = make_with((struct api_options){
		.default_zone = "elsewhere",
		.internal_zone = "inside",
	});
	inventory_set_aggregates(fixture->inventory, make_aggregates());
	CLEANUP(reply_free) struct reply *services = ask(fixture, "/v2.1/os-services", "2.1");
	reply_assert(services, "services/*/zone", "[\"az-east,az-all\",\"elsewhere\",\"inside\"]");

	CLEANUP(reply_free) struct reply *before = ask(fixture, "/v2.1/os-aggregates", "2.40");
	reply_assert(before, "aggregates/*/name", "[\"ssd\",\"east\",\"all\"]");
	reply_assert(before, "aggregates/0",
		"{\"availability_zone\":null,\"created_at\":null,\"deleted\":false,"
		"\"deleted_at\":null,\"hosts\":[\"cmp-02\"],\"id\":1,\"metadata\":{},"
		"\"name\":\"ssd\",\"updated_at\":null}");
	CLEANUP(reply_free) struct reply *since = ask(fixture, "/v2.1/os-aggregates", "2.41");
	reply_assert(since, "aggregates/1",
		"{\"availability_zone\":\"az-east\",\"created_at\":\"2026-11-01T00:00:00.000000\","
		"\"deleted\":false,\"deleted_at\":null,\"hosts\":[\"cmp-01\",\"ctl-1\"],\"id\":2,"
		"\"metadata\":{\"a \\\"key\\\"\":\"1\",\"availability_zone\":\"az-east\"},"
		"\"name\":\"east\",\"updated_at\":null,"
		"\"uuid\":\"a9000000-0000-4000-8000-000000000002\"}");
}

static void
test_a_heartbeat_shows(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	int64_t later = CLOUD_START + 9 * CLOUD_DOWN_TIME;
	cloud_set_now(later);
	inventory_beat(fixture->inventory, "cmp-01", later, later);
	CLEANUP(reply_free) struct reply *reply = ask(fixture, "/v2.1/os-services", "2.1");
	reply_assert(reply, "services/*/state", "[\"up\",\"down\",\"down\"]");
	reply_assert(reply, "services/0/updated_at", "\"2026-11-01T00:09:00.000000\"");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/services/lists-by-version-and-filter", test_lists_services_by_version_and_filter);
	g_test_add_func("/services/unknown-parameters-are-refused-in-time",
		test_unknown_parameters_are_refused_in_time);
	g_test_add_func("/services/shows-aggregates-and-their-zones",
		test_shows_aggregates_and_their_zones);
	g_test_add_func("/services/a-heartbeat-shows", test_a_heartbeat_shows);
	return g_test_run();
}
