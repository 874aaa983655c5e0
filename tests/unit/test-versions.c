/* SPDX-License-Identifier: Apache-2.0 */
/* The version documents, as Nova gives them. */
#include "api/versions.h"

#include "api-fixture.h"

static struct api_fixture *
make(void)
{
	return api_fixture_new(cloud_make_hosts(1), (struct api_options){.max_minor = 93});
}

#define LINK(root) "[{\"href\":\"http://muster.test:8774/" root "\",\"rel\":\"self\"}]"

static void
test_the_root_lists_both_versions(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	CLEANUP(reply_free) struct reply *reply = ask(fixture, "/", NULL);
	g_assert_cmpuint(reply->status, ==, 200);
	reply_assert(reply, "versions/0",
		"{\"id\":\"v2.0\",\"links\":" LINK(
			"v2/") ",\"min_version\":\"\","
			       "\"status\":\"SUPPORTED\",\"updated\":\"2011-01-21T11:33:21Z\","
			       "\"version\":\"\"}");
	reply_assert(reply, "versions/1",
		"{\"id\":\"v2.1\",\"links\":" LINK(
			"v2.1/") ",\"min_version\":\"2.1\","
				 "\"status\":\"CURRENT\",\"updated\":\"2013-07-23T11:33:21Z\","
				 "\"version\":\"2.93\"}");
	g_assert_null(reply_get_header(reply, "OpenStack-API-Version"));
}

static const struct {
	const char *target;
	const char *id, *version, *type;
	const char *header; /* OpenStack-API-Version of the answer */
} documents[] = {
	{"/v2.1", "\"v2.1\"", "\"2.93\"", "\"application/vnd.openstack.compute+json;version=2.1\"",
		"compute 2.1"},
	{"/v2.1/", "\"v2.1\"", "\"2.93\"", "\"application/vnd.openstack.compute+json;version=2.1\"",
		"compute 2.1"},
	{"/v2", "\"v2.0\"", "\"\"", "\"application/vnd.openstack.compute+json;version=2\"", NULL},
	{"/v2/", "\"v2.0\"", "\"\"", "\"application/vnd.openstack.compute+json;version=2\"", NULL},
};

static void
test_each_version_has_its_document(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(documents); i++) {
		CLEANUP(reply_free) struct reply *reply = ask(fixture, documents[i].target, NULL);
		g_assert_cmpuint(reply->status, ==, 200);
		reply_assert(reply, "version/id", documents[i].id);
		reply_assert(reply, "version/version", documents[i].version);
		reply_assert(reply, "version/media-types/0/type", documents[i].type);
		reply_assert(reply, "version/links/*/rel", "[\"self\",\"describedby\"]");
		g_assert_cmpstr(
			reply_get_header(reply, "OpenStack-API-Version"), ==, documents[i].header);
	}
}

static void
test_a_document_minds_the_microversion(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	CLEANUP(reply_free) struct reply *offered = ask(fixture, "/v2.1/", "2.53");
	g_assert_cmpstr(reply_get_header(offered, "OpenStack-API-Version"), ==, "compute 2.53");
	CLEANUP(reply_free) struct reply *beyond = ask(fixture, "/v2.1/", "2.94");
	reply_assert_fault(beyond, 406, "computeFault",
		"Version 2.94 is not supported by the API. Minimum is 2.1 and maximum is 2.93.");
	CLEANUP(reply_free) struct reply *root = ask(fixture, "/", "2.94");
	g_assert_cmpuint(root->status, ==, 200);
}

static const struct {
	const char *target;
	const char *links; /* where it may have been meant */
} choices[] = {
	{"/v3", "[\"http://muster.test:8774/v2/v3\",\"http://muster.test:8774/v2.1/v3\"]"},
	{"/v3/servers/", "[\"http://muster.test:8774/v2/v3/servers\","
			 "\"http://muster.test:8774/v2.1/v3/servers\"]"},
	{"/os-hypervisors", "[\"http://muster.test:8774/v2/os-hypervisors\","
			    "\"http://muster.test:8774/v2.1/os-hypervisors\"]"},
};

static void
test_any_other_root_gives_choices(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(choices); i++) {
		CLEANUP(reply_free) struct reply *reply = ask(fixture, choices[i].target, "9.9");
		g_assert_cmpuint(reply->status, ==, 300);
		reply_assert(reply, "choices/*/id", "[\"v2.0\",\"v2.1\"]");
		reply_assert(reply, "choices/*/links/0/href", choices[i].links);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/versions/the-root-lists-both-versions", test_the_root_lists_both_versions);
	g_test_add_func(
		"/versions/each-version-has-its-document", test_each_version_has_its_document);
	g_test_add_func("/versions/a-document-minds-the-microversion",
		test_a_document_minds_the_microversion);
	g_test_add_func(
		"/versions/any-other-root-gives-choices", test_any_other_root_gives_choices);
	return g_test_run();
}
