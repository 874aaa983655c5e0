/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of tests/policy/differential: for each line of JSON on stdin,
 *
 *   {"file": TEXT, "enforce_scope": …, "enforce_new_defaults": …, "default_rule": NAME,
 *    "checks": [{"rule": NAME, "credentials": {…}, "target": {…}}, …]}
 *
 * a line of JSON on stdout: {"refused": WHY} for a file that is none, else
 * {"allowed": [true or false for each check]}.
 */
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "policy/file.h"
#include "policy/rules.h"

static const char *
get_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Its texts are lent by the JSON. */
static const char **
get_list(const json_t *object, const char *key)
{
	const json_t *list = json_object_get(object, key);
	const char **texts = g_new0(const char *, json_array_size(list) + 1);
	for (size_t i = 0; i < json_array_size(list); i++)
		texts[i] = json_string_value(json_array_get(list, i));
	return texts;
}

static enum policy_admin
get_admin(const json_t *credentials)
{
	const json_t *is_admin = json_object_get(credentials, "is_admin");
	if (!json_is_boolean(is_admin))
		return POLICY_ADMIN_BY_RULE;
	return json_is_true(is_admin) ? POLICY_ADMIN_YES : POLICY_ADMIN_NO;
}

static bool
check(const struct rules *rules, const json_t *asked)
{
	const json_t *who = json_object_get(asked, "credentials");
	const json_t *what = json_object_get(asked, "target");
	g_autofree const char **roles = get_list(who, "roles");
	g_autofree const char **service_roles = get_list(who, "service_roles");
	const struct policy_credentials credentials = {
		.user_id = get_text(who, "user_id"),
		.user_domain_id = get_text(who, "user_domain_id"),
		.project_id = get_text(who, "project_id"),
		.project_domain_id = get_text(who, "project_domain_id"),
		.domain_id = get_text(who, "domain_id"),
		.system_scope = get_text(who, "system_scope"),
		.roles = roles,
		.service_user_id = get_text(who, "service_user_id"),
		.service_user_domain_id = get_text(who, "service_user_domain_id"),
		.service_project_id = get_text(who, "service_project_id"),
		.service_project_domain_id = get_text(who, "service_project_domain_id"),
		.service_roles = service_roles,
		.outside_admin_project = json_is_false(json_object_get(who, "is_admin_project")),
		.is_admin = get_admin(who),
	};
	const struct policy_target target = {
		.project_id = get_text(what, "project_id"),
		.user_id = get_text(what, "user_id"),
	};
	return rules_check(rules, get_text(asked, "rule"), &credentials, &target, NULL);
}

static json_t *
answer(const json_t *asked)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GHashTable) by_name = named_rules_new();
	const json_t *file = json_object_get(asked, "file");
	if (!policy_file_parse(
		    by_name, "policy", json_string_value(file), json_string_length(file), &error))
		return json_pack("{s:s}", "refused", error->message);
	const struct rules_options options = {
		.default_rule = get_text(asked, "default_rule"),
		.enforce_scope = json_is_true(json_object_get(asked, "enforce_scope")),
		.enforce_new_defaults =
			json_is_true(json_object_get(asked, "enforce_new_defaults")),
	};
	CLEANUP(rules_unref)
	struct rules *rules = rules_new(g_steal_pointer(&by_name), &options);
	const json_t *checks = json_object_get(asked, "checks");
	json_t *allowed = json_array();
	for (size_t i = 0; i < json_array_size(checks); i++)
		json_array_append_new(
			allowed, json_boolean(check(rules, json_array_get(checks, i))));
	return json_pack("{s:o}", "allowed", allowed);
}

/* Rules that name none are part of what is tried, and are not to be told each time. */
static GLogWriterOutput
ignore(GLogLevelFlags level, const GLogField *fields, gsize size, void *data)
{
	return G_LOG_WRITER_HANDLED;
}

int
main(void)
{
	g_log_set_writer_func(ignore, NULL, NULL);
	char *line = NULL;
	size_t room = 0;
	while (getline(&line, &room, stdin) > 0) {
		json_error_t error;
		json_t *asked = json_loads(line, JSON_ALLOW_NUL, &error);
		if (asked == NULL) {
			fprintf(stderr, "check-policies: expected JSON: %s\n", error.text);
			return EXIT_FAILURE;
		}
		json_t *answered = answer(asked);
		json_dumpf(answered, stdout, JSON_COMPACT);
		putchar('\n');
		fflush(stdout);
		json_decref(answered);
		json_decref(asked);
	}
	free(line);
	return EXIT_SUCCESS;
}
