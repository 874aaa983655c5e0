/* SPDX-License-Identifier: Apache-2.0 */
#include "api/accept.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#define JSON "application/json"
#define VENDOR "application/vnd.openstack.compute+json"

/* A media range and its weight; other parameters, as version=2, are passed over. */
static double
get_weight(char **parameters)
{
	for (; *parameters != NULL; parameters++) {
		const char *parameter = g_strstrip(*parameters);
		if (g_ascii_strncasecmp(parameter, "q=", 2) == 0)
			return g_ascii_strtod(parameter + 2, NULL);
	}
	return 1;
}

/* How closely a range names a type; 0: not at all. */
static int
get_closeness(const char *range, const char *type)
{
	if (g_ascii_strcasecmp(range, type) == 0)
		return 3;
	if (g_ascii_strcasecmp(range, "application/*") == 0)
		return 2;
	return g_str_equal(range, "*/*") ? 1 : 0;
}

/* The weight that the ranges give a type: that of the closest. */
static double
weigh(const char *accept, const char *type)
{
	double weight = 0;
	int closest = 0;
	g_auto(GStrv) ranges = g_strsplit(accept, ",", -1);
	for (char **range = ranges; *range != NULL; range++) {
		g_auto(GStrv) parts = g_strsplit(*range, ";", -1);
		int closeness = parts[0] == NULL ? 0 : get_closeness(g_strstrip(parts[0]), type);
		if (closeness <= closest)
			continue;
		closest = closeness;
		weight = get_weight(parts + 1);
	}
	return weight;
}

const char *
accept_choose_type(const struct http_request *request)
{
	const struct http_header *accept = http_request_get_header(request, "Accept");
	if (accept == NULL || strcasestr(accept->value, VENDOR) == NULL) /* nearly always */
		return JSON;
	return weigh(accept->value, VENDOR) > weigh(accept->value, JSON) ? VENDOR : JSON;
}
