/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <string.h>

#include "api/accept.h"
#include "api/authorize.h"
#include "api/context.h"
#include "api/fault.h"
#include "api/healthcheck.h"
#include "api/identify.h"
#include "api/pages.h"
#include "api/routes.h"
#include "api/versions.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

#define NOT_FOUND "The resource could not be found."
#define STATUS_NOT_ACCEPTABLE 406

#define SERVICE_VERSION "OpenStack-API-Version"
#define NOVA_VERSION "X-OpenStack-Nova-API-Version"

/* An operation that nobody had thought about must not be open to all. */
static void
check_rules(void)
{
	for (const struct route *route = routes_get(); route->path != NULL; route++)
		g_assert(route->rule != NULL && policy_is_known(route->rule));
}

struct api *
api_new(const struct api_options *options)
{
	check_rules();
	struct api *api = g_new(struct api, 1);
	*api = (struct api){
		.options = *options,
		.link_prefix = g_strdup(options->link_prefix),
		.pages = pages_new(options->inventory, options->pages_max),
	};
	if (api->link_prefix != NULL && g_str_has_suffix(api->link_prefix, "/"))
		api->link_prefix[strlen(api->link_prefix) - 1] = '\0';
	return api;
}

void
api_free(struct api *api)
{
	pages_free(api->pages);
	g_free(api->link_prefix);
	g_free(api);
}

void
api_get_pages(struct api *api, unsigned *pages, size_t *bytes)
{
	pages_get_usage(api->pages, pages, bytes);
}

/* Takes the error. */
static struct http_response *
answer_error(GError *error)
{
	struct http_response *response = fault_new(fault_get_status(error), error->message);
	g_error_free(error);
	return response;
}

/* Nova's project check: the path's project is the caller's. */
static bool
check_project(const struct context *context, GError **error)
{
	const char *own = context->caller->project_id;
	if (context->project_id == NULL || context->caller->any_project ||
		g_strcmp0(context->project_id, own) == 0)
		return true;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"Malformed request URL: URL's project_id '%s' doesn't match Context's project_id "
		"'%s'",
		context->project_id, own == NULL ? "None" : own);
	return false;
}

/* Nova's order: route, version, project, the query's schema, policy, and then the operation. */
static struct http_response *
answer_route(struct context *context)
{
	const struct route *route = context->route;
	unsigned minor = context->version.minor;
	if (minor < route->first || minor > route->last)
		return fault_new(404, NOT_FOUND);

	GError *error = NULL;
	if (!check_project(context, &error))
		return answer_error(error);
	const struct query_schema *schema =
		route->get_schema == NULL ? NULL : route->get_schema(minor);
	context->query = query_parse(context->request->query, schema, &error);
	if (context->query == NULL || !authorize_caller(context, &error))
		return answer_error(error);
	struct http_response *response = route->handle(context, &error);
	return error != NULL ? answer_error(error) : response;
}

static bool
read_version(struct context *context, GError **error)
{
	const struct http_request *request = context->request;
	const struct microversion *known = http_request_get_memo(request, HTTP_MEMO_VERSION);
	if (known != NULL) {
		context->version = *known;
		return true;
	}
	unsigned max = context->api->options.max_minor;
	if (!microversion_parse(request, max, &context->version, error))
		return false;
	http_request_take_memo(
		request, HTTP_MEMO_VERSION, g_memdup2(&context->version, sizeof(context->version)));
	return true;
}

/* /v2 is Nova's compatible endpoint: 2.1, whatever the headers ask for, and none in answer. */
static bool
choose_version(struct context *context, struct http_response **refusal)
{
	GError *error = NULL;
	if (g_str_equal(context->root, "/v2"))
		context->version.minor = MICROVERSION_MIN;
	else if (!read_version(context, &error)) {
		*refusal = g_error_matches(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED)
				   ? fault_new(STATUS_NOT_ACCEPTABLE, error->message)
				   : fault_new(fault_get_status(error), error->message);
		g_error_free(error);
		return false;
	}
	return true;
}

/* Nova's order: who asks, and only then whether there is anything there. */
static struct http_response *
answer_operation(struct context *context)
{
	struct http_response *refusal;
	if (!identify_caller(context, &refusal))
		return refusal;
	if (!g_str_equal(context->request->method, "GET") || context->route == NULL)
		return fault_new(404, NOT_FOUND);
	return choose_version(context, &refusal) ? answer_route(context) : refusal;
}

static bool
is_read(const struct http_request *request)
{
	return g_str_equal(request->method, "GET") || g_str_equal(request->method, "HEAD");
}

/* The version documents and the health are for everybody. */
static struct http_response *
answer_path(struct context *context)
{
	bool reads = is_read(context->request);
	const char *first = context->segments[0];
	bool is_alone = first != NULL && context->segments[1] == NULL;
	if (context->root == NULL) {
		if (first == NULL)
			return versions_list(context);
		bool health = is_alone && g_str_equal(first, "healthcheck");
		return health && reads ? healthcheck_show(context) : versions_show_choices(context);
	}
	if (!is_alone)
		return answer_operation(context);
	struct http_response *refusal;
	if (!reads)
		return fault_new(404, NOT_FOUND);
	return choose_version(context, &refusal) ? versions_show(context) : refusal;
}

static bool
has_type(const struct http_response *response)
{
	for (unsigned i = 0; i < response->headers_size; i++)
		if (g_str_equal(response->headers[i].name, "Content-Type"))
			return true;
	return false;
}

/* RFC 9111, 5.1: of what is shown though its database is away, in whole seconds. */
static void
add_age(const struct context *context, struct http_response *response)
{
	if (context->outcome == NULL || context->outcome->age <= 0)
		return;
	int64_t seconds = (context->outcome->age + CLOCK_SECOND - 1) / CLOCK_SECOND;
	g_autofree char *age = g_strdup_printf("%" G_GINT64_FORMAT, seconds);
	http_response_add_header(response, "Age", age);
}

static void
add_version(const struct microversion *version, struct http_response *response)
{
	if (version->shown == NULL)
		return;
	if (version->asked == NULL) { /* what is offered is shown by a text that stays */
		http_response_add_static_header(response, SERVICE_VERSION, version->shown_service);
		http_response_add_static_header(response, NOVA_VERSION, version->shown);
	} else {
		http_response_add_header(response, SERVICE_VERSION, version->shown_service);
		http_response_add_header(response, NOVA_VERSION, version->shown);
	}
	http_response_add_static_header(response, "Vary", SERVICE_VERSION ", " NOVA_VERSION);
}

static void
add_headers(const struct context *context, struct http_response *response)
{
	add_age(context, response);
	if (!has_type(response))
		http_response_add_static_header(
			response, "Content-Type", accept_choose_type(context->request));
	http_response_add_header(response, "X-OpenStack-Request-Id", context->request_id);
	http_response_add_header(response, "X-Compute-Request-Id", context->request_id);
	add_version(&context->version, response);
}

static void
log_request(const struct context *context, const struct http_response *response)
{
	if (!log_is_verbose())
		return;
	g_info("[%s] %s \"%s %s%s%s\" %u %" G_GINT64_FORMAT " us", context->request_id,
		context->request->peer, context->request->method, context->request->path,
		context->request->query == NULL ? "" : "?",
		context->request->query == NULL ? "" : context->request->query, response->status,
		g_get_monotonic_time() - context->request->received_at);
}

/* response: NULL where the request was suspended. */
static struct http_response *
finish(struct context *context, struct http_response *response)
{
	if (response == NULL) {
		context_clear(context);
		return NULL;
	}
	add_headers(context, response);
	log_request(context, response);
	context_clear(context);
	return response;
}

struct http_response *
api_answer(void *data, const struct http_request *request)
{
	struct context context;
	context_init(&context, data, request);
	GError *error = NULL;
	struct http_response *response;
	if (request->cut_off)
		response = fault_new(503, "The server is being stopped.");
	else if (!context_parse_path(&context, &error))
		response = answer_error(error);
	else if (request->has_body && is_read(request))
		response = fault_new(400, "A GET or HEAD request has no body.");
	else
		response = answer_path(&context);
	return finish(&context, response);
}

struct http_response *
api_refuse(void *data, const struct http_request *request, unsigned status, const char *words)
{
	struct context context;
	context_init(&context, data, request);
	return finish(&context, fault_new(status, words));
}
