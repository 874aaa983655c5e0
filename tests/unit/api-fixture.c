/* SPDX-License-Identifier: Apache-2.0 */
#include "api-fixture.h"

#include <stdlib.h>
#include <string.h>

#include "../header.h"

/* Nova's defaults: there are no files. */
static struct policy *
open_policy(void)
{
	static const char *const none[] = {NULL};
	const struct policy_options options = {
		.policy_file = "policy.yaml",
		.policy_dirs = none,
		.directories = none,
		.policy_default_rule = "default",
		.enforce_scope = true,
		.enforce_new_defaults = true,
	};
	return policy_open(&options, NULL);
}

struct api_fixture *
api_fixture_new(GPtrArray *hosts, struct api_options options)
{
	struct api_fixture *fixture = g_new(struct api_fixture, 1);
	cloud_set_now(CLOUD_START);
	fixture->inventory = inventory_new(CLOUD_DOWN_TIME);
	fixture->health = health_new();
	fixture->config = config_load(NULL, NULL, 0, NULL);
	fixture->identity = identity_open(fixture->config, cloud_now, NULL);
	fixture->policy = open_policy();
	inventory_load(fixture->inventory, hosts, CLOUD_START);
	g_ptr_array_unref(hosts);

	options.inventory = fixture->inventory;
	options.health = fixture->health;
	options.identity = fixture->identity;
	options.policy = fixture->policy;
	options.now = cloud_now;
	options.max_limit = options.max_limit == 0 ? 1000 : options.max_limit;
	options.max_minor = options.max_minor == 0 ? 104 : options.max_minor;
	options.default_zone = options.default_zone == NULL ? "nova" : options.default_zone;
	options.internal_zone = options.internal_zone == NULL ? "internal" : options.internal_zone;
	options.pages_max = options.pages_max == 0 ? 1 << 20 : options.pages_max;
	fixture->api = api_new(&options);
	return fixture;
}

void
api_fixture_free(struct api_fixture *fixture)
{
	api_free(fixture->api);
	policy_close(fixture->policy);
	identity_close(fixture->identity);
	config_free(fixture->config);
	health_free(fixture->health);
	inventory_free(fixture->inventory);
	g_free(fixture);
}

struct reply *
reply_new(struct http_response *response)
{
	struct reply *reply = g_new(struct reply, 1);
	g_autoptr(GString) body = g_string_new(NULL);
	if (response->body != NULL) {
		gsize size;
		const char *whole = g_bytes_get_data(response->body, &size);
		g_string_append_len(body, whole, (gssize)size);
	}
	const struct http_stream *stream = &response->stream;
	while (stream->append != NULL && stream->append(stream->data, body))
		continue;
	*reply = (struct reply){
		.response = response,
		.status = response->status,
		.json = json_loadb(body->str, body->len, 0, NULL),
		.body = g_strdup(body->str),
	};
	return reply;
}

struct reply *
ask_with(struct api_fixture *fixture, struct http_request request)
{
	request.method = request.method == NULL ? "GET" : request.method;
	request.target = request.path;
	request.version = "HTTP/1.1";
	request.peer = "127.0.0.1";
	return reply_new(api_answer(fixture->api, &request));
}

struct reply *
ask(struct api_fixture *fixture, const char *target, const char *version)
{
	g_auto(GStrv) sides = g_strsplit(target, "?", 2);
	g_autofree char *value = g_strdup_printf("compute %s", version);
	const struct http_header headers[] = {
		header_of("Host", "muster.test:8774"),
		header_of("OpenStack-API-Version", value),
	};
	return ask_with(fixture, (struct http_request){
					 .path = sides[0],
					 .query = sides[1],
					 .headers = headers,
					 .headers_size = version == NULL ? 1 : 2,
				 });
}

void
reply_free(struct reply *reply)
{
	http_response_free(reply->response);
	g_free(reply->body);
	json_decref(reply->json);
	g_free(reply);
}

const char *
reply_get_header(const struct reply *reply, const char *name)
{
	for (unsigned i = 0; i < reply->response->headers_size; i++)
		if (g_str_equal(reply->response->headers[i].name, name))
			return reply->response->headers[i].value;
	return NULL;
}

/* A new reference to what stands there, or NULL. */
static json_t *
find(json_t *json, char **names)
{
	if (json == NULL || *names == NULL)
		return json_incref(json);
	if (!json_is_array(json))
		return find(json_object_get(json, *names), names + 1);
	if (!g_str_equal(*names, "*"))
		return find(json_array_get(json, g_ascii_strtoull(*names, NULL, 10)), names + 1);

	json_t *each = json_array(), *element;
	size_t at;
	json_array_foreach(json, at, element) json_array_append_new(each, find(element, names + 1));
	return each;
}

void
reply_assert(const struct reply *reply, const char *path, const char *expected)
{
	g_auto(GStrv) names = g_strsplit(path, "/", -1);
	json_t *found = find(reply->json, names);
	char *text = found == NULL
			     ? NULL
			     : json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	if (g_strcmp0(text, expected) != 0)
		g_test_message("%s in %s", path, reply->body);
	g_assert_cmpstr(text, ==, expected);
	json_decref(found);
	free(text);
}

void
reply_assert_fault(
	const struct reply *reply, unsigned status, const char *name, const char *message)
{
	json_t *expected =
		json_pack("{s:{s:i, s:s}}", name, "code", (int)status, "message", message);
	char *text = json_dumps(expected, JSON_COMPACT | JSON_SORT_KEYS);
	g_assert_cmpuint(reply->status, ==, status);
	g_assert_cmpstr(
		reply_get_header(reply, "Content-Type"), ==, "application/json; charset=UTF-8");
	reply_assert(reply, "", text);
	json_decref(expected);
	free(text);
}
