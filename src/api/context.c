/* SPDX-License-Identifier: Apache-2.0 */
#include "api/context.h"

#include <string.h>

#include "api/origin.h"
#include "api/percent.h"
#include "api/routes.h"

/* Where nova-api is mounted in a web server, as by DevStack and many installers; a load balancer
 * that sends a part of the paths here sends them as they are. */
#define MOUNT "/compute"

void
context_init(struct context *context, struct api *api, const struct http_request *request)
{
	*context = (struct context){
		.api = api,
		.request = request,
		.now = api->options.now(),
	};
	g_autofree char *uuid = g_uuid_string_random();
	g_snprintf(context->request_id, sizeof(context->request_id), "req-%s", uuid);
}

void
context_clear(struct context *context)
{
	g_free(context->path);
	g_strfreev(context->segments);
	microversion_clear(&context->version);
	g_clear_pointer(&context->query, query_free);
	g_clear_pointer(&context->caller, caller_unref);
}

/* Nova's [api] project_id_regex, by default: [0-9a-f-]+ */
static bool
is_project_id(const char *segment)
{
	return segment[strspn(segment, "0123456789abcdef-")] == '\0';
}

/* Takes MOUNT off the path, as the web server does under which nova-api is mounted there. */
static void
take_mount(struct context *context)
{
	const char *path = context->path + strspn(context->path, "/");
	size_t length = strlen(MOUNT) - 1;
	bool is_mounted = strncmp(path, &MOUNT[1], length) == 0 &&
			  (path[length] == '/' || path[length] == '\0');
	context->mount = is_mounted ? MOUNT : "";
	if (is_mounted)
		memmove(context->path, path + length, strlen(path + length) + 1);
}

bool
context_parse_path(struct context *context, GError **error)
{
	context->path = percent_decode(context->request->path, "path", error);
	if (context->path == NULL)
		return false;

	take_mount(context);

	/* Slashes that follow each other count as one. */
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	g_auto(GStrv) parts = g_strsplit(context->path, "/", -1);
	for (char **part = parts; *part != NULL; part++)
		if (**part != '\0')
			g_strv_builder_add(builder, *part);
	context->segments = g_strv_builder_end(builder);

	const char *const *rest = (const char *const *)context->segments;
	if (g_strcmp0(rest[0], "v2.1") == 0)
		context->root = "/v2.1";
	else if (g_strcmp0(rest[0], "v2") == 0)
		context->root = "/v2";
	if (context->root == NULL || rest[1] == NULL || g_str_has_suffix(context->path, "/"))
		return true;

	rest++;
	context->route = route_find(rest, &context->key);
	if (context->route == NULL && is_project_id(rest[0])) {
		context->project_id = rest[0];
		context->route = route_find(rest + 1, &context->key);
	}
	return true;
}

char *
context_format_base(const struct context *context)
{
	const struct api *api = context->api;
	g_autofree char *origin = api->link_prefix != NULL ? g_strdup(api->link_prefix)
							   : origin_format(context->request,
								     api->options.behind_proxy);
	return g_strconcat(origin, context->mount, NULL);
}
