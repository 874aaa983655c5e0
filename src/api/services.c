/* SPDX-License-Identifier: Apache-2.0 */
#include "api/services.h"

#include "api/answer.h"
#include "api/json.h"
#include "api/wait.h"
#include "base/clock.h"

/* The microversions at which something changes (Nova's api-ref, "Compute services"). */
#define MINOR_FORCED_DOWN 11
#define MINOR_UUID 53
#define MINOR_DOWN_CELLS 69
#define MINOR_STRICT_QUERY 75

const struct query_schema *
services_get_list_schema(unsigned minor)
{
	static const struct query_schema lenient = {
		.repeats = true,
		.passes_others = true,
		.size = 2,
		.parameters = {{"host", QUERY_STRING}, {"binary", QUERY_STRING}},
	};
	static const struct query_schema strict = {
		.repeats = true,
		.size = 2,
		.parameters = {{"host", QUERY_STRING}, {"binary", QUERY_STRING}},
	};
	return minor < MINOR_STRICT_QUERY ? &lenient : &strict;
}

/* The zone that a service is in (Nova, nova/availability_zones.py, set_availability_zones()). */
static const char *
find_zone(const struct service *service, const struct aggregates *aggregates,
	const struct api_options *options)
{
	if (!service_is_compute(service))
		return options->internal_zone;
	const char *zones = aggregates_find_zones(aggregates, service_get_host(service));
	return zones == NULL ? options->default_zone : zones;
}

static void
append(GString *json, const struct service *service, const char *zone,
	const struct context *context)
{
	unsigned minor = context->version.minor;
	int64_t until;
	bool up = service_is_up(service, context->now,
		inventory_get_down_time(context->api->options.inventory), &until);
	g_autofree char *updated_at = clock_format_iso(service_get_updated_at(service));

	json_append_comma(json);
	g_string_append_c(json, '{');
	json_append_string_member(json, "binary", service_get_binary(service));
	json_append_string_member(json, "host", service_get_host(service));
	if (minor < MINOR_UUID)
		json_append_integer_member(json, "id", service_get_id(service));
	else
		json_append_string_member(json, "id", service_get_uuid(service));
	json_append_string_member(json, "zone", zone);
	json_append_string_member(
		json, "status", service_is_disabled(service) ? "disabled" : "enabled");
	json_append_string_member(json, "state", up ? "up" : "down");
	json_append_string_member(json, "updated_at", updated_at);
	json_append_string_member(json, "disabled_reason", service_get_disabled_reason(service));
	if (minor >= MINOR_FORCED_DOWN)
		json_append_boolean_member(json, "forced_down", service_is_forced_down(service));
	g_string_append_c(json, '}');
}

/* Of a cell that is away Nova knows but the hosts that are mapped to it. */
static void
append_unreachable(GString *json, const struct service *service, const struct context *context)
{
	if (context->version.minor < MINOR_DOWN_CELLS || !service_is_compute(service))
		return;
	json_append_comma(json);
	g_string_append_c(json, '{');
	json_append_string_member(json, "binary", service_get_binary(service));
	json_append_string_member(json, "host", service_get_host(service));
	json_append_string_member(json, "status", "UNKNOWN");
	g_string_append_c(json, '}');
}

/* Nova leaves its API services out: they send no heartbeat. */
static bool
is_shown(const struct service *service)
{
	static const char *const silent[] = {"nova-osapi_compute", "nova-metadata", NULL};
	return !g_strv_contains(silent, service_get_binary(service));
}

/* An empty filter is none. Nova compares with case whatever the database does. */
static bool
passes(const char *filter, const char *value)
{
	return filter == NULL || *filter == '\0' || g_str_equal(filter, value);
}

struct http_response *
services_list(struct context *context, GError **error)
{
	if (!wait_for_cells(context, FRESHNESS_NODES, error))
		return NULL;
	const struct api_options *options = &context->api->options;
	const char *host = query_get(context->query, "host");
	const char *binary = query_get(context->query, "binary");
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(options->inventory);
	CLEANUP(aggregates_unref)
	struct aggregates *aggregates = inventory_get_aggregates(options->inventory);

	GString *json = g_string_new("{\"services\": [");
	for (size_t i = 0; i < snapshot_get_services_size(snapshot); i++) {
		const struct service *service = snapshot_get_service(snapshot, i);
		if (!is_shown(service) || !passes(host, service_get_host(service)) ||
			!passes(binary, service_get_binary(service)))
			continue;
		if (wait_is_away(context, service_get_cell(service)))
			append_unreachable(json, service, context);
		else
			append(json, service, find_zone(service, aggregates, options), context);
	}
	g_string_append(json, "]}");
	return answer_new(json);
}
