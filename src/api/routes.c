/* SPDX-License-Identifier: Apache-2.0 */
#include "api/routes.h"

#include <string.h>

#include "api/aggregates.h"
#include "api/hypervisors.h"
#include "api/services.h"

#define HYPERVISORS "os_compute_api:os-hypervisors:"

/* A path that is spelt out stands before one with {}, which would match it too. */
static const struct route routes[] = {
	{"os-hypervisors", 1, MICROVERSION_MAX, HYPERVISORS "list", hypervisors_get_list_schema,
		hypervisors_list},
	{"os-hypervisors/detail", 1, MICROVERSION_MAX, HYPERVISORS "list-detail",
		hypervisors_get_list_schema, hypervisors_list_detail},
	{"os-hypervisors/statistics", 1, 87, HYPERVISORS "statistics", NULL,
		hypervisors_show_statistics},
	{"os-hypervisors/{}", 1, MICROVERSION_MAX, HYPERVISORS "show", hypervisors_get_show_schema,
		hypervisors_show},
	{"os-hypervisors/{}/uptime", 1, 87, HYPERVISORS "uptime", NULL, hypervisors_show_uptime},
	{"os-hypervisors/{}/search", 1, 52, HYPERVISORS "search", NULL, hypervisors_search},
	{"os-hypervisors/{}/servers", 1, 52, HYPERVISORS "servers", NULL, hypervisors_list_servers},
	{"os-services", 1, MICROVERSION_MAX, "os_compute_api:os-services:list",
		services_get_list_schema, services_list},
	{"os-aggregates", 1, MICROVERSION_MAX, "os_compute_api:os-aggregates:index", NULL,
		aggregates_list},
	{NULL},
};

static bool
matches(const struct route *route, const char *const *segments, const char **key)
{
	*key = NULL;
	g_auto(GStrv) parts = g_strsplit(route->path, "/", -1);
	size_t i = 0;
	for (; parts[i] != NULL && segments[i] != NULL; i++) {
		if (g_str_equal(parts[i], "{}"))
			*key = segments[i];
		else if (!g_str_equal(parts[i], segments[i]))
			return false;
	}
	return parts[i] == NULL && segments[i] == NULL;
}

const struct route *
route_find(const char *const *segments, const char **key)
{
	for (const struct route *route = routes; route->path != NULL; route++)
		if (matches(route, segments, key))
			return route;
	*key = NULL;
	return NULL;
}

const struct route *
routes_get(void)
{
	return routes;
}
