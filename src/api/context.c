/* SPDX-License-Identifier: Apache-2.0 */
#include "api/context.h"

#include <string.h>

#include "api/origin.h"
#include "api/percent.h"
#include "api/routes.h"

/* Where nova-api is mounted in a web server, as by DevStack and many installers; a load balancer
 * that sends a part of the paths here sends them as they are. */
#define MOUNT "/compute"

/* "req-" and a random uuid, as oslo.middleware has it: GLib's own printing of one would be a
 * tenth of what a show costs. */
static void
format_request_id(char text[CONTEXT_REQUEST_ID_SIZE])
{
	static const char form[] = "req-xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx";
	guint32 random = 0;
	unsigned digits = 0; /* of `random` that are left */
	for (size_t i = 0; i < sizeof(form); i++) {
		if (form[i] != 'x') {
			text[i] = form[i];
			continue;
		}
		if (digits == 0) {
			random = g_random_int();
			digits = 8;
		}
		text[i] = "0123456789abcdef"[random & 15];
		random >>= 4;
		digits--;
	}
}

void
context_init(struct context *context, struct api *api, const struct http_request *request)
{
	*context = (struct context){
		.api = api,
		.request = request,
		.now = api->options.now(),
	};
	format_request_id(context->request_id);
}

void
context_clear(struct context *context)
{
	g_free(context->path);
	g_free(context->segments_text);
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

/* Slashes that follow each other count as one. */
static void
split_path(struct context *context)
{
	char *at = context->segments_text = g_strdup(context->path);
	for (size_t size = 0; size <= CONTEXT_SEGMENTS_MAX; size++) {
		while (*at == '/')
			at++;
		if (*at == '\0')
			return;
		context->segments[size] = at;
		at = strchrnul(at, '/');
		if (*at != '\0')
			*at++ = '\0';
	}
}

bool
context_parse_path(struct context *context, GError **error)
{
	context->path = percent_decode(context->request->path, "path", error);
	if (context->path == NULL)
		return false;

	take_mount(context);
	split_path(context);

	const char *const *rest = context->segments;
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
