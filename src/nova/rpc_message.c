/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/rpc_message.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/error.h"

#define ENVELOPE_VERSION "2.0"
#define UPTIME_VERSION "5.0"

CLEANUP_DEFINE(json_t, json_decref)

/* The JSON's text, of g_free()'s memory; takes the value. */
static char *
format(json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);
	g_assert(text != NULL); /* all of it is ours, and UTF-8 */
	char *copy = g_strdup(text);
	free(text);
	json_decref(value);
	return copy;
}

char *
rpc_message_format_uptime_call(const char *id, const char *reply_queue)
{
	/* An administrator's context, so that no policy is asked; _timeout is how often the
	 * other side is to say that it is still at it: never. */
	g_autofree char *request_id = g_strconcat("req-", id, NULL);
	g_autofree char *message = format(json_pack("{s:s, s:{}, s:s, s:s, s:s, s:s, s:n, "
						    "s:s, s:b, s:[s], s:n, s:n, s:s}",
		"method", "get_host_uptime", "args", "version", UPTIME_VERSION, "_msg_id", id,
		"_reply_q", reply_queue, "_unique_id", id, "_timeout", "_context_request_id",
		request_id, "_context_is_admin", true, "_context_roles", "admin",
		"_context_user_id", "_context_project_id", "_context_read_deleted", "no"));
	return format(
		json_pack("{s:s, s:s}", "oslo.version", ENVELOPE_VERSION, "oslo.message", message));
}

/* The object in the envelope; NULL: there is none. */
static json_t *
open_envelope(const void *body, size_t size)
{
	CLEANUP(json_decref) json_t *envelope = json_loadb(body, size, 0, NULL);
	const char *version, *message;
	if (json_unpack(envelope, "{s:s, s:s}", "oslo.version", &version, "oslo.message",
		    &message) != 0 ||
		!g_str_has_prefix(version, "2."))
		return NULL;
	return json_loads(message, 0, NULL);
}

/* The failure is an exception, as text of JSON: its class and module, and more. Python 2 has
 * another name for the module. */
static void
read_failure(struct rpc_reply *reply, const char *text)
{
	CLEANUP(json_decref) json_t *exception = json_loads(text, 0, NULL);
	const char *class = "an exception that can't be read", *module = "";
	json_unpack(exception, "{s:s, s:s}", "class", &class, "module", &module);
	bool is_built_in = g_str_equal(module, "builtins") || g_str_equal(module, "exceptions");
	reply->kind = is_built_in && g_str_equal(class, "NotImplementedError")
			      ? RPC_REPLY_UNSUPPORTED
			      : RPC_REPLY_FAILURE;
	reply->text = g_strdup(class);
}

static void
read_message(struct rpc_reply *reply, const json_t *message)
{
	const json_t *failure = json_object_get(message, "failure");
	const json_t *result = json_object_get(message, "result");
	if (failure != NULL && !json_is_null(failure)) {
		read_failure(reply, json_string_value(failure));
	} else if (json_is_string(result)) {
		reply->kind = RPC_REPLY_RESULT;
		reply->text = g_strdup(json_string_value(result));
	} else if (result != NULL && !json_is_null(result)) {
		reply->kind = RPC_REPLY_FAILURE;
		reply->text = g_strdup("a result that is no text");
	} else {
		/* Without a result it is one only where it says that it is the last. */
		reply->kind = json_is_true(json_object_get(message, "ending")) ? RPC_REPLY_RESULT
									       : RPC_REPLY_PENDING;
	}
}

struct rpc_reply *
rpc_message_parse_reply(const void *body, size_t size, GError **error)
{
	CLEANUP(json_decref) json_t *message = open_envelope(body, size);
	const char *id = json_string_value(json_object_get(message, "_msg_id"));
	if (id == NULL) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"a reply of %zu bytes can't be read: expected oslo.messaging's envelope "
			"of version 2.0, with a _msg_id in its message",
			size);
		return NULL;
	}
	struct rpc_reply *reply = g_new0(struct rpc_reply, 1);
	reply->id = g_strdup(id);
	read_message(reply, message);
	return reply;
}

void
rpc_reply_free(struct rpc_reply *reply)
{
	g_free(reply->id);
	g_free(reply->text);
	g_free(reply);
}
