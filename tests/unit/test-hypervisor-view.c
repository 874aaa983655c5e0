/* SPDX-License-Identifier: Apache-2.0 */
/* A hypervisor as each shape shows it. */
#include "api/hypervisor_view.h"

#include <string.h>

#include "api-fixture.h"

static const struct {
	unsigned minor;
	enum shape brief, detail;
} shapes[] = {
	{1, SHAPE_BRIEF_ID, SHAPE_DETAIL_TEXT},
	{27, SHAPE_BRIEF_ID, SHAPE_DETAIL_TEXT},
	{28, SHAPE_BRIEF_ID, SHAPE_DETAIL_ID},
	{52, SHAPE_BRIEF_ID, SHAPE_DETAIL_ID},
	{53, SHAPE_BRIEF_UUID, SHAPE_DETAIL_UUID},
	{87, SHAPE_BRIEF_UUID, SHAPE_DETAIL_UUID},
	{88, SHAPE_BRIEF_UUID, SHAPE_DETAIL_LEAN},
	{104, SHAPE_BRIEF_UUID, SHAPE_DETAIL_LEAN},
};

static void
test_a_microversion_has_its_shapes(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
		g_assert_cmpint(view_get_shape(shapes[i].minor, false), ==, shapes[i].brief);
		g_assert_cmpint(view_get_shape(shapes[i].minor, true), ==, shapes[i].detail);
	}
}

/* What the view appends, compact and with sorted keys. */
static char *
show(const struct cloud_host *wanted, struct view view, bool up)
{
	CLEANUP(host_free) struct host *host = cloud_make_host(wanted);
	g_autoptr(GString) json = g_string_new(NULL);
	view_append(json, host->hypervisors->pdata[0], view, up, "up \"asked\"");
	json_t *parsed = json_loadb(json->str, json->len, 0, NULL);
	g_assert_nonnull(parsed);
	char *text = json_dumps(parsed, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(parsed);
	return text;
}

#define UUID "\"id\":\"c0000000-0000-4000-8000-000000000007\""
#define NAME "\"hypervisor_hostname\":\"cmp-07.example.org\""
#define TYPE NAME ",\"hypervisor_type\":\"QEMU\",\"hypervisor_version\":8002002"
#define SUMS                                                                                       \
	"\"current_workload\":1,\"disk_available_least\":null,\"free_disk_gb\":90,"                \
	"\"free_ram_mb\":15872,\"host_ip\":\"192.0.2.1\","
#define REST                                                                                       \
	"\"local_gb\":100,\"local_gb_used\":10,\"memory_mb\":16384,\"memory_mb_used\":512,"        \
	"\"running_vms\":0,"
#define SERVICE(id)                                                                                \
	"\"service\":{\"disabled_reason\":null,\"host\":\"cmp-07\",\"id\":" id "},"                \
	"\"state\":\"up\",\"status\":\"enabled\""
#define SERVICE_UUID "\"5e000000-0000-4000-8000-000000000007\""
#define VCPUS ",\"vcpus\":8,\"vcpus_used\":3}"

static const char *const shown[SHAPE_SERVERS] = {
	[SHAPE_BRIEF_ID] = "{" NAME ",\"id\":7,\"state\":\"up\",\"status\":\"enabled\"}",
	[SHAPE_BRIEF_UUID] = "{" NAME "," UUID ",\"state\":\"up\",\"status\":\"enabled\"}",
	[SHAPE_DETAIL_TEXT] = "{\"cpu_info\":\"{\\\"a\\\": [1]}\"," SUMS TYPE
			      ",\"id\":7," REST SERVICE("7") VCPUS,
	[SHAPE_DETAIL_ID] =
		"{\"cpu_info\":{\"a\":[1]}," SUMS TYPE ",\"id\":7," REST SERVICE("7") VCPUS,
	[SHAPE_DETAIL_UUID] = "{\"cpu_info\":{\"a\":[1]}," SUMS TYPE "," UUID
			      "," REST SERVICE(SERVICE_UUID) VCPUS,
	[SHAPE_DETAIL_LEAN] = "{\"host_ip\":\"192.0.2.1\"," TYPE "," UUID
			      "," SERVICE(SERVICE_UUID) ",\"uptime\":\"up 1 day\"}",
};

static void
test_shows_each_shape(void)
{
	const struct cloud_host host = {
		.n = 7, .vcpus_used = 3, .cpu_info = "{\"a\": [1]}", .uptime = "up 1 day"};
	for (int shape = 0; shape < SHAPE_SERVERS; shape++) {
		struct view view = {(enum shape)shape, VIEW_SERVERS_NONE};
		g_autofree char *text = show(&host, view, true);
		g_assert_cmpstr(text, ==, shown[shape]);
	}
}

static void
test_shows_down_and_disabled(void)
{
	struct view view = {SHAPE_BRIEF_ID, VIEW_SERVERS_NONE};
	g_autofree char *text = show(&(struct cloud_host){.n = 7, .disabled = true}, view, false);
	g_assert_cmpstr(text, ==, "{" NAME ",\"id\":7,\"state\":\"down\",\"status\":\"disabled\"}");
}

static void
test_the_uptime_of_one_down_is_null(void)
{
	struct view view = {SHAPE_DETAIL_LEAN, VIEW_SERVERS_NONE};
	const struct cloud_host host = {.n = 7, .uptime = "up 1 day"};
	g_autofree char *up = show(&host, view, true);
	g_autofree char *down = show(&host, view, false);
	g_assert_nonnull(strstr(up, "\"uptime\":\"up 1 day\""));
	g_assert_nonnull(strstr(down, "\"uptime\":null"));
}

static void
test_the_uptime_of_one_whose_row_has_none_is_what_was_asked(void)
{
	struct view view = {SHAPE_DETAIL_LEAN, VIEW_SERVERS_ALL};
	const struct cloud_host host = {.n = 7};
	g_autofree char *up = show(&host, view, true);
	g_autofree char *down = show(&host, view, false);
	g_assert_nonnull(strstr(up, ",\"uptime\":\"up \\\"asked\\\"\"}"));
	g_assert_nonnull(strstr(down, ",\"uptime\":null}"));
}

static const struct {
	enum view_servers servers;
	unsigned size;
	const char *end; /* of the object */
} servers[] = {
	{VIEW_SERVERS_NONE, 1, "\"status\":\"enabled\"}"},
	{VIEW_SERVERS_SOME, 0, "\"status\":\"enabled\"}"},
	{VIEW_SERVERS_ALL, 0, "\"servers\":[],\"state\":\"up\",\"status\":\"enabled\"}"},
	{VIEW_SERVERS_SOME, 1,
		"\"servers\":[{\"name\":\"server-7-1\",\"uuid\":\"a0000000-0000-4000-8000-"
		"000007000001\"}],\"state\":\"up\",\"status\":\"enabled\"}"},
	{VIEW_SERVERS_ALL, 2,
		"\"servers\":[{\"name\":\"server-7-1\",\"uuid\":\"a0000000-0000-4000-8000-"
		"000007000001\"},{\"name\":\"server-7-2\",\"uuid\":\"a0000000-0000-4000-8000-"
		"000007000002\"}],\"state\":\"up\",\"status\":\"enabled\"}"},
};

static void
test_shows_servers_where_wanted(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(servers); i++) {
		const struct cloud_host host = {.n = 7, .servers = servers[i].size};
		struct view view = {SHAPE_BRIEF_ID, servers[i].servers};
		g_autofree char *text = show(&host, view, true);
		g_test_message("%s", text);
		g_assert_true(g_str_has_suffix(text, servers[i].end));
		if (servers[i].servers == VIEW_SERVERS_NONE)
			g_assert_null(strstr(text, "servers"));
	}
}

static const struct {
	const char *column, *object;
} cpu_infos[] = {
	{"", "\"cpu_info\":{},"},
	{"{}", "\"cpu_info\":{},"},
	{" {\"a\": 1}\n", "\"cpu_info\":{\"a\":1},"},
	{"{\"n\": 123456789012345678}", "\"cpu_info\":{\"n\":123456789012345678},"},
	{"{\"a\": ", "\"cpu_info\":null,"},
	{"{\"a\": 1} x", "\"cpu_info\":null,"},
	{"?", "\"cpu_info\":null,"},
};

static void
test_cpu_info_is_an_object_or_null(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cpu_infos); i++) {
		const struct cloud_host host = {.n = 7, .cpu_info = cpu_infos[i].column};
		struct view view = {SHAPE_DETAIL_ID, VIEW_SERVERS_NONE};
		g_autofree char *text = show(&host, view, true);
		g_test_message("%s", text);
		g_assert_nonnull(strstr(text, cpu_infos[i].object));
	}
}

static void
test_shows_the_uptime_of_one(void)
{
	CLEANUP(host_free) struct host *host = cloud_make_host(&(struct cloud_host){.n = 7});
	g_autoptr(GString) json = g_string_new(NULL);
	view_append_uptime(
		json, host->hypervisors->pdata[0], SHAPE_BRIEF_ID, true, " up \"1\" day\n");
	g_assert_true(g_str_has_suffix(json->str, ", \"uptime\": \" up \\\"1\\\" day\\n\"}"));
	json_t *parsed = json_loads(json->str, 0, NULL);
	g_assert_cmpuint(json_object_size(parsed), ==, 5);
	json_decref(parsed);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/hypervisor-view/a-microversion-has-its-shapes",
		test_a_microversion_has_its_shapes);
	g_test_add_func("/hypervisor-view/shows-each-shape", test_shows_each_shape);
	g_test_add_func("/hypervisor-view/shows-down-and-disabled", test_shows_down_and_disabled);
	g_test_add_func("/hypervisor-view/the-uptime-of-one-down-is-null",
		test_the_uptime_of_one_down_is_null);
	g_test_add_func("/hypervisor-view/the-uptime-of-one-whose-row-has-none-is-what-was-asked",
		test_the_uptime_of_one_whose_row_has_none_is_what_was_asked);
	g_test_add_func(
		"/hypervisor-view/shows-servers-where-wanted", test_shows_servers_where_wanted);
	g_test_add_func("/hypervisor-view/cpu-info-is-an-object-or-null",
		test_cpu_info_is_an_object_or_null);
	g_test_add_func("/hypervisor-view/shows-the-uptime-of-one", test_shows_the_uptime_of_one);
	return g_test_run();
}
