/* SPDX-License-Identifier: Apache-2.0 */
/* The table of routes: every operation can be found, and none is without a policy rule. */
#include "api/routes.h"

static const struct {
	const char *path;
	const char *route; /* NULL: no such path */
	const char *key;
} cases[] = {
	{"os-hypervisors", "os-hypervisors", NULL},
	{"os-hypervisors/detail", "os-hypervisors/detail", NULL},
	{"os-hypervisors/statistics", "os-hypervisors/statistics", NULL},
	{"os-hypervisors/7", "os-hypervisors/{}", "7"},
	{"os-hypervisors/details", "os-hypervisors/{}", "details"},
	{"os-hypervisors/7/uptime", "os-hypervisors/{}/uptime", "7"},
	{"os-hypervisors/detail/uptime", "os-hypervisors/{}/uptime", "detail"},
	{"os-hypervisors/cmp/search", "os-hypervisors/{}/search", "cmp"},
	{"os-hypervisors/cmp/servers", "os-hypervisors/{}/servers", "cmp"},
	{"os-services", "os-services", NULL},
	{"os-aggregates", "os-aggregates", NULL},
	{"", NULL, NULL},
	{"os-hypervisor", NULL, NULL},
	{"OS-HYPERVISORS", NULL, NULL},
	{"os-hypervisors/7/8", NULL, NULL},
	{"os-hypervisors/7/uptime/9", NULL, NULL},
	{"os-services/7", NULL, NULL},
	{"{}", NULL, NULL},
};

static void
test_finds_the_route_of_a_path(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(GStrv) segments = g_strsplit(cases[i].path, "/", -1);
		const char *key = "before";
		g_test_message("%s", cases[i].path);
		const struct route *route = route_find((const char *const *)segments, &key);
		g_assert_cmpstr(route == NULL ? NULL : route->path, ==, cases[i].route);
		g_assert_cmpstr(key, ==, cases[i].key);
	}
}

static void
test_every_route_is_found_and_has_a_rule(void)
{
	unsigned size = 0;
	for (const struct route *route = routes_get(); route->path != NULL; route++, size++) {
		g_auto(GStrv) segments = g_strsplit(route->path, "/", -1);
		const char *key;
		g_assert_true(route_find((const char *const *)segments, &key) == route);
		g_assert_true(g_str_has_prefix(route->rule, "os_compute_api:"));
		g_assert_nonnull(route->handle);
		g_assert_cmpuint(route->first, >=, MICROVERSION_MIN);
		g_assert_cmpuint(route->first, <=, route->last);
		g_assert_cmpuint(route->last, <=, MICROVERSION_MAX);
	}
	g_assert_cmpuint(size, ==, 9); /* seven operations of os-hypervisors, and two beside */
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/routes/finds-the-route-of-a-path", test_finds_the_route_of_a_path);
	g_test_add_func("/routes/every-route-is-found-and-has-a-rule",
		test_every_route_is_found_and_has_a_rule);
	return g_test_run();
}
