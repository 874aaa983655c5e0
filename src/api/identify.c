/* SPDX-License-Identifier: Apache-2.0 */
#include "api/identify.h"

#include "api/fault.h"
#include "api/json.h"

/* In the form of keystonemiddleware, which stands before Nova and answers so in its place. */
static struct http_response *
answer_challenge(const struct verdict *verdict)
{
	GString *json = g_string_new("{");
	json_append_name(json, "error");
	g_string_append_c(json, '{');
	json_append_integer_member(json, "code", verdict->status);
	json_append_string_member(json, "title", "Unauthorized");
	json_append_string_member(json, "message", verdict->message);
	g_string_append(json, "}}");

	struct http_response *response = http_response_new(verdict->status);
	http_response_add_header(response, "WWW-Authenticate", verdict->challenge);
	http_response_take_body(response, g_string_free_to_bytes(json));
	return response;
}

bool
identify_caller(struct context *context, struct http_response **answer)
{
	CLEANUP(verdict_unref)
	struct verdict *verdict = identity_find(context->api->options.identity, context->request);
	*answer = NULL;
	if (verdict == NULL)
		return false;
	if (verdict->caller != NULL) {
		context->caller = caller_ref(verdict->caller);
		return true;
	}
	*answer = verdict->challenge != NULL ? answer_challenge(verdict)
					     : fault_new(verdict->status, verdict->message);
	return false;
}
