/* SPDX-License-Identifier: Apache-2.0 */
/* GET /healthcheck: 200, or 503 with what is wrong. */
#include "api/healthcheck.h"

#include "../header.h"
#include "api-fixture.h"

static struct api_fixture *
make(void)
{
	return api_fixture_new(cloud_make_hosts(1), (struct api_options){0});
}

static void
test_says_ok_where_nothing_is_wrong(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	CLEANUP(reply_free) struct reply *reply = ask(fixture, "/healthcheck", NULL);
	g_assert_cmpuint(reply->status, ==, 200);
	reply_assert(reply, "", "{\"status\":\"ok\",\"wrong\":[]}");
	g_assert_cmpstr(reply_get_header(reply, "Content-Type"), ==, "application/json");
}

static void
test_says_what_is_wrong(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	health_set(fixture->health, "store", "the \"disk\" is full");
	health_set(fixture->health, "collector", "no answer");
	CLEANUP(reply_free) struct reply *reply = ask(fixture, "/healthcheck", NULL);
	g_assert_cmpuint(reply->status, ==, 503);
	reply_assert(reply, "",
		"{\"status\":\"degraded\",\"wrong\":[\"collector: no answer\","
		"\"store: the \\\"disk\\\" is full\"]}");
	health_set(fixture->health, "store", NULL);
	health_set(fixture->health, "collector", NULL);
	CLEANUP(reply_free) struct reply *again = ask(fixture, "/healthcheck", NULL);
	g_assert_cmpuint(again->status, ==, 200);
}

/* A load balancer's request comes through a proxy, maybe with HEAD, and asks no version. */
static void
test_answers_those_who_have_no_identity(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	const struct http_header headers[] = {header_of("X-Forwarded-For", "192.0.2.9"),
		header_of("OpenStack-API-Version", "compute 9.9")};
	CLEANUP(reply_free)
	struct reply *reply = ask_with(fixture, (struct http_request){.method = "HEAD",
							.path = "/healthcheck",
							.headers = headers,
							.headers_size = 2});
	g_assert_cmpuint(reply->status, ==, 200);
}

static void
test_is_asked_by_get_at_its_own_path(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	CLEANUP(reply_free)
	struct reply *post =
		ask_with(fixture, (struct http_request){.method = "POST", .path = "/healthcheck"});
	g_assert_cmpuint(post->status, ==, 300);
	CLEANUP(reply_free) struct reply *below = ask(fixture, "/healthcheck/x", NULL);
	g_assert_cmpuint(below->status, ==, 300);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/healthcheck/says-ok-where-nothing-is-wrong", test_says_ok_where_nothing_is_wrong);
	g_test_add_func("/healthcheck/says-what-is-wrong", test_says_what_is_wrong);
	g_test_add_func("/healthcheck/answers-those-who-have-no-identity",
		test_answers_those_who_have_no_identity);
	g_test_add_func("/healthcheck/is-asked-by-get-at-its-own-path",
		test_is_asked_by_get_at_its_own_path);
	return g_test_run();
}
