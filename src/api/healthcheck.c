/* SPDX-License-Identifier: Apache-2.0 */
#include "api/healthcheck.h"

#include "api/answer.h"
#include "api/json.h"

struct http_response *
healthcheck_show(struct context *context)
{
	g_auto(GStrv) wrong = health_list(context->api->options.health);
	bool well = wrong[0] == NULL;
	GString *json = g_string_new("{");
	json_append_string_member(json, "status", well ? "ok" : "degraded");
	json_append_name(json, "wrong");
	g_string_append_c(json, '[');
	for (char **line = wrong; *line != NULL; line++) {
		json_append_comma(json);
		json_append_string(json, *line);
	}
	g_string_append(json, "]}");
	struct http_response *response = answer_new(json);
	response->status = well ? 200 : 503;
	return response;
}
