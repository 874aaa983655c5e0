/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/keystone_session.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "http/client.h"
#include "identity/keystone_login.h"
#include "identity/keystone_token.h"

#define LOGIN_TIMEOUT (KEYSTONE_TIMEOUT / 2) /* leaves time for the question itself */
#define RENEWAL (30 * CLOCK_SECOND)          /* before its expiry: as keystoneauth does */
#define UNDER_WAY_MAX 16 /* questions at a time: one process of Keystone's each */
#define QUEUED_MAX 1000  /* questions behind those: as max_waiting by default */

struct keystone_session {
	const struct config *config;
	int64_t (*now)(void);
	char *url; /* of tokens */
	struct http_client *client;
	GMutex lock; /* of all below */
	char *token; /* Muster's own; NULL: none yet, or none any more */
	int64_t expires_at;
	bool is_logging_in;
	GQueue waiting; /* struct question *, for the login to end */
	bool is_away;   /* and that was logged */
};

struct question {
	struct keystone_session *session;
	char *subject;
	bool allow_expired;
	int64_t deadline; /* µs, monotonic */
	char *token;      /* under which it was asked */
	bool is_repeated;
	keystone_answer *answer;
	void *data;
};

char *
keystone_session_format_root(const struct config *config)
{
	char *root = g_strdup(config_get_string(config, OPTION_AUTH_URL));
	while (g_str_has_suffix(root, "/"))
		root[strlen(root) - 1] = '\0';
	if (g_str_has_suffix(root, "/v2.0") || g_str_has_suffix(root, "/v3"))
		*strrchr(root, '/') = '\0';
	return root;
}

static bool
check_url(const struct config *config, GError **error)
{
	const char *url = config_get_string(config, OPTION_AUTH_URL);
	g_autoptr(GUri) uri = url == NULL ? NULL : g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
	if (uri != NULL && g_uri_get_host(uri) != NULL && g_uri_get_userinfo(uri) == NULL &&
		(g_str_equal(g_uri_get_scheme(uri), "http") ||
			g_str_equal(g_uri_get_scheme(uri), "https")))
		return true;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"[keystone_authtoken] auth_url: auth_strategy keystone needs Keystone's URL there, "
		"such as https://keystone.example.org:5000, and no user in it");
	return false;
}

struct keystone_session *
keystone_session_new(const struct config *config, int64_t (*now)(void), GError **error)
{
	if (!check_url(config, error) || !keystone_login_check(config, error))
		return NULL;
	g_autofree char *root = keystone_session_format_root(config);
	struct keystone_session *session = g_new0(struct keystone_session, 1);
	session->config = config;
	session->now = now;
	session->url = g_strconcat(root, "/v3/auth/tokens", NULL);
	g_mutex_init(&session->lock);
	g_queue_init(&session->waiting);
	session->client = http_client_start(&(struct http_client_options){
		.under_way_max = UNDER_WAY_MAX, .queued_max = QUEUED_MAX});
	return session;
}

void
keystone_session_free(struct keystone_session *session)
{
	http_client_stop(session->client);
	g_assert(g_queue_is_empty(&session->waiting));
	g_free(session->token);
	g_free(session->url);
	g_mutex_clear(&session->lock);
	g_free(session);
}

/* Logs where it has changed; error: NULL where Keystone has answered. */
static void
tell(struct keystone_session *session, const GError *error)
{
	g_mutex_lock(&session->lock);
	bool is_news = session->is_away != (error != NULL);
	session->is_away = error != NULL;
	g_mutex_unlock(&session->lock);
	if (is_news && error != NULL)
		g_warning("Keystone does not help: %s; until it does, tokens that are not known "
			  "yet get 503",
			error->message);
	else if (is_news)
		g_message("Keystone helps again");
}

static bool
send(struct keystone_session *session, struct http_call call, http_client_done *done, void *data,
	GError **error)
{
	const struct config *config = session->config;
	call.connect_timeout =
		config_get_integer(config, OPTION_HTTP_CONNECT_TIMEOUT) * G_TIME_SPAN_SECOND;
	call.retries = (unsigned)config_get_integer(config, OPTION_HTTP_REQUEST_MAX_RETRIES);
	call.tls = (struct http_client_tls){
		.cafile = config_get_string(config, OPTION_CAFILE),
		.certfile = config_get_string(config, OPTION_CERTFILE),
		.keyfile = config_get_string(config, OPTION_KEYFILE),
		.insecure = config_get_boolean(config, OPTION_INSECURE),
	};
	return http_client_send(session->client, &call, done, data, error);
}

static void
free_question(struct question *question)
{
	g_free(question->subject);
	g_free(question->token);
	g_free(question);
}

/* Takes the caller. */
static void
end_question(struct question *question, struct caller *caller, int64_t expires_at)
{
	tell(question->session, NULL);
	question->answer(caller, expires_at, NULL, question->data);
	free_question(question);
}

static void
fail_question(struct question *question, const GError *error)
{
	tell(question->session, error);
	question->answer(NULL, CLOCK_UNKNOWN, error, question->data);
	free_question(question);
}

static void on_answer(const struct http_reply *reply, const GError *error, void *data);

/* Asks under that token of Muster's. */
static void
send_question(struct question *question, const char *token)
{
	g_autofree char *own = g_strconcat("X-Auth-Token: ", token, NULL);
	g_autofree char *subject = g_strconcat("X-Subject-Token: ", question->subject, NULL);
	const char *const headers[] = {own, subject, "Accept: application/json", NULL};
	g_autofree char *url = g_strconcat(
		question->session->url, question->allow_expired ? "?allow_expired=1" : "", NULL);
	const struct http_call call = {
		.method = "GET",
		.url = url,
		.headers = headers,
		.timeout = question->deadline - g_get_monotonic_time(),
	};
	g_free(question->token);
	question->token = g_strdup(token);
	g_autoptr(GError) error = NULL;
	if (!send(question->session, call, on_answer, question, &error))
		fail_question(question, error);
}

/* The token and its expiry, of an answer to the login. */
static char *
take_token(const struct keystone_session *session, const struct http_reply *reply,
	int64_t *expires_at, GError **error)
{
	unsigned status = http_reply_get_status(reply);
	const char *token = http_reply_get_header(reply, "X-Subject-Token");
	if (status != 201 || token == NULL) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE,
			"POST %s: expected 201 and a token for Muster itself, got %u: see "
			"[keystone_authtoken]",
			session->url, status);
		return NULL;
	}
	size_t size;
	const char *body = http_reply_get_body(reply, &size);
	CLEANUP(caller_unref) struct caller *self = NULL;
	if (!keystone_token_parse(body, size, &self, expires_at, error)) {
		g_prefix_error(error, "POST %s: ", session->url);
		return NULL;
	}
	return g_strdup(token);
}

static void
on_login(const struct http_reply *reply, const GError *failed, void *data)
{
	struct keystone_session *session = data;
	g_autoptr(GError) error = failed == NULL ? NULL : g_error_copy(failed);
	int64_t expires_at = CLOCK_UNKNOWN;
	g_autofree char *token =
		reply == NULL ? NULL : take_token(session, reply, &expires_at, &error);

	g_mutex_lock(&session->lock);
	g_free(session->token);
	session->token = g_strdup(token);
	session->expires_at = expires_at;
	session->is_logging_in = false;
	GQueue waiting = session->waiting;
	g_queue_init(&session->waiting);
	g_mutex_unlock(&session->lock);

	for (struct question *question; (question = g_queue_pop_head(&waiting)) != NULL;) {
		if (token != NULL)
			send_question(question, token);
		else
			fail_question(question, error);
	}
}

static void
log_in(struct keystone_session *session)
{
	static const char *const headers[] = {
		"Content-Type: application/json", "Accept: application/json", NULL};
	g_autofree char *body = keystone_login_format(session->config);
	const struct http_call call = {
		.method = "POST",
		.url = session->url,
		.headers = headers,
		.body = body,
		.timeout = LOGIN_TIMEOUT,
	};
	g_autoptr(GError) error = NULL;
	if (!send(session, call, on_login, session, &error))
		on_login(NULL, error, session);
}

/* Asks, once there is a token to ask under. */
static void
ask(struct question *question)
{
	struct keystone_session *session = question->session;
	bool is_first = false;
	g_autofree char *token = NULL;
	g_mutex_lock(&session->lock);
	if (session->token != NULL && session->now() < session->expires_at - RENEWAL) {
		token = g_strdup(session->token);
	} else {
		g_queue_push_tail(&session->waiting, question);
		is_first = !session->is_logging_in;
		session->is_logging_in = true;
	}
	g_mutex_unlock(&session->lock);
	if (token != NULL)
		send_question(question, token);
	else if (is_first)
		log_in(session);
}

static void
forget_token(struct keystone_session *session, const char *token)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&session->lock);
	if (g_strcmp0(session->token, token) == 0)
		g_clear_pointer(&session->token, g_free);
}

static void
take_answer(struct question *question, const struct http_reply *reply)
{
	size_t size;
	const char *body = http_reply_get_body(reply, &size);
	struct caller *caller = NULL;
	int64_t expires_at;
	g_autoptr(GError) error = NULL;
	if (keystone_token_parse(body, size, &caller, &expires_at, &error)) {
		end_question(question, caller, expires_at);
	} else {
		g_prefix_error(&error, "GET %s: ", question->session->url);
		fail_question(question, error);
	}
}

static void
on_answer(const struct http_reply *reply, const GError *error, void *data)
{
	struct question *question = data;
	unsigned status = reply == NULL ? 0 : http_reply_get_status(reply);
	if (reply == NULL) {
		fail_question(question, error);
	} else if (status == 200) {
		take_answer(question, reply);
	} else if (status == 404) {
		end_question(question, NULL, CLOCK_UNKNOWN);
	} else if (status == 401 && !question->is_repeated) {
		question->is_repeated = true;
		forget_token(question->session, question->token);
		ask(question);
	} else {
		g_autoptr(GError) other = g_error_new(MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE,
			"GET %s: expected 200 or 404, got %u%s", question->session->url, status,
			status == 403 ? ": Muster's own user needs a role that may validate tokens"
				      : "");
		fail_question(question, other);
	}
}

void
keystone_session_ask(struct keystone_session *session, const char *subject, bool allow_expired,
	keystone_answer *answer, void *data)
{
	struct question *question = g_new0(struct question, 1);
	question->session = session;
	question->subject = g_strdup(subject);
	question->allow_expired = allow_expired;
	question->deadline = g_get_monotonic_time() + KEYSTONE_TIMEOUT;
	question->answer = answer;
	question->data = data;
	ask(question);
}
