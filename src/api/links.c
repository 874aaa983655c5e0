/* SPDX-License-Identifier: Apache-2.0 */
#include "api/links.h"

#include "api/json.h"
#include "api/routes.h"

void
links_append_next(GString *json, const struct context *context, const char *name,
	const char *marker, bool asked_by_marker)
{
	g_autofree char *base = context_format_base(context);
	g_autofree char *query = query_format_next(context->query, marker, asked_by_marker);
	g_autofree char *project = context->project_id == NULL
					   ? g_strdup("")
					   : g_strconcat("/", context->project_id, NULL);
	g_autofree char *href = g_strconcat(
		base, context->root, project, "/", context->route->path, "?", query, NULL);

	g_string_append_printf(json, ", \"%s\": [{", name);
	json_append_string_member(json, "rel", "next");
	json_append_string_member(json, "href", href);
	g_string_append(json, "}]");
}
