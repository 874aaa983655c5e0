/* SPDX-License-Identifier: Apache-2.0 */
#include "api/aggregates.h"

#include "api/answer.h"
#include "api/json.h"
#include "api/wait.h"
#include "base/clock.h"

/* The microversions at which something changes (Nova's api-ref, "Host aggregates"). */
#define MINOR_UUID 41
#define MINOR_STRICT_QUERY 102

const struct query_schema *
aggregates_get_list_schema(unsigned minor)
{
	static const struct query_schema lenient = {.passes_others = true}, strict = {0};
	return minor < MINOR_STRICT_QUERY ? &lenient : &strict;
}

static void
append_hosts(GString *json, const struct aggregate *aggregate)
{
	json_append_name(json, "hosts");
	g_string_append_c(json, '[');
	for (guint i = 0; i < aggregate->hosts->len; i++) {
		json_append_comma(json);
		json_append_string(json, aggregate->hosts->pdata[i]);
	}
	g_string_append_c(json, ']');
}

static void
append_metadata(GString *json, const struct aggregate *aggregate)
{
	json_append_name(json, "metadata");
	g_string_append_c(json, '{');
	for (guint i = 0; i < aggregate->metadata->len; i++) {
		const struct aggregate_metadata *metadata =
			&g_array_index(aggregate->metadata, struct aggregate_metadata, i);
		json_append_comma(json);
		json_append_string(json, metadata->key);
		g_string_append(json, ": ");
		json_append_string(json, metadata->value);
	}
	g_string_append_c(json, '}');
}

static void
append(GString *json, const struct aggregate *aggregate, unsigned minor)
{
	g_autofree char *created_at = clock_format_iso(aggregate->created_at);
	g_autofree char *updated_at = clock_format_iso(aggregate->updated_at);
	json_append_comma(json);
	g_string_append_c(json, '{');
	json_append_integer_member(json, "id", aggregate->id);
	if (minor >= MINOR_UUID)
		json_append_string_member(json, "uuid", aggregate->uuid);
	json_append_string_member(json, "name", aggregate->name);
	append_hosts(json, aggregate);
	append_metadata(json, aggregate);
	json_append_string_member(json, "created_at", created_at);
	json_append_string_member(json, "updated_at", updated_at);
	/* They are deleted for good: there is none to be shown as such. */
	json_append_string_member(json, "deleted_at", NULL);
	json_append_boolean_member(json, "deleted", false);
	json_append_string_member(json, "availability_zone", aggregate_get_zone(aggregate));
	g_string_append_c(json, '}');
}

struct http_response *
aggregates_list(struct context *context, GError **error)
{
	if (!wait_for_cells(context, FRESHNESS_NODES, error))
		return NULL;
	CLEANUP(aggregates_unref)
	struct aggregates *aggregates = inventory_get_aggregates(context->api->options.inventory);
	GString *json = g_string_new("{\"aggregates\": [");
	for (size_t i = 0; i < aggregates_get_size(aggregates); i++)
		append(json, aggregates_get(aggregates, i), context->version.minor);
	g_string_append(json, "]}");
	return answer_new(json);
}
