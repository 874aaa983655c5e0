/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/keystone.h"

#include "base/clock.h"
#include "base/error.h"
#include "identity/digest.h"
#include "identity/keystone_session.h"
#include "identity/verdicts.h"

#define CALLERS_MAX 10000                /* tokens remembered, some 500 bytes each */
#define REFUSALS_MAX 10000               /* tokens known to be none */
#define REFUSAL_TIME (10 * CLOCK_SECOND) /* Keystone may come to know a token a moment later */

#define TOKEN "X-Auth-Token"
#define SERVICE_TOKEN "X-Service-Token"

#define UNAVAILABLE "The Keystone service is temporarily unavailable."

struct keystone {
	int64_t (*now)(void);
	int64_t cache_time;
	GStrv service_roles;
	bool service_roles_required;
	struct digest_key key;
	struct verdicts *verdicts;
	struct verdict *unauthorized;
	struct verdict *unavailable;
	struct keystone_session *session;
};

/* A verdict that is being found out: first on the service's token, where there is one, then on the
 * user's. */
struct check {
	struct keystone *keystone;
	struct digest key;
	char *token;
	char *service_token;    /* NULL: none */
	struct caller *service; /* NULL: not known yet */
	int64_t service_expires_at;
};

static char *
format_challenge(const struct config *config)
{
	g_autofree char *root = keystone_session_format_root(config);
	const char *uri = config_get_string(config, OPTION_WWW_AUTHENTICATE_URI);
	return g_strdup_printf("Keystone uri=\"%s\"", uri != NULL ? uri : root);
}

struct keystone *
keystone_new(const struct config *config, int64_t (*now)(void), GError **error)
{
	if (config_get_boolean(config, OPTION_DELAY_AUTH_DECISION)) {
		g_set_error_literal(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"[keystone_authtoken] delay_auth_decision: expected false; a request "
			"without a valid token is always refused");
		return NULL;
	}
	struct keystone_session *session = keystone_session_new(config, now, error);
	if (session == NULL)
		return NULL;
	g_autofree char *challenge = format_challenge(config);
	struct keystone *keystone = g_new0(struct keystone, 1);
	keystone->now = now;
	keystone->cache_time = config_get_integer(config, OPTION_TOKEN_CACHE_TIME) * CLOCK_SECOND;
	keystone->service_roles =
		caller_split_names(config_get_string(config, OPTION_SERVICE_TOKEN_ROLES));
	keystone->service_roles_required =
		config_get_boolean(config, OPTION_SERVICE_TOKEN_ROLES_REQUIRED);
	digest_key_init(&keystone->key);
	keystone->verdicts = verdicts_new(CALLERS_MAX, REFUSALS_MAX);
	keystone->unauthorized = verdict_new_challenge(challenge);
	keystone->unavailable = verdict_new_refusal(503, UNAVAILABLE);
	keystone->session = session;
	return keystone;
}

void
keystone_free(struct keystone *keystone)
{
	keystone_session_free(keystone->session);
	verdicts_free(keystone->verdicts);
	verdict_unref(keystone->unauthorized);
	verdict_unref(keystone->unavailable);
	g_strfreev(keystone->service_roles);
	g_free(keystone);
}

/* Gives the verdict to whoever waits for it, and frees the check. */
static void
end_check(struct check *check, struct verdict *verdict, int64_t until)
{
	struct keystone *keystone = check->keystone;
	verdicts_settle(keystone->verdicts, &check->key, verdict, until, keystone->now());
	g_free(check->token);
	g_free(check->service_token);
	g_clear_pointer(&check->service, caller_unref);
	g_free(check);
}

static void
refuse(struct check *check)
{
	struct keystone *keystone = check->keystone;
	end_check(check, keystone->unauthorized, keystone->now() + REFUSAL_TIME);
}

static bool
has_service_role(const struct keystone *keystone, const struct caller *service)
{
	for (char **role = service->roles; *role != NULL; role++)
		if (g_strv_contains((const char *const *)keystone->service_roles, *role))
			return true;
	return false;
}

/* A service with the role may go on with a user's token that has expired meanwhile. */
static bool
allows_expired(const struct check *check)
{
	return check->service != NULL && has_service_role(check->keystone, check->service);
}

static void on_answer(struct caller *caller, int64_t expires_at, const GError *error, void *data);

static void
ask_next(struct check *check)
{
	bool is_service = check->service_token != NULL && check->service == NULL;
	keystone_session_ask(check->keystone->session,
		is_service ? check->service_token : check->token, allows_expired(check), on_answer,
		check);
}

/* Takes the service's caller. */
static void
go_on_with_service(struct check *check, struct caller *service, int64_t expires_at)
{
	check->service = service;
	check->service_expires_at = expires_at;
	if (check->keystone->service_roles_required && !allows_expired(check))
		refuse(check);
	else
		ask_next(check);
}

static void
set_service(struct caller *caller, const struct caller *service)
{
	caller->service_user_id = g_strdup(service->user_id);
	caller->service_user_domain_id = g_strdup(service->user_domain_id);
	caller->service_project_id = g_strdup(service->project_id);
	caller->service_project_domain_id = g_strdup(service->project_domain_id);
	g_strfreev(caller->service_roles);
	caller->service_roles = g_strdupv(service->roles);
}

/* Takes the caller. */
static void
let_in(struct check *check, struct caller *caller, int64_t expires_at)
{
	struct keystone *keystone = check->keystone;
	int64_t until = MIN(keystone->now() + keystone->cache_time, expires_at);
	if (check->service != NULL) {
		set_service(caller, check->service);
		until = MIN(until, check->service_expires_at);
	}
	CLEANUP(verdict_unref) struct verdict *verdict = verdict_new(caller);
	end_check(check, verdict, until);
}

static void
on_answer(struct caller *caller, int64_t expires_at, const GError *error, void *data)
{
	struct check *check = data;
	bool is_service = check->service_token != NULL && check->service == NULL;
	if (error != NULL) {
		/* What is not known is not let in, and not remembered. */
		end_check(check, check->keystone->unavailable, CLOCK_UNKNOWN);
	} else if (caller == NULL) {
		refuse(check);
	} else if (expires_at <= check->keystone->now() && !allows_expired(check)) {
		caller_unref(caller);
		refuse(check);
	} else if (is_service) {
		go_on_with_service(check, caller, expires_at);
	} else {
		let_in(check, caller, expires_at);
	}
}

static const struct http_header *
get_token(const struct http_request *request, const char *name)
{
	const struct http_header *token = http_request_get_header(request, name);
	return token == NULL || token->length == 0 ? NULL : token;
}

/* Of the tokens, as it was made where the same head came before. False: there is none. */
static bool
find_digest(
	const struct keystone *keystone, const struct http_request *request, struct digest *digest)
{
	const struct digest *known = http_request_get_memo(request, HTTP_MEMO_TOKENS);
	if (known != NULL) {
		*digest = *known;
		return true;
	}
	const struct http_header *token = get_token(request, TOKEN);
	const struct http_header *service = get_token(request, SERVICE_TOKEN);
	if (token == NULL)
		return false;
	digest_make(&keystone->key, token->value, token->length, digest);
	if (service != NULL)
		digest_extend(&keystone->key, service->value, service->length, digest);
	http_request_take_memo(request, HTTP_MEMO_TOKENS, g_memdup2(digest, sizeof(*digest)));
	return true;
}

static char *
copy_token(const struct http_request *request, const char *name)
{
	const struct http_header *token = get_token(request, name);
	return token == NULL ? NULL : g_strndup(token->value, token->length);
}

struct verdict *
keystone_find(struct keystone *keystone, const struct http_request *request)
{
	struct digest key;
	if (!find_digest(keystone, request, &key))
		return verdict_ref(keystone->unauthorized);
	bool is_first;
	struct verdict *verdict =
		verdicts_find(keystone->verdicts, &key, request, keystone->now(), &is_first);
	if (!is_first)
		return verdict;

	struct check *check = g_new0(struct check, 1);
	check->keystone = keystone;
	check->key = key;
	check->token = copy_token(request, TOKEN);
	check->service_token = copy_token(request, SERVICE_TOKEN);
	ask_next(check);
	return NULL;
}
