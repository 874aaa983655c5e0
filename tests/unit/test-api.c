/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a request through the API: method, path, version, caller, and the headers that
 * all answers share. */
#include "api/api.h"

#include <string.h>

#include "../header.h"
#include "api-fixture.h"

#define H "/v2.1/os-hypervisors"
#define NOT_FOUND "The resource could not be found."

static struct api_fixture *
make(void)
{
	return api_fixture_new(cloud_make_hosts(3), (struct api_options){0});
}

static const struct {
	const char *method, *target;
	unsigned status;
} cases[] = {
	{"GET", "/", 200},
	{"GET", "//", 200},
	{"GET", "", 200},
	{"HEAD", "/", 200},
	{"GET", "/v2.1", 200},
	{"HEAD", "/v2.1/", 200},
	{"POST", "/v2.1/", 404},
	{"GET", H, 200},
	{"GET", "//v2.1///os-hypervisors", 200},
	{"GET", "/v2.1/%6Fs-hypervisors", 200},
	{"GET", "/v2.1/0a1b2c/os-hypervisors", 200},
	{"GET", "/v2.1/6f70656e-737461636b/os-hypervisors/1", 200},
	{"GET", "/v2/os-hypervisors", 200},
	{"GET", "/v2/0a1b2c/os-hypervisors", 200},
	{"GET", H "/", 404},
	{"GET", H "/detail/", 404},
	{"GET", "/v2.1/0a1b2c", 404},
	{"GET", "/v2.1/os-nothing", 404},
	{"GET", "/v2.1/not-hexadecimal/os-hypervisors", 404},
	{"GET", "/v2.1/0A1B2C/os-hypervisors", 404},
	{"GET", "/v2.1/0a/1b/os-hypervisors", 404},
	{"HEAD", H, 404},
	{"POST", H, 404},
	{"OPTIONS", H, 404},
	{"BREW", H, 404},
	{"get", H, 404},
	{"GET", "/v3", 300},
	{"GET", "/V2.1/os-hypervisors", 300},
	{"GET", "/v2.1%", 400},
	{"GET", H "/%4", 400},
	{"GET", H "/%FF", 400},
	{"GET", H "/\xff", 400},
	{"GET", H "/%00", 400},
	{"GET", "/%00", 400},
	{"GET", H "?limit=%", 400},
	{"GET", H "?limit=%FF", 400},
	{"GET", H "?limit=%00", 400},
	{"GET", H "?%00=1", 400},
};

static void
test_every_answer_is_json_with_its_headers(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(GStrv) sides = g_strsplit(cases[i].target, "?", 2);
		g_test_message("%s %s", cases[i].method, cases[i].target);
		CLEANUP(reply_free)
		struct reply *reply =
			ask_with(fixture, (struct http_request){
						  .method = cases[i].method,
						  .path = sides[0] == NULL ? "" : sides[0],
						  .query = sides[0] == NULL ? NULL : sides[1],
					  });
		g_assert_cmpuint(reply->status, ==, cases[i].status);
		g_assert_nonnull(reply->json);
		const char *id = reply_get_header(reply, "X-OpenStack-Request-Id");
		g_assert_cmpuint(strlen(id), ==, strlen("req-") + 36);
		g_assert_true(g_str_has_prefix(id, "req-"));
		g_assert_cmpstr(reply_get_header(reply, "X-Compute-Request-Id"), ==, id);
		g_assert_cmpstr(reply_get_header(reply, "Content-Type"), ==,
			cases[i].status < 400 ? "application/json"
					      : "application/json; charset=UTF-8");
	}
}

static void
test_requests_have_ids_of_their_own(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	CLEANUP(reply_free) struct reply *one = ask(fixture, H, "2.53");
	CLEANUP(reply_free) struct reply *two = ask(fixture, H, "2.53");
	g_assert_cmpstr(reply_get_header(one, "X-Compute-Request-Id"), !=,
		reply_get_header(two, "X-Compute-Request-Id"));
}

static const struct {
	const char *target, *version;
	unsigned status;
	const char *shown; /* NULL: no version headers */
} versions[] = {
	{H, NULL, 200, "2.1"},
	{H, "2.53", 200, "2.53"},
	{H, "latest", 200, "2.104"},
	{H "/999", "2.1", 404, "2.1"},
	{H "/cmp/search", "2.53", 404, "2.53"}, /* the route, but not at this version */
	{H "?x=y", "2.53", 400, "2.53"},
	{H, "2.105", 406, "2.105"},
	{H, "two", 400, NULL},
	{"/v2.1/os-nothing", "2.53", 404, NULL},
	{"/v2/os-hypervisors", "2.53", 200, NULL},
	{"/v2/os-hypervisors", "two", 200, NULL},
	{"/", "2.53", 200, NULL},
};

static void
test_an_answer_bears_its_version(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
		CLEANUP(reply_free)
		struct reply *reply = ask(fixture, versions[i].target, versions[i].version);
		const char *shown = versions[i].shown;
		g_autofree char *compute =
			shown == NULL ? NULL : g_strconcat("compute ", shown, NULL);
		g_test_message("%s %s", versions[i].version, versions[i].target);
		g_assert_cmpuint(reply->status, ==, versions[i].status);
		g_assert_cmpstr(reply_get_header(reply, "OpenStack-API-Version"), ==, compute);
		g_assert_cmpstr(reply_get_header(reply, "X-OpenStack-Nova-API-Version"), ==, shown);
		g_assert_cmpstr(reply_get_header(reply, "Vary"), ==,
			shown == NULL ? NULL
				      : "OpenStack-API-Version, X-OpenStack-Nova-API-Version");
	}
}

static void
test_v2_is_2_1_whatever_is_asked(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	CLEANUP(reply_free) struct reply *reply = ask(fixture, "/v2/os-hypervisors?x=y", "2.53");
	reply_assert(reply, "hypervisors/*/id", "[1,2,3]");
}

static const struct {
	const char *accept, *type;
} types[] = {
	{"application/json", "application/json"},
	{"*/*", "application/json"},
	{"application/vnd.openstack.compute+json;version=2.1",
		"application/vnd.openstack.compute+json"},
};

static void
test_answers_in_the_type_that_is_asked_for(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		const struct http_header accept = header_of("Accept", types[i].accept);
		CLEANUP(reply_free)
		struct reply *reply = ask_with(fixture,
			(struct http_request){.path = H, .headers = &accept, .headers_size = 1});
		g_assert_cmpstr(reply_get_header(reply, "Content-Type"), ==, types[i].type);
	}
}

static void
test_a_body_does_not_belong_to_a_get(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	CLEANUP(reply_free)
	struct reply *get = ask_with(fixture, (struct http_request){.path = H, .has_body = true});
	reply_assert_fault(get, 400, "badRequest", "A GET or HEAD request has no body.");
	CLEANUP(reply_free)
	struct reply *head = ask_with(
		fixture, (struct http_request){.method = "HEAD", .path = "/", .has_body = true});
	g_assert_cmpuint(head->status, ==, 400);
	CLEANUP(reply_free)
	struct reply *post = ask_with(
		fixture, (struct http_request){.method = "POST", .path = H, .has_body = true});
	reply_assert_fault(post, 404, "itemNotFound", NOT_FOUND);
}

static void
test_who_comes_through_a_proxy_is_refused(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	const struct http_header via = header_of("Via", "1.1 proxy");
	const struct http_request request = {.headers = &via, .headers_size = 1};
	struct http_request operation = request, document = request;
	operation.path = H;
	document.path = "/v2.1/";
	CLEANUP(reply_free) struct reply *refused = ask_with(fixture, operation);
	g_assert_cmpuint(refused->status, ==, 403);
	reply_assert(refused, "forbidden/code", "403");
	CLEANUP(reply_free) struct reply *shown = ask_with(fixture, document);
	g_assert_cmpuint(shown->status, ==, 200);
}

/* What the HTTP server refuses may hold any bytes. */
static void
test_a_refusal_is_a_fault_too(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	const struct http_request request = {
		.method = "\xff", .path = "/\x01%", .query = "\n", .peer = "127.0.0.1"};
	CLEANUP(http_response_free)
	struct http_response *response =
		api_refuse(fixture->api, &request, 431, "A header is longer than 8192 bytes.");
	g_assert_cmpuint(response->status, ==, 431);
	gsize size;
	const char *body = g_bytes_get_data(response->body, &size);
	const char *expected = "{\"computeFault\": {\"code\": 431, \"message\": \"A header is "
			       "longer than 8192 bytes.\"}}";
	g_assert_cmpmem(body, size, expected, strlen(expected));
	g_assert_cmpuint(response->headers_size, ==, 3);
}

static void
test_equal_lists_are_one_page(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	CLEANUP(reply_free) struct reply *one = ask(fixture, H "?limit=2", "2.53");
	CLEANUP(reply_free) struct reply *same = ask(fixture, H "?limit=2", "2.53");
	CLEANUP(reply_free)
	struct reply *other = ask(fixture, "/v2.1/0a1b2c/os-hypervisors?limit=2", "2.87");
	CLEANUP(reply_free) struct reply *again = ask(fixture, H "?limit=2", "2.53");
	g_assert_true(one->response->body == same->response->body);
	g_assert_cmpstr(one->body, !=, other->body); /* their links differ */
	g_assert_cmpstr(one->body, ==, again->body);
	unsigned pages;
	size_t bytes;
	api_get_pages(fixture->api, &pages, &bytes);
	g_assert_cmpuint(pages, ==, 1);
	g_assert_cmpuint(bytes, >, g_bytes_get_size(one->response->body));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/api/every-answer-is-json-with-its-headers",
		test_every_answer_is_json_with_its_headers);
	g_test_add_func("/api/requests-have-ids-of-their-own", test_requests_have_ids_of_their_own);
	g_test_add_func("/api/an-answer-bears-its-version", test_an_answer_bears_its_version);
	g_test_add_func("/api/v2-is-2.1-whatever-is-asked", test_v2_is_2_1_whatever_is_asked);
	g_test_add_func("/api/answers-in-the-type-that-is-asked-for",
		test_answers_in_the_type_that_is_asked_for);
	g_test_add_func(
		"/api/a-body-does-not-belong-to-a-get", test_a_body_does_not_belong_to_a_get);
	g_test_add_func("/api/who-comes-through-a-proxy-is-refused",
		test_who_comes_through_a_proxy_is_refused);
	g_test_add_func("/api/a-refusal-is-a-fault-too", test_a_refusal_is_a_fault_too);
	g_test_add_func("/api/equal-lists-are-one-page", test_equal_lists_are_one_page);
	return g_test_run();
}
