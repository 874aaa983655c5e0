/* SPDX-License-Identifier: Apache-2.0 */
/* The strategy http_basic: the users of a file, as it is now. */
#include "identity-fixture.h"

#include <glib/gstdio.h>

#include "config/config.h"
#include "identity/http_basic.h"

/* The passwords are "secret" and "other". */
#define ANN "ann:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n"
#define BOB "bob:$2y$04$bbcdefghijklmnopqrstuuupv.jj9tTJr.O4LVP1oPWgAPVtUQHqa\n"
#define CHALLENGE "WWW-Authenticate: Basic realm=\"Muster\"\r\n"

struct fixture {
	char *path;
	struct config *config;
	struct http_basic *basic;
	struct asked asked;
	struct http_server *server;
};

static struct verdict *
find(void *basic, const struct http_request *request)
{
	return http_basic_find(basic, request);
}

static void
write_file(const char *path, const char *text)
{
	g_assert_true(g_file_set_contents(path, text, -1, NULL)); /* another file each time */
}

static void
set_up(struct fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	int file = g_file_open_tmp("users-XXXXXX", &fixture->path, &error);
	g_assert_no_error(error);
	close(file);
	write_file(fixture->path, ANN BOB);
	g_autofree char *text =
		g_strdup_printf("[DEFAULT]\nhttp_basic_auth_user_file = %s\n[muster]\n"
				"basic_readers = cid , bob\n",
			fixture->path);
	fixture->config = config_load_bytes("t.conf", text, strlen(text), &error);
	g_assert_no_error(error);
	fixture->basic = http_basic_new(fixture->config, get_moment, &error);
	g_assert_no_error(error);
	fixture->asked = (struct asked){find, fixture->basic};
	fixture->server = start_asking(&fixture->asked);
}

static void
tear_down(struct fixture *fixture, const void *data)
{
	http_server_stop(fixture->server);
	http_basic_free(fixture->basic);
	config_free(fixture->config);
	g_unlink(fixture->path);
	g_free(fixture->path);
}

static char *
format_header(const char *credentials)
{
	g_autofree char *text = g_base64_encode((const guchar *)credentials, strlen(credentials));
	return g_strdup_printf("Authorization: Basic %s\r\n", text);
}

static void
assert_login(struct fixture *fixture, const char *credentials, unsigned status, const char *part)
{
	g_autofree char *header = format_header(credentials);
	assert_answer(fixture->server, header, status, part);
}

static void
test_administrators_and_readers(struct fixture *fixture, const void *data)
{
	assert_login(
		fixture, "ann:secret", 200, "user=ann project=(null) roles=admin,member,reader ");
	assert_login(fixture, "bob:other", 200, "user=bob project=(null) roles=reader ");
}

static void
test_others_are_challenged(struct fixture *fixture, const void *data)
{
	static const char *const logins[] = {"ann:other", "ann:", "ann", "", ":", ":secret",
		"cid:secret", "ann:secret:", "Ann:secret"};
	static const char *const headers[] = {"", "Authorization: Basic\r\n",
		"Authorization: Basic \r\n", "Authorization: Basic %%%%\r\n",
		"Authorization: Basic YW5uAA==\r\n", "Authorization: Bearer YW5uOnNlY3JldA==\r\n",
		"Authorization: YW5uOnNlY3JldA==\r\n", "X-Auth-Token: ann:secret\r\n",
		/* with a NUL after the right password */
		"Authorization: Basic YW5uOnNlY3JldAA=\r\n"};
	for (size_t i = 0; i < G_N_ELEMENTS(logins); i++)
		assert_login(fixture, logins[i], 401, CHALLENGE);
	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
		assert_answer(fixture->server, headers[i], 401, CHALLENGE);
	assert_answer(
		fixture->server, "authorization: bAsIc YW5uOnNlY3JldA==\r\n", 200, "user=ann");
}

static void
test_file_is_read_again_when_it_changes(struct fixture *fixture, const void *data)
{
	assert_login(fixture, "ann:secret", 200, "user=ann");
	write_file(fixture->path, BOB);
	pass_time(1);
	assert_login(fixture, "ann:secret", 401, CHALLENGE);
	assert_login(fixture, "bob:other", 200, "user=bob");
	write_file(fixture->path, ANN);
	pass_time(1);
	assert_login(fixture, "ann:secret", 200, "user=ann");
}

static void
test_broken_file_leaves_the_last_in_force(struct fixture *fixture, const void *data)
{
	write_file(fixture->path, "ann:secret\n");
	pass_time(1);
	assert_login(fixture, "ann:secret", 200, "user=ann");
	g_assert_cmpint(g_unlink(fixture->path), ==, 0);
	pass_time(1);
	assert_login(fixture, "bob:other", 200, "user=bob");
	write_file(fixture->path, BOB);
	pass_time(1);
	assert_login(fixture, "ann:secret", 401, CHALLENGE);
}

static void
test_many_ask_at_a_time(struct fixture *fixture, const void *data)
{
	int clients[100];
	g_autofree char *header = format_header("ann:secret");
	for (size_t i = 0; i < G_N_ELEMENTS(clients); i++)
		clients[i] = send_request(fixture->server, header);
	for (size_t i = 0; i < G_N_ELEMENTS(clients); i++) {
		g_autofree char *text = take_answer(clients[i]);
		assert_status(text, 200);
	}
}

#define ADD(name, test)                                                                            \
	g_test_add("/http-basic/" name, struct fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* That the file is broken is logged, and no failure here. */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	ADD("administrators-and-readers", test_administrators_and_readers);
	ADD("others-are-challenged", test_others_are_challenged);
	ADD("file-is-read-again-when-it-changes", test_file_is_read_again_when_it_changes);
	ADD("broken-file-leaves-the-last-in-force", test_broken_file_leaves_the_last_in_force);
	ADD("many-ask-at-a-time", test_many_ask_at_a_time);
	return g_test_run();
}
