/* SPDX-License-Identifier: Apache-2.0 */
#include "api/fault.h"

#include "api/json.h"
#include "base/error.h"

/* Seconds: what is away is looked for again within that. */
#define RETRY_AFTER "5"

static const struct {
	unsigned status;
	const char *name;
} names[] = {
	{400, "badRequest"},
	{401, "unauthorized"},
	{403, "forbidden"},
	{404, "itemNotFound"},
	{413, "overLimit"},
	{501, "notImplemented"},
	{503, "serviceUnavailable"},
};

unsigned
fault_get_status(const GError *error)
{
	g_assert(error->domain == MUSTER_ERROR);
	switch ((enum muster_error)error->code) {
	case MUSTER_ERROR_INVALID:
		return 400;
	case MUSTER_ERROR_NOT_FOUND:
		return 404;
	case MUSTER_ERROR_FORBIDDEN:
		return 403;
	case MUSTER_ERROR_UNSUPPORTED:
		return 501;
	case MUSTER_ERROR_LIMIT:
		return 413;
	case MUSTER_ERROR_BUSY:
	case MUSTER_ERROR_UNAVAILABLE:
	case MUSTER_ERROR_TIMEOUT:
		return 503;
	case MUSTER_ERROR_IO:
		return 500;
	}
	g_assert_not_reached();
}

static const char *
name_of(unsigned status)
{
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (names[i].status == status)
			return names[i].name;
	return "computeFault";
}

struct http_response *
fault_new(unsigned status, const char *message)
{
	GString *json = g_string_new("{");
	json_append_name(json, name_of(status));
	g_string_append_c(json, '{');
	json_append_integer_member(json, "code", status);
	json_append_string_member(json, "message", message);
	g_string_append(json, "}}");

	struct http_response *response = http_response_new(status);
	http_response_add_static_header(
		response, "Content-Type", "application/json; charset=UTF-8");
	if (status == 503)
		http_response_add_static_header(response, "Retry-After", RETRY_AFTER);
	http_response_take_body(response, g_string_free_to_bytes(json));
	return response;
}
