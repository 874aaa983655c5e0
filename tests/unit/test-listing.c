/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that are longer than a page and have no limit: made while they are sent. */
#include "api/listing.h"

#include <string.h>

#include "api-fixture.h"

enum { HOSTS = 150, LIMIT = 100 }; /* more than one piece, and more than a page */

#define LIST "/v2.1/os-hypervisors"
#define FIND "?hypervisor_hostname_pattern="

static struct api_fixture *
make(void)
{
	struct api_fixture *fixture =
		api_fixture_new(cloud_make_hosts(HOSTS), (struct api_options){.max_limit = LIMIT});
	g_autoptr(GPtrArray) first = cloud_make_batch(&(struct cloud_host){.n = 1, .orphan = true});
	g_autoptr(GPtrArray) last =
		cloud_make_batch(&(struct cloud_host){.n = HOSTS, .orphan = true});
	inventory_update(fixture->inventory, first, CLOUD_START);
	inventory_update(fixture->inventory, last, CLOUD_START);
	return fixture;
}

static bool
is_stream(const struct reply *reply)
{
	return reply->response->stream.append != NULL;
}

/* All but the two that have no service, in order. */
static void
assert_all(const struct reply *reply)
{
	g_assert_cmpuint(reply->status, ==, 200);
	const json_t *list = json_object_get(reply->json, "hypervisors");
	g_assert_cmpuint(json_array_size(list), ==, HOSTS - 2);
	for (unsigned i = 0; i < HOSTS - 2; i++) {
		const json_t *one = json_array_get(list, i);
		g_autofree char *hostname = cloud_format_hostname(i + 2);
		g_assert_cmpstr(json_string_value(json_object_get(one, "hypervisor_hostname")), ==,
			hostname);
		g_assert_cmpstr(json_string_value(json_object_get(one, "state")), ==, "up");
	}
}

static void
test_all_are_listed(void)
{
	static const struct {
		const char *target, *version;
	} lists[] = {
		{LIST, "2.1"},
		{LIST "/detail", "2.1"},
		{LIST "/detail", "2.28"},
		{LIST "/cmp/search", "2.1"},
		{LIST "/cmp/servers", "2.1"},
		{LIST FIND "cmp", "2.53"},
		{LIST "/detail" FIND "CMP", "2.53"},
		{LIST "/detail" FIND "cmp&with_servers=1", "2.88"},
	};
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		CLEANUP(reply_free)
		struct reply *reply = ask(fixture, lists[i].target, lists[i].version);
		g_test_message("%s at %s", lists[i].target, lists[i].version);
		g_assert_true(is_stream(reply));
		assert_all(reply);
	}
}

static void
test_what_fits_a_page_is_no_listing(void)
{
	static const char *const targets[] = {LIST, LIST FIND "cmp-1", LIST "?limit=1000"};
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
		CLEANUP(reply_free) struct reply *reply = ask(fixture, targets[i], "2.53");
		g_assert_cmpuint(reply->status, ==, 200);
		g_assert_false(is_stream(reply));
	}
}

static void
test_all_of_it_is_of_one_moment(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	const struct http_request request = {
		.method = "GET", .path = LIST, .target = LIST, .version = "HTTP/1.1", .peer = "-"};
	struct http_response *response = api_answer(fixture->api, &request);
	cloud_set_now(CLOUD_START + 2 * CLOUD_DOWN_TIME);
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	inventory_load(fixture->inventory, none, CLOUD_START);
	CLEANUP(reply_free) struct reply *reply = reply_new(response);
	assert_all(reply);
}

/* Heartbeats move in the very services that the listing shows. */
static void
test_heartbeats_meanwhile_change_nothing(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	const struct http_request request = {
		.method = "GET", .path = LIST, .target = LIST, .version = "HTTP/1.1", .peer = "-"};
	struct http_response *response = api_answer(fixture->api, &request);
	int64_t later = CLOUD_START + 2 * CLOUD_DOWN_TIME;
	cloud_set_now(later);
	for (unsigned n = 1; n <= HOSTS; n++) {
		g_autofree char *host = cloud_format_name(n);
		inventory_beat(fixture->inventory, host, later, later);
	}
	CLEANUP(reply_free) struct reply *reply = reply_new(response);
	assert_all(reply);
}

static void
test_no_piece_is_empty(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	for (unsigned n = 1; n < HOSTS; n++) {
		g_autoptr(GPtrArray) orphan =
			cloud_make_batch(&(struct cloud_host){.n = n, .orphan = true});
		inventory_update(fixture->inventory, orphan, CLOUD_START);
	}
	const struct http_request request = {
		.method = "GET", .path = LIST, .target = LIST, .version = "HTTP/1.1", .peer = "-"};
	CLEANUP(http_response_free)
	struct http_response *response = api_answer(fixture->api, &request);
	g_autoptr(GString) piece = g_string_new(NULL);
	g_assert_false(response->stream.append(response->stream.data, piece));
	g_assert_cmpstr(piece->str, ==, "{\"hypervisors\": []}");
}

static void
test_one_that_is_never_sent_is_freed(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make();
	const struct http_request request = {
		.method = "GET", .path = LIST, .target = LIST, .version = "HTTP/1.1", .peer = "-"};
	http_response_free(api_answer(fixture->api, &request));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/listing/lists-all", test_all_are_listed);
	g_test_add_func("/listing/is-for-what-fits-no-page", test_what_fits_a_page_is_no_listing);
	g_test_add_func("/listing/is-of-one-moment", test_all_of_it_is_of_one_moment);
	g_test_add_func(
		"/listing/that-is-never-sent-is-freed", test_one_that_is_never_sent_is_freed);
	g_test_add_func(
		"/listing/shows-no-later-heartbeat", test_heartbeats_meanwhile_change_nothing);
	g_test_add_func("/listing/has-no-empty-piece", test_no_piece_is_empty);
	return g_test_run();
}
