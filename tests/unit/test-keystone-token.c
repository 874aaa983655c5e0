/* SPDX-License-Identifier: Apache-2.0 */
/* What Keystone says of a token, and what may stand there instead. */
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "identity/keystone_token.h"

#define EXPIRES "\"expires_at\": \"2026-11-01T00:00:01.500000Z\""

static struct caller *
parse(const char *body, int64_t *expires_at)
{
	g_autoptr(GError) error = NULL;
	struct caller *caller = NULL;
	bool is_token = keystone_token_parse(body, strlen(body), &caller, expires_at, &error);
	g_assert_no_error(error);
	g_assert_true(is_token);
	return caller;
}

static void
test_project_scope(void)
{
	int64_t expires_at;
	CLEANUP(caller_unref)
	struct caller *caller =
		parse("{\"token\": {\"methods\": [\"password\"], " EXPIRES
		      ", \"user\": {\"id\": \"u1\", \"name\": \"ann\", \"domain\": {\"id\": "
		      "\"d1\", \"name\": \"D\"}}, \"roles\": [{\"id\": \"1\", \"name\": "
		      "\"admin\"}, {\"id\": \"2\", \"name\": \"Reader\"}], \"project\": {\"id\": "
		      "\"p1\", \"name\": \"p\", \"domain\": {\"id\": \"d2\"}}, \"catalog\": []}}",
			&expires_at);
	g_assert_cmpint(expires_at, ==, INT64_C(1793491201500000));
	g_assert_cmpstr(caller->user_id, ==, "u1");
	g_assert_cmpstr(caller->user_domain_id, ==, "d1");
	g_assert_cmpstr(caller->project_id, ==, "p1");
	g_assert_cmpstr(caller->project_domain_id, ==, "d2");
	g_assert_null(caller->domain_id);
	g_assert_null(caller->system_scope);
	g_assert_false(caller->is_admin);
	g_assert_false(caller->any_project);
	g_autofree char *roles = g_strjoinv(",", caller->roles);
	g_assert_cmpstr(roles, ==, "admin,Reader");
}

static void
test_other_scopes(void)
{
	int64_t expires_at;
	CLEANUP(caller_unref)
	struct caller *system = parse("{\"token\": {" EXPIRES ", \"user\": {\"id\": \"u\"}, "
				      "\"system\": {\"all\": true}}}",
		&expires_at);
	g_assert_cmpstr(system->system_scope, ==, "all");
	g_assert_null(system->project_id);
	CLEANUP(caller_unref)
	struct caller *domain = parse("{\"token\": {" EXPIRES ", \"user\": {\"id\": \"u\"}, "
				      "\"domain\": {\"id\": \"d\"}}}",
		&expires_at);
	g_assert_cmpstr(domain->domain_id, ==, "d");
	CLEANUP(caller_unref)
	struct caller *none =
		parse("{\"token\": {" EXPIRES ", \"user\": {\"id\": \"u\"}}}", &expires_at);
	g_assert_null(none->roles[0]);
}

static void
test_admin_project(void)
{
	static const struct {
		const char *member;
		bool outside;
	} table[] = {
		{"\"is_admin_project\": false", true},
		{"\"is_admin_project\": true", false},
		{"\"is_domain\": false", false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		int64_t expires_at;
		g_autofree char *body =
			g_strdup_printf("{\"token\": {" EXPIRES ", \"user\": {\"id\": \"u\"}, %s}}",
				table[i].member);
		CLEANUP(caller_unref) struct caller *caller = parse(body, &expires_at);
		g_test_message("%s", table[i].member);
		g_assert_true(caller->outside_admin_project == table[i].outside);
	}
}

static void
test_oddities_are_passed_over(void)
{
	static const char *const table[] = {
		"\"roles\": {\"name\": \"admin\"}",
		"\"roles\": [\"admin\", null, {\"name\": 1}, {\"id\": \"admin\"}]",
		"\"system\": {\"all\": \"yes\"}",
		"\"system\": true",
		"\"project\": \"p\"",
		"\"project\": {\"id\": 7}",
		"\"domain\": []",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		int64_t expires_at;
		g_autofree char *body = g_strdup_printf(
			"{\"token\": {" EXPIRES ", \"user\": {\"id\": \"u\"}, %s}}", table[i]);
		CLEANUP(caller_unref) struct caller *caller = parse(body, &expires_at);
		g_test_message("%s", table[i]);
		g_assert_null(caller->roles[0]);
		g_assert_null(caller->project_id);
		g_assert_null(caller->domain_id);
		g_assert_null(caller->system_scope);
	}
}

static void
test_other_bodies_are_refused(void)
{
	static const char *const table[] = {
		"",
		"{",
		"[]",
		"null",
		"{\"token\": []}",
		"{\"token\": {\"user\": {\"id\": \"hush\"}}}",
		"{\"token\": {" EXPIRES "}}",
		"{\"token\": {" EXPIRES ", \"user\": {\"id\": 1}}}",
		"{\"token\": {" EXPIRES ", \"user\": {\"id\": \"\"}}}",
		"{\"token\": {\"expires_at\": null, \"user\": {\"id\": \"hush\"}}}",
		"{\"token\": {\"expires_at\": 1793491200, \"user\": {\"id\": \"hush\"}}}",
		"{\"token\": {\"expires_at\": \"hush\", \"user\": {\"id\": \"u\"}}}",
		"{\"token\": {" EXPIRES ", \"user\": {\"id\": \"a\\u0000b\"}}}",
		"{\"token\": {" EXPIRES ", \"user\": {\"id\": \"\xff\"}}}",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GError) error = NULL;
		struct caller *caller = NULL;
		int64_t expires_at;
		g_test_message("%s", table[i]);
		g_assert_false(keystone_token_parse(
			table[i], strlen(table[i]), &caller, &expires_at, &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_assert_null(caller);
		g_assert_null(strstr(error->message, "hush"));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/keystone-token/project-scope", test_project_scope);
	g_test_add_func("/keystone-token/other-scopes", test_other_scopes);
	g_test_add_func("/keystone-token/admin-project", test_admin_project);
	g_test_add_func("/keystone-token/oddities-are-passed-over", test_oddities_are_passed_over);
	g_test_add_func("/keystone-token/other-bodies-are-refused", test_other_bodies_are_refused);
	return g_test_run();
}
