/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/keystone_token.h"

#include <jansson.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"

CLEANUP_DEFINE(json_t, json_decref)

/* A copy of a text; NULL where there is none, or something else. */
static char *
take_text(const json_t *object, const char *name)
{
	return g_strdup(json_string_value(json_object_get(object, name)));
}

static GStrv
take_roles(const json_t *token)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	const json_t *roles = json_object_get(token, "roles"), *role;
	size_t at;
	json_array_foreach(roles, at, role)
	{
		const char *name = json_string_value(json_object_get(role, "name"));
		if (name != NULL)
			g_strv_builder_add(names, name);
	}
	return g_strv_builder_end(names);
}

static struct caller *
make_caller(const json_t *token)
{
	const json_t *user = json_object_get(token, "user");
	const json_t *project = json_object_get(token, "project");
	struct caller *caller = caller_new();
	caller->user_id = take_text(user, "id");
	caller->user_domain_id = take_text(json_object_get(user, "domain"), "id");
	caller->project_id = take_text(project, "id");
	caller->project_domain_id = take_text(json_object_get(project, "domain"), "id");
	caller->domain_id = take_text(json_object_get(token, "domain"), "id");
	if (json_is_true(json_object_get(json_object_get(token, "system"), "all")))
		caller->system_scope = g_strdup("all");
	g_strfreev(caller->roles);
	caller->roles = take_roles(token);
	caller->outside_admin_project = json_is_false(json_object_get(token, "is_admin_project"));
	return caller;
}

bool
keystone_token_parse(
	const char *body, size_t size, struct caller **caller, int64_t *expires_at, GError **error)
{
	json_error_t where;
	CLEANUP(json_decref) json_t *json = json_loadb(body, size, 0, &where);
	if (json == NULL) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"expected a token in JSON; line %d, column %d is none", where.line,
			where.column);
		return false;
	}
	const json_t *token = json_object_get(json, "token");
	const char *user = json_string_value(json_object_get(json_object_get(token, "user"), "id"));
	if (user == NULL || *user == '\0') {
		g_set_error_literal(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"expected a token's user, a text at token.user.id");
		return false;
	}
	const char *expires = json_string_value(json_object_get(token, "expires_at"));
	if (!clock_parse_sql(expires, expires_at)) {
		g_set_error_literal(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"expected a moment such as 2026-11-01T00:00:00.000000Z at "
			"token.expires_at");
		return false;
	}
	*caller = make_caller(token);
	return true;
}
