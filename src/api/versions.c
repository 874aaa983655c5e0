/* SPDX-License-Identifier: Apache-2.0 */
#include "api/versions.h"

#include <string.h>

#include "api/answer.h"
#include "api/json.h"

static const struct version {
	const char *id;
	const char *root;
	const char *status;
	const char *updated;
	const char *media_type;
	bool has_microversions;
} versions[] = {
	{"v2.0", "/v2", "SUPPORTED", "2011-01-21T11:33:21Z",
		"application/vnd.openstack.compute+json;version=2", false},
	{"v2.1", "/v2.1", "CURRENT", "2013-07-23T11:33:21Z",
		"application/vnd.openstack.compute+json;version=2.1", true},
};

/* A link to the version, with `rest` after its root. */
static void
append_self(GString *json, const struct context *context, const struct version *version,
	const char *rest)
{
	g_autofree char *base = context_format_base(context);
	g_autofree char *href = g_strconcat(base, version->root, "/", rest, NULL);
	json_append_comma(json);
	g_string_append_c(json, '{');
	json_append_string_member(json, "rel", "self");
	json_append_string_member(json, "href", href);
	g_string_append_c(json, '}');
}

static void
append_media_types(GString *json, const struct version *version)
{
	json_append_name(json, "media-types");
	g_string_append(json, "[{");
	json_append_string_member(json, "base", "application/json");
	json_append_string_member(json, "type", version->media_type);
	g_string_append(json, "}]");
}

/* The members that a list and a document have in common; the object stays open. */
static void
append_version(GString *json, const struct context *context, const struct version *version)
{
	g_autofree char *newest = g_strdup_printf("2.%u", context->api->options.max_minor);
	g_string_append_c(json, '{');
	json_append_string_member(json, "id", version->id);
	json_append_string_member(json, "status", version->status);
	json_append_string_member(json, "version", version->has_microversions ? newest : "");
	json_append_string_member(json, "min_version", version->has_microversions ? "2.1" : "");
	json_append_string_member(json, "updated", version->updated);
}

struct http_response *
versions_list(struct context *context)
{
	GString *json = g_string_new("{\"versions\": [");
	for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
		json_append_comma(json);
		append_version(json, context, &versions[i]);
		json_append_name(json, "links");
		g_string_append_c(json, '[');
		append_self(json, context, &versions[i], "");
		g_string_append(json, "]}");
	}
	g_string_append(json, "]}");
	return answer_new(json);
}

struct http_response *
versions_show(struct context *context)
{
	const struct version *version = &versions[0];
	while (!g_str_equal(version->root, context->root))
		version++;

	GString *json = g_string_new("{\"version\": ");
	append_version(json, context, version);
	json_append_name(json, "links");
	g_string_append_c(json, '[');
	append_self(json, context, version, "");
	g_string_append(json, ", {");
	json_append_string_member(json, "rel", "describedby");
	json_append_string_member(json, "type", "text/html");
	json_append_string_member(json, "href", "http://docs.openstack.org/");
	g_string_append(json, "}]");
	append_media_types(json, version);
	g_string_append(json, "}}");
	return answer_new(json);
}

struct http_response *
versions_show_choices(struct context *context)
{
	g_autofree char *rest = g_strdup(context->path);
	size_t length = strlen(rest);
	while (length > 0 && rest[length - 1] == '/')
		rest[--length] = '\0';
	const char *start = rest + strspn(rest, "/");

	GString *json = g_string_new("{\"choices\": [");
	for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
		json_append_comma(json);
		g_string_append_c(json, '{');
		json_append_string_member(json, "id", versions[i].id);
		json_append_string_member(json, "status", versions[i].status);
		json_append_name(json, "links");
		g_string_append_c(json, '[');
		append_self(json, context, &versions[i], start);
		g_string_append_c(json, ']');
		append_media_types(json, &versions[i]);
		g_string_append_c(json, '}');
	}
	g_string_append(json, "]}");
	struct http_response *response = answer_new(json);
	response->status = 300;
	return response;
}
