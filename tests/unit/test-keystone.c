/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strategy keystone, against a stub of Keystone on the loopback whose tokens are
 * words: what it says of them, how often it is asked, and what happens when it is away.
 */
#include "identity-fixture.h"

#include "config/config.h"
#include "identity/keystone.h"

/* The stub, and what it has seen. */
static struct {
	_Atomic unsigned logins;
	_Atomic unsigned validations;
	_Atomic unsigned own;        /* the number in Muster's own token that is valid now */
	_Atomic int own_lifetime;    /* s */
	_Atomic int login_status;    /* 201 */
	_Atomic int validate_status; /* 200: as the token says */
	_Atomic bool is_silent;      /* waits for the gate */
} stub;

static struct http_response *
answer_json(unsigned status, char *body)
{
	struct http_response *response = http_response_new(status);
	take_text(response, body);
	return response;
}

static char *
format_token(const char *user, const char *role, int64_t lifetime)
{
	g_autofree char *expires = clock_format_iso(get_moment() + lifetime * CLOCK_SECOND);
	return g_strdup_printf("{\"token\": {\"expires_at\": \"%sZ\", \"user\": {\"id\": \"%s\", "
			       "\"domain\": {\"id\": \"d\"}}, \"roles\": [{\"name\": \"%s\"}], "
			       "\"project\": {\"id\": \"p\", \"domain\": {\"id\": \"e\"}}}}",
		expires, user, role);
}

static struct http_response *
log_in(void)
{
	atomic_fetch_add(&stub.logins, 1);
	unsigned status = (unsigned)atomic_load(&stub.login_status);
	if (status != 201)
		return answer_json(status, g_strdup("{}"));
	struct http_response *response = answer_json(
		201, format_token("muster", "service", atomic_load(&stub.own_lifetime)));
	g_autofree char *own = g_strdup_printf("own-%u", atomic_load(&stub.own));
	http_response_add_header(response, "X-Subject-Token", own);
	return response;
}

static struct http_response *
validate(const struct http_request *request)
{
	g_autofree char *own = g_strdup_printf("own-%u", atomic_load(&stub.own));
	const struct http_header *asker = http_request_get_header(request, "X-Auth-Token");
	const struct http_header *token = http_request_get_header(request, "X-Subject-Token");
	g_assert_nonnull(asker);
	g_assert_nonnull(token);
	if (!g_str_equal(asker->value, own))
		return answer_json(401, g_strdup("{}"));
	atomic_fetch_add(&stub.validations, 1);
	unsigned status = (unsigned)atomic_load(&stub.validate_status);
	if (status != 200)
		return answer_json(status, g_strdup("{}"));
	bool allow_expired = g_strcmp0(request->query, "allow_expired=1") == 0;
	if (g_str_equal(token->value, "ann"))
		return answer_json(200, format_token("ann", "admin", 3600));
	if (g_str_equal(token->value, "brief"))
		return answer_json(200, format_token("brief", "reader", 20));
	if (g_str_equal(token->value, "past"))
		return answer_json(200, format_token("past", "reader", -1));
	if (g_str_equal(token->value, "expired") && allow_expired)
		return answer_json(200, format_token("expired", "reader", -1));
	if (g_str_equal(token->value, "glance"))
		return answer_json(200, format_token("glance", "service", 3600));
	if (g_str_equal(token->value, "nobody"))
		return answer_json(200, format_token("nobody", "member", 3600));
	if (g_str_equal(token->value, "garbage"))
		return answer_json(200, g_strdup("<html>"));
	return answer_json(404, g_strdup("{}"));
}

static struct http_response *
answer_as_keystone(void *data, const struct http_request *request)
{
	if (atomic_load(&stub.is_silent))
		pass_gate();
	g_assert_cmpstr(request->path, ==, "/identity/v3/auth/tokens");
	return g_str_equal(request->method, "POST") ? log_in() : validate(request);
}

static struct verdict *
find(void *keystone, const struct http_request *request)
{
	return keystone_find(keystone, request);
}

struct fixture {
	struct http_server *stub;
	struct config *config;
	struct keystone *keystone;
	struct asked asked;
	struct http_server *server;
};

static struct http_server *
start_stub(const char *address)
{
	static const struct http_handler as_keystone = {answer_as_keystone, refuse, NULL};
	const struct http_options options = {
		.address = address,
		.threads = 2,
		.connections_max = 100,
		.request_timeout = PATIENCE,
		.shutdown_timeout = PATIENCE,
	};
	g_autoptr(GError) error = NULL;
	struct http_server *server = http_server_start(&options, &as_keystone, &error);
	g_assert_no_error(error);
	return server;
}

/* data: more lines of [keystone_authtoken]. */
static void
set_up(struct fixture *fixture, const void *data)
{
	stub.logins = stub.validations = 0;
	stub.own = 1;
	stub.own_lifetime = 3600;
	stub.login_status = 201;
	stub.validate_status = 200;
	stub.is_silent = false;
	fixture->stub = start_stub("127.0.0.1:0");
	g_autofree char *text = g_strdup_printf(
		"[keystone_authtoken]\nauth_url = http://127.0.0.1:%u/identity/v3/\n"
		"username = muster\npassword = hush\nuser_domain_id = default\n"
		"project_id = service\nwww_authenticate_uri = http://keystone.example.org\n"
		"http_request_max_retries = 0\n%s",
		http_server_get_port(fixture->stub), data == NULL ? "" : (const char *)data);
	g_autoptr(GError) error = NULL;
	fixture->config = config_load_bytes("t.conf", text, strlen(text), &error);
	g_assert_no_error(error);
	fixture->keystone = keystone_new(fixture->config, get_moment, &error);
	g_assert_no_error(error);
	fixture->asked = (struct asked){find, fixture->keystone};
	fixture->server = start_asking(&fixture->asked);
}

static void
tear_down(struct fixture *fixture, const void *data)
{
	http_server_stop(fixture->server);
	keystone_free(fixture->keystone);
	config_free(fixture->config);
	if (fixture->stub != NULL)
		http_server_stop(fixture->stub);
}

#define ANN "X-Auth-Token: ann\r\n"
#define CHALLENGE "WWW-Authenticate: Keystone uri=\"http://keystone.example.org\"\r\n"

static void
assert_asked(unsigned logins, unsigned validations)
{
	g_assert_cmpuint(atomic_load(&stub.logins), ==, logins);
	g_assert_cmpuint(atomic_load(&stub.validations), ==, validations);
}

static void
test_valid_token_is_asked_about_once(struct fixture *fixture, const void *data)
{
	assert_answer(fixture->server, ANN, 200, "user=ann project=p roles=admin");
	assert_asked(1, 1);
	pass_time(299);
	assert_answer(fixture->server, ANN, 200, "user=ann");
	assert_asked(1, 1);
	pass_time(1); /* token_cache_time */
	assert_answer(fixture->server, ANN, 200, "user=ann");
	assert_asked(1, 2);
}

static void
test_no_or_bad_token_is_challenged(struct fixture *fixture, const void *data)
{
	assert_answer(fixture->server, "", 401, CHALLENGE);
	assert_answer(fixture->server, "X-Auth-Token: \r\n", 401, CHALLENGE);
	assert_asked(0, 0);
	assert_answer(fixture->server, "X-Auth-Token: mallory\r\n", 401, CHALLENGE);
	assert_answer(fixture->server, "X-Auth-Token: mallory\r\n", 401, CHALLENGE);
	assert_asked(1, 1);
	pass_time(10); /* it may be one now */
	assert_answer(fixture->server, "X-Auth-Token: mallory\r\n", 401,
		"The request you have made requires authentication.");
	assert_asked(1, 2);
}

static void
test_expiry_ends_it_sooner(struct fixture *fixture, const void *data)
{
	assert_answer(fixture->server, "X-Auth-Token: brief\r\n", 200, "user=brief");
	pass_time(19);
	assert_answer(fixture->server, "X-Auth-Token: brief\r\n", 200, "user=brief");
	assert_asked(1, 1);
	pass_time(1);
	assert_answer(fixture->server, "X-Auth-Token: brief\r\n", 200, "user=brief");
	assert_asked(1, 2);
	assert_answer(fixture->server, "X-Auth-Token: past\r\n", 401, CHALLENGE);
}

static void
test_hundred_requests_cost_one_validation(struct fixture *fixture, const void *data)
{
	int clients[100];
	gate.has_come = gate.may_go = false;
	stub.is_silent = true;
	for (size_t i = 0; i < G_N_ELEMENTS(clients); i++)
		clients[i] = send_request(fixture->server, ANN);
	int64_t deadline = g_get_monotonic_time() + PATIENCE * G_TIME_SPAN_SECOND;
	while (http_server_get_requests_waiting(fixture->server) < G_N_ELEMENTS(clients)) {
		g_assert_cmpint(g_get_monotonic_time(), <, deadline);
		g_thread_yield();
	}
	g_mutex_lock(&gate.lock);
	gate.may_go = true;
	g_cond_broadcast(&gate.changed);
	g_mutex_unlock(&gate.lock);
	for (size_t i = 0; i < G_N_ELEMENTS(clients); i++) {
		g_autofree char *text = take_answer(clients[i]);
		assert_status(text, 200);
		assert_contains(text, "user=ann");
	}
	assert_asked(1, 1);
}

static void
test_own_token_is_renewed_before_it_expires(struct fixture *fixture, const void *data)
{
	stub.own_lifetime = 100;
	assert_answer(fixture->server, ANN, 200, "user=ann");
	assert_answer(fixture->server, "X-Auth-Token: brief\r\n", 200, "user=brief");
	assert_asked(1, 2);
	pass_time(71); /* 29 s before */
	assert_answer(fixture->server, "X-Auth-Token: nobody\r\n", 200, "user=nobody");
	assert_asked(2, 3);
}

static void
test_own_token_is_renewed_when_refused(struct fixture *fixture, const void *data)
{
	assert_answer(fixture->server, ANN, 200, "user=ann");
	stub.own = 2;
	assert_answer(fixture->server, "X-Auth-Token: brief\r\n", 200, "user=brief");
	assert_asked(2, 2);
	stub.own = 3;
	stub.login_status = 401;
	assert_answer(fixture->server, "X-Auth-Token: nobody\r\n", 503, "Keystone");
	assert_asked(3, 2);
}

static void
test_brief_own_token_is_used_once(struct fixture *fixture, const void *data)
{
	stub.own_lifetime = 5;
	assert_answer(fixture->server, ANN, 200, "user=ann");
	assert_answer(fixture->server, "X-Auth-Token: brief\r\n", 200, "user=brief");
	assert_asked(2, 2);
}

static void
test_what_keystone_cannot_say_lets_nobody_in(struct fixture *fixture, const void *data)
{
	static const int statuses[] = {300, 301, 400, 403, 429, 500, 503};
	for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
		stub.validate_status = statuses[i];
		assert_answer(fixture->server, ANN, 503,
			"The Keystone service is temporarily unavailable.");
	}
	stub.validate_status = 200;
	assert_answer(fixture->server, "X-Auth-Token: garbage\r\n", 503, "Keystone");
	assert_answer(fixture->server, ANN, 200, "user=ann"); /* nothing was remembered */
}

static void
test_keystone_away_and_back(struct fixture *fixture, const void *data)
{
	assert_answer(fixture->server, ANN, 200, "user=ann");
	g_autofree char *address =
		g_strdup_printf("127.0.0.1:%u", http_server_get_port(fixture->stub));
	http_server_stop(g_steal_pointer(&fixture->stub));
	assert_answer(fixture->server, ANN, 200, "user=ann");
	assert_answer(fixture->server, "X-Auth-Token: brief\r\n", 503, "Keystone");
	fixture->stub = start_stub(address);
	assert_answer(fixture->server, "X-Auth-Token: brief\r\n", 200, "user=brief");
}

static void
test_service_token(struct fixture *fixture, const void *data)
{
	assert_answer(fixture->server, ANN "X-Service-Token: glance\r\n", 200,
		"user=ann project=p roles=admin system=(null) service=service of glance@d, p@e");
	assert_answer(fixture->server, ANN, 200, "service= of (null)@(null), (null)@(null)");
	assert_answer(fixture->server, ANN "X-Service-Token: nobody\r\n", 200, "service=member");
	assert_answer(fixture->server, ANN "X-Service-Token: mallory\r\n", 401, CHALLENGE);
	assert_answer(fixture->server, ANN "X-Service-Token: \r\n", 200, "user=ann");
	assert_answer(fixture->server, "X-Service-Token: glance\r\n", 401, CHALLENGE);
}

static void
test_expired_token_beside_a_service(struct fixture *fixture, const void *data)
{
	assert_answer(fixture->server, "X-Auth-Token: expired\r\n", 401, CHALLENGE);
	assert_answer(fixture->server, "X-Auth-Token: expired\r\nX-Service-Token: glance\r\n", 200,
		"user=expired");
	assert_answer(fixture->server, "X-Auth-Token: expired\r\nX-Service-Token: nobody\r\n", 401,
		CHALLENGE);
}

static void
test_service_roles_may_be_required(struct fixture *fixture, const void *data)
{
	assert_answer(fixture->server, ANN "X-Service-Token: nobody\r\n", 200, "service=member");
	assert_answer(fixture->server, ANN "X-Service-Token: glance\r\n", 401, CHALLENGE);
}

static void
test_nothing_is_remembered_where_told(struct fixture *fixture, const void *data)
{
	assert_answer(fixture->server, ANN, 200, "user=ann");
	assert_answer(fixture->server, ANN, 200, "user=ann");
	assert_asked(1, 2);
}

/* Who waits for a Keystone that is silent is let go at the end. */
static void
test_end_while_keystone_is_silent(struct fixture *fixture, const void *data)
{
	gate.has_come = gate.may_go = false;
	stub.is_silent = true;
	int client = send_request(fixture->server, ANN);
	g_mutex_lock(&gate.lock);
	while (!gate.has_come)
		g_cond_wait(&gate.changed, &gate.lock);
	g_mutex_unlock(&gate.lock);
	http_server_stop(fixture->server);
	g_autofree char *text = take_answer(client);
	assert_status(text, 503);
	keystone_free(fixture->keystone);
	g_mutex_lock(&gate.lock);
	gate.may_go = true;
	g_cond_broadcast(&gate.changed);
	g_mutex_unlock(&gate.lock);
	config_free(fixture->config);
	http_server_stop(fixture->stub);
}

#define ADD_WITH(name, lines, test)                                                                \
	g_test_add("/keystone/" name, struct fixture, lines, set_up, test, tear_down)
#define ADD(name, test) ADD_WITH(name, NULL, test)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* Keystone's failing is logged, and no failure here. */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	ADD("valid-token-is-asked-about-once", test_valid_token_is_asked_about_once);
	ADD("no-or-bad-token-is-challenged", test_no_or_bad_token_is_challenged);
	ADD("expiry-ends-it-sooner", test_expiry_ends_it_sooner);
	ADD("hundred-requests-cost-one-validation", test_hundred_requests_cost_one_validation);
	ADD("own-token-is-renewed-before-it-expires", test_own_token_is_renewed_before_it_expires);
	ADD("own-token-is-renewed-when-refused", test_own_token_is_renewed_when_refused);
	ADD("brief-own-token-is-used-once", test_brief_own_token_is_used_once);
	ADD("what-keystone-cannot-say-lets-nobody-in",
		test_what_keystone_cannot_say_lets_nobody_in);
	ADD("keystone-away-and-back", test_keystone_away_and_back);
	ADD("service-token", test_service_token);
	ADD("expired-token-beside-a-service", test_expired_token_beside_a_service);
	ADD_WITH("service-roles-may-be-required",
		"service_token_roles = member, other\nservice_token_roles_required = true\n",
		test_service_roles_may_be_required);
	ADD_WITH("nothing-is-remembered-where-told", "token_cache_time = 0\n",
		test_nothing_is_remembered_where_told);
	g_test_add("/keystone/end-while-keystone-is-silent", struct fixture, NULL, set_up,
		test_end_while_keystone_is_silent, NULL);
	return g_test_run();
}
