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
	{"os-aggregates", 1, MICROVERSION_MAX, "os_compute_api:os-aggregates:index",
		aggregates_get_list_schema, aggregates_list},
	{NULL},
};

/* Goes along the path and the segments at once: this is done for each route and request. */
static bool
matches(const struct route *route, const char *const *segments, const char **key)
{
	*key = NULL;
	const char *path = route->path;
	for (; *segments != NULL; segments++) {
		size_t length = (size_t)(strchrnul(path, '/') - path);
		if (length == 0)
			return false; /* the route is shorter */
		if (strncmp(path, "{}", length) == 0)
			*key = *segments;
		else if (strlen(*segments) != length || strncmp(path, *segments, length) != 0)
			return false;
		path += length + (path[length] == '/');
	}
	return *path == '\0';
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
