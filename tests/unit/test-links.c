/* SPDX-License-Identifier: Apache-2.0 */
/* The link to the next page. */
#include "api/links.h"

#include <string.h>

#include "../header.h"
#include "api-fixture.h"

#define BASE "http://muster.test:8774"
#define SECOND "c0000000-0000-4000-8000-000000000002"

static const struct {
	const char *target, *version;
	const char *href; /* NULL: no link */
} cases[] = {
	{"/v2.1/os-hypervisors?limit=2", "2.33", BASE "/v2.1/os-hypervisors?limit=2&marker=2"},
	{"/v2.1/os-hypervisors/detail?limit=2", "2.33",
		BASE "/v2.1/os-hypervisors/detail?limit=2&marker=2"},
	{"/v2.1/os-hypervisors?limit=00002", "2.53",
		BASE "/v2.1/os-hypervisors?limit=00002&marker=" SECOND},
	{"/v2.1/os-hypervisors?marker=1&limit=1&x=y", "2.33",
		BASE "/v2.1/os-hypervisors?limit=1&marker=2"},
	{"/v2.1/os-hypervisors?limit=2&with_servers=1", "2.53",
		BASE "/v2.1/os-hypervisors?limit=2&with_servers=1&marker=" SECOND},
	{"/v2.1/0a1b2c/os-hypervisors?limit=2", "2.53",
		BASE "/v2.1/0a1b2c/os-hypervisors?limit=2&marker=" SECOND},
	{"//v2.1//os-hypervisors?limit=2", "2.53",
		BASE "/v2.1/os-hypervisors?limit=2&marker=" SECOND},
	/* A last page that is full has one too; behind it comes an empty one. */
	{"/v2.1/os-hypervisors?limit=3", "2.33", BASE "/v2.1/os-hypervisors?limit=3&marker=3"},
	{"/v2.1/os-hypervisors?limit=4", "2.33", NULL},
	{"/v2.1/os-hypervisors?limit=0", "2.33", NULL},
	{"/v2.1/os-hypervisors?limit=2&marker=3", "2.33", NULL},
	{"/v2.1/os-hypervisors?limit=2", "2.32", NULL}, /* no pages yet */
};

static void
test_leads_to_the_next_page(void)
{
	CLEANUP(api_fixture_free)
	struct api_fixture *fixture = api_fixture_new(cloud_make_hosts(3), (struct api_options){0});
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		CLEANUP(reply_free)
		struct reply *reply = ask(fixture, cases[i].target, cases[i].version);
		g_autofree char *links =
			cases[i].href == NULL
				? NULL
				: g_strdup_printf(
					  "[{\"href\":\"%s\",\"rel\":\"next\"}]", cases[i].href);
		g_test_message("%s", cases[i].target);
		g_assert_cmpuint(reply->status, ==, 200);
		reply_assert(reply, "hypervisors_links", links);
	}
}

static void
test_a_walk_by_links_sees_all_once(void)
{
	CLEANUP(api_fixture_free)
	struct api_fixture *fixture =
		api_fixture_new(cloud_make_hosts(10), (struct api_options){.max_limit = 3});
	g_autofree char *target = g_strdup("/v2.1/os-hypervisors");
	g_autoptr(GString) walk = g_string_new(NULL);
	while (target != NULL) {
		CLEANUP(reply_free) struct reply *reply = ask(fixture, target, "2.33");
		json_t *hypervisor;
		size_t at;
		json_array_foreach(json_object_get(reply->json, "hypervisors"), at, hypervisor)
			g_string_append_printf(walk, "%" JSON_INTEGER_FORMAT " ",
				json_integer_value(json_object_get(hypervisor, "id")));
		json_t *link = json_array_get(json_object_get(reply->json, "hypervisors_links"), 0);
		const char *href = json_string_value(json_object_get(link, "href"));
		g_free(target);
		target = href == NULL ? NULL : g_strdup(href + strlen(BASE));
	}
	g_assert_cmpstr(walk->str, ==, "1 2 3 4 5 6 7 8 9 10 ");
}

static const struct {
	const char *prefix; /* compute_link_prefix */
	bool tls;
	const char *host; /* the header; NULL: none */
	const char *href;
} bases[] = {
	{NULL, false, "example.org", "http://example.org/v2.1/os-hypervisors?marker=1"},
	{NULL, true, "example.org:13774", "https://example.org:13774/v2.1/os-hypervisors?marker=1"},
	{NULL, false, NULL, "http://localhost/v2.1/os-hypervisors?marker=1"},
	{"https://api.example.org/compute", false, "example.org",
		"https://api.example.org/compute/v2.1/os-hypervisors?marker=1"},
	{"https://api.example.org/", false, "example.org",
		"https://api.example.org/v2.1/os-hypervisors?marker=1"},
};

static void
test_begins_with_the_prefix_or_the_host(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bases); i++) {
		CLEANUP(api_fixture_free)
		struct api_fixture *fixture = api_fixture_new(cloud_make_hosts(1),
			(struct api_options){.max_limit = 1, .link_prefix = bases[i].prefix});
		const struct http_header headers[] = {
			header_of("X-OpenStack-Nova-API-Version", "2.33"),
			header_of("Host", bases[i].host),
		};
		CLEANUP(reply_free)
		struct reply *reply =
			ask_with(fixture, (struct http_request){
						  .path = "/v2.1/os-hypervisors",
						  .headers = headers,
						  .headers_size = bases[i].host == NULL ? 1 : 2,
						  .tls = bases[i].tls,
					  });
		g_autofree char *expected = g_strdup_printf("\"%s\"", bases[i].href);
		reply_assert(reply, "hypervisors_links/0/href", expected);
	}
}

/* Where nova-api is mounted under /compute, so is what stands in for it. */
static void
test_is_found_under_the_mount(void)
{
	static const struct {
		const char *path, *href; /* NULL: it is not the mount */
	} table[] = {
		{"/compute/v2.1/os-hypervisors", "/compute/v2.1/os-hypervisors?marker=1"},
		{"//compute//v2.1//os-hypervisors", "/compute/v2.1/os-hypervisors?marker=1"},
		{"/compute/v2.1/abc/os-hypervisors", "/compute/v2.1/abc/os-hypervisors?marker=1"},
		{"/computer/v2.1/os-hypervisors", NULL},
		{"/compute/compute/v2.1/os-hypervisors", NULL},
	};
	CLEANUP(api_fixture_free)
	struct api_fixture *fixture =
		api_fixture_new(cloud_make_hosts(1), (struct api_options){.max_limit = 1});
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		const struct http_header headers[] = {
			header_of("X-OpenStack-Nova-API-Version", "2.33"),
		};
		CLEANUP(reply_free)
		struct reply *reply = ask_with(fixture, (struct http_request){
								.path = table[i].path,
								.headers = headers,
								.headers_size = 1,
							});
		g_assert_cmpuint(reply->status, ==, table[i].href == NULL ? 300 : 200);
		if (table[i].href == NULL)
			continue;
		g_autofree char *expected =
			g_strdup_printf("\"http://localhost%s\"", table[i].href);
		reply_assert(reply, "hypervisors_links/0/href", expected);
	}
	CLEANUP(reply_free)
	struct reply *versions = ask_with(fixture, (struct http_request){.path = "/compute"});
	reply_assert(versions, "versions/1/links/0/href", "\"http://localhost/compute/v2.1/\"");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/links/leads-to-the-next-page", test_leads_to_the_next_page);
	g_test_add_func("/links/a-walk-sees-all-once", test_a_walk_by_links_sees_all_once);
	g_test_add_func("/links/begins-with-the-prefix-or-the-host",
		test_begins_with_the_prefix_or_the_host);
	g_test_add_func("/links/is-found-under-the-mount", test_is_found_under_the_mount);
	return g_test_run();
}
