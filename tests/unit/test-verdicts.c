/* SPDX-License-Identifier: Apache-2.0 */
/* The verdicts that a strategy remembers, and what is found out once for all who wait. The key of
 * a request is its path. */
#include "identity-fixture.h"

#include "identity/verdicts.h"

static struct digest_key key;

struct fixture {
	struct verdicts *verdicts;
	struct asked asked;
	struct http_server *server;
	_Atomic unsigned owed; /* requests that came first, and have no verdict yet */
};

static struct digest
make_key(const char *path)
{
	struct digest digest;
	digest_make(&key, path, strlen(path), &digest);
	return digest;
}

static struct verdict *
find(void *data, const struct http_request *request)
{
	struct fixture *fixture = data;
	struct digest digest = make_key(request->path);
	bool is_first;
	struct verdict *verdict =
		verdicts_find(fixture->verdicts, &digest, request, get_moment(), &is_first);
	if (is_first)
		atomic_fetch_add(&fixture->owed, 1);
	return verdict;
}

static void
set_up(struct fixture *fixture, const void *data)
{
	digest_key_init(&key);
	fixture->verdicts = verdicts_new(3, 2);
	fixture->asked = (struct asked){find, fixture};
	fixture->server = start_asking(&fixture->asked);
}

static void
tear_down(struct fixture *fixture, const void *data)
{
	http_server_stop(fixture->server);
	verdicts_free(fixture->verdicts);
}

static struct verdict *
make_verdict(const char *user)
{
	if (user == NULL)
		return verdict_new_challenge("Who");
	struct caller *caller = caller_new();
	caller->user_id = g_strdup(user);
	return verdict_new(caller);
}

static int
begin(struct fixture *fixture, const char *path)
{
	g_autofree char *text = g_strdup_printf("GET %s HTTP/1.1\r\n" END, path);
	int client = open_client(http_server_get_port(fixture->server));
	send_bytes(client, text, strlen(text));
	return client;
}

/* Until so many requests wait, and a verdict is owed to them. */
static void
wait_for_waiting(struct fixture *fixture, unsigned size)
{
	int64_t deadline = g_get_monotonic_time() + PATIENCE * G_TIME_SPAN_SECOND;
	while (http_server_get_requests_waiting(fixture->server) < size ||
		atomic_load(&fixture->owed) == 0) {
		g_assert_cmpint(g_get_monotonic_time(), <, deadline);
		g_thread_yield();
	}
}

static void
settle(struct fixture *fixture, const char *path, const char *user, int64_t seconds)
{
	struct digest digest = make_key(path);
	CLEANUP(verdict_unref) struct verdict *verdict = make_verdict(user);
	g_assert_cmpuint(atomic_fetch_sub(&fixture->owed, 1), ==, 1);
	verdicts_settle(fixture->verdicts, &digest, verdict, get_moment() + seconds * CLOCK_SECOND,
		get_moment());
}

/* Asks for what is not known yet. */
static void
learn(struct fixture *fixture, const char *path, const char *user, int64_t seconds)
{
	int client = begin(fixture, path);
	wait_for_waiting(fixture, 1);
	settle(fixture, path, user, seconds);
	g_autofree char *text = take_answer(client);
	assert_status(text, user == NULL ? 401 : 200);
}

static void
assert_known(struct fixture *fixture, const char *path, const char *part)
{
	g_autofree char *text = take_answer(begin(fixture, path));
	assert_contains(text, part);
	g_assert_cmpuint(atomic_load(&fixture->owed), ==, 0);
}

static void
test_is_found_out_once_for_all_who_wait(struct fixture *fixture, const void *data)
{
	int clients[100];
	for (size_t i = 0; i < G_N_ELEMENTS(clients); i++)
		clients[i] = begin(fixture, "/a");
	wait_for_waiting(fixture, G_N_ELEMENTS(clients));
	settle(fixture, "/a", "ann", 60);
	for (size_t i = 0; i < G_N_ELEMENTS(clients); i++) {
		g_autofree char *text = take_answer(clients[i]);
		assert_status(text, 200);
		assert_contains(text, "user=ann");
	}
	assert_known(fixture, "/a", "user=ann");
}

static void
test_is_known_until_its_moment(struct fixture *fixture, const void *data)
{
	learn(fixture, "/a", "ann", 60);
	pass_time(59);
	assert_known(fixture, "/a", "user=ann");
	pass_time(1);
	learn(fixture, "/a", "another", 60);
	assert_known(fixture, "/a", "user=another");
}

static void
test_what_is_not_remembered_is_used_once(struct fixture *fixture, const void *data)
{
	learn(fixture, "/a", "ann", 0);
	learn(fixture, "/a", NULL, -5);
	learn(fixture, "/a", "ann", 0);
}

static void
test_least_recently_used_leave_first(struct fixture *fixture, const void *data)
{
	learn(fixture, "/a", "ann", 60);
	learn(fixture, "/b", "bob", 60);
	learn(fixture, "/c", "cid", 60);
	assert_known(fixture, "/a", "user=ann");
	learn(fixture, "/d", "dan", 60);
	assert_known(fixture, "/a", "user=ann");
	assert_known(fixture, "/c", "user=cid");
	assert_known(fixture, "/d", "user=dan");
	learn(fixture, "/b", "bob again", 60);
}

static void
test_refusals_drive_out_nobody(struct fixture *fixture, const void *data)
{
	learn(fixture, "/a", "ann", 60);
	learn(fixture, "/x", NULL, 60);
	learn(fixture, "/y", NULL, 60);
	learn(fixture, "/z", NULL, 60);
	assert_known(fixture, "/a", "user=ann");
	assert_known(fixture, "/y", "401");
	assert_known(fixture, "/z", "WWW-Authenticate: Who");
	learn(fixture, "/x", NULL, 60);
}

static void
test_more_than_may_wait_are_told(struct fixture *fixture, const void *data)
{
	int clients[150]; /* waiting_max */
	for (size_t i = 0; i < G_N_ELEMENTS(clients); i++)
		clients[i] = begin(fixture, "/a");
	wait_for_waiting(fixture, G_N_ELEMENTS(clients));
	g_autofree char *text = take_answer(begin(fixture, "/b"));
	assert_status(text, 503);
	settle(fixture, "/a", "ann", 60);
	for (size_t i = 0; i < G_N_ELEMENTS(clients); i++)
		g_free(take_answer(clients[i]));
}

static void
test_settled_after_the_servers_end(void)
{
	struct fixture fixture = {0};
	set_up(&fixture, NULL);
	int client = begin(&fixture, "/a");
	wait_for_waiting(&fixture, 1);
	http_server_stop(fixture.server);
	g_autofree char *text = take_answer(client);
	assert_status(text, 503);
	settle(&fixture, "/a", "ann", 60);
	verdicts_free(fixture.verdicts);
}

#define ADD(name, test) g_test_add("/verdicts/" name, struct fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("is-found-out-once-for-all-who-wait", test_is_found_out_once_for_all_who_wait);
	ADD("is-known-until-its-moment", test_is_known_until_its_moment);
	ADD("what-is-not-remembered-is-used-once", test_what_is_not_remembered_is_used_once);
	ADD("least-recently-used-leave-first", test_least_recently_used_leave_first);
	ADD("refusals-drive-out-nobody", test_refusals_drive_out_nobody);
	ADD("more-than-may-wait-are-told", test_more_than_may_wait_are_told);
	g_test_add_func(
		"/verdicts/settled-after-the-servers-end", test_settled_after_the_servers_end);
	return g_test_run();
}
