/* SPDX-License-Identifier: Apache-2.0 */
/* Conditional requests: who has a list already is told so, until anything in it changes. */
#include "http/etag.h"

#include "api-fixture.h"

#include "../header.h"

enum { HOSTS = 5 };

#define LIST "/v2.1/os-hypervisors"
#define SOME_TAG "W/\"0123456789abcdef0123456789abcdef\""

static struct api_fixture *
make(size_t pages_max)
{
	return api_fixture_new(
		cloud_make_hosts(HOSTS), (struct api_options){.pages_max = pages_max});
}

static struct reply *
ask_if_none_matches(
	struct api_fixture *fixture, const char *query, const char *version, const char *tags)
{
	const struct http_header headers[] = {
		header_of("Host", "muster.test:8774"),
		header_of("X-OpenStack-Nova-API-Version", version),
		header_of("If-None-Match", "\"another line\""),
		header_of("If-None-Match", tags),
	};
	return ask_with(fixture, (struct http_request){
					 .path = LIST "/detail",
					 .query = query,
					 .headers = headers,
					 .headers_size = G_N_ELEMENTS(headers),
				 });
}

/* The caller frees it. */
static char *
get_etag(struct api_fixture *fixture, const char *query, const char *version)
{
	CLEANUP(reply_free)
	struct reply *reply = ask_if_none_matches(fixture, query, version, SOME_TAG);
	g_assert_cmpuint(reply->status, ==, 200);
	return g_strdup(reply_get_header(reply, "ETag"));
}

static void
assert_status_of(struct api_fixture *fixture, const char *tags, unsigned status)
{
	CLEANUP(reply_free)
	struct reply *reply = ask_if_none_matches(fixture, NULL, "2.53", tags);
	g_assert_cmpuint(reply->status, ==, status);
	g_assert_nonnull(reply_get_header(reply, "ETag"));
	g_assert_cmpstr(reply_get_header(reply, "X-OpenStack-Nova-API-Version"), ==, "2.53");
}

static void
test_who_has_it_is_told_so(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make(1 << 20);
	g_autofree char *etag = get_etag(fixture, NULL, "2.53");
	g_assert_cmpuint(strlen(etag), ==, HTTP_ETAG_SIZE - 1);
	g_autofree char *strong = g_strdup(strchr(etag, '"'));
	g_autofree char *among = g_strdup_printf("\"a\", %s , W/\"b\"", etag);
	g_autofree char *longer = g_strdup_printf("W/\"x%s", strchr(etag, '"') + 1);
	g_autofree char *bare = g_strndup(etag + 3, strlen(etag) - 4);
	assert_status_of(fixture, etag, 304);
	assert_status_of(fixture, strong, 304);
	assert_status_of(fixture, among, 304);
	assert_status_of(fixture, "*", 304);
	assert_status_of(fixture, SOME_TAG, 200);
	assert_status_of(fixture, longer, 200);
	assert_status_of(fixture, bare, 200);
	assert_status_of(fixture, "", 200);
	assert_status_of(fixture, "\"", 200);
}

static void
test_a_change_makes_another(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make(1 << 20);
	g_autofree char *before = get_etag(fixture, NULL, "2.53");
	g_autoptr(GPtrArray) batch =
		cloud_make_batch(&(struct cloud_host){.n = 3, .disabled = true});
	inventory_update(fixture->inventory, batch, CLOUD_START);
	assert_status_of(fixture, before, 200);
	g_autofree char *after = get_etag(fixture, NULL, "2.53");
	g_assert_cmpstr(after, !=, before);
	assert_status_of(fixture, after, 304);

	g_autoptr(GPtrArray) back = cloud_make_batch(&(struct cloud_host){.n = 3});
	inventory_update(fixture->inventory, back, CLOUD_START);
	assert_status_of(fixture, before, 304); /* what it says is what it was then */
}

static void
test_a_state_that_flips_makes_another(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make(1 << 20);
	g_autofree char *before = get_etag(fixture, NULL, "2.53");
	cloud_set_now(CLOUD_START + 2 * CLOUD_DOWN_TIME);
	assert_status_of(fixture, before, 200);
}

static void
test_another_list_has_another(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make(1 << 20);
	g_autofree char *all = get_etag(fixture, NULL, "2.28");
	g_autofree char *paged = get_etag(fixture, NULL, "2.33"); /* with a limit, and its link */
	g_autofree char *limited = get_etag(fixture, "limit=5", "2.33");
	g_autofree char *uuids = get_etag(fixture, NULL, "2.53");
	g_assert_cmpstr(all, !=, paged);
	g_assert_cmpstr(limited, !=, paged);
	g_assert_cmpstr(uuids, !=, paged);
}

static void
test_servers_know_the_same_by_the_same(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make(1 << 20);
	CLEANUP(api_fixture_free) struct api_fixture *other = make(1 << 20);
	g_autofree char *etag = get_etag(fixture, "limit=2", "2.53");
	g_autofree char *same = get_etag(other, "limit=2", "2.53");
	g_assert_cmpstr(etag, ==, same);
}

static void
test_what_is_not_kept_has_none(void)
{
	CLEANUP(api_fixture_free) struct api_fixture *fixture = make(1);
	g_autofree char *etag = get_etag(fixture, NULL, "2.53");
	g_assert_null(etag);
	CLEANUP(reply_free) struct reply *any = ask_if_none_matches(fixture, NULL, "2.53", "*");
	g_assert_cmpuint(any->status, ==, 200);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/etag/who-has-it-is-told-so", test_who_has_it_is_told_so);
	g_test_add_func("/etag/changes-with-a-record", test_a_change_makes_another);
	g_test_add_func("/etag/changes-with-a-state", test_a_state_that_flips_makes_another);
	g_test_add_func("/etag/of-another-list-is-another", test_another_list_has_another);
	g_test_add_func(
		"/etag/is-the-same-on-every-server", test_servers_know_the_same_by_the_same);
	g_test_add_func("/etag/is-none-where-nothing-is-kept", test_what_is_not_kept_has_none);
	return g_test_run();
}
