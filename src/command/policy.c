/* SPDX-License-Identifier: Apache-2.0 */
/*
 * muster policy: tells which rules are in force and where they are from, and tries
 * one. It reads the files by itself, as a server that starts now would.
 */
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/policy_settings.h"
#include "command/settings.h"
#include "command/table.h"
#include "policy/policy.h"

#define EXIT_TROUBLE 2 /* as grep(1): 1 tells that it is denied */

/* GOption hands a callback nothing of its caller's. */
static char *system_scope;

/* --system, with the scope that there is or another. */
static gboolean
on_system(const char *name, const char *value, void *data, GError **error)
{
	g_free(system_scope);
	system_scope = g_strdup(value == NULL ? "all" : value);
	return TRUE;
}

static void
print_rules(struct policy *policy)
{
	static const struct table_column columns[] = {
		{"RULE", "rule"},
		{"TEXT", "text"},
		{"FROM", "source"},
	};
	g_autoptr(GPtrArray) entries = policy_list(policy);
	json_t *rows = json_array();
	for (guint i = 0; i < entries->len; i++) {
		const struct policy_entry *entry = g_ptr_array_index(entries, i);
		json_array_append_new(rows, json_pack("{s:s,s:s,s:s}", "rule", entry->name, "text",
						    entry->text, "source", entry->source));
	}
	table_print(rows, columns, G_N_ELEMENTS(columns));
	json_decref(rows);
}

static int
check(struct policy *policy, const char *rule, const struct policy_credentials *credentials)
{
	g_autofree char *why = NULL;
	const struct policy_target none = {NULL, NULL};
	bool allowed = policy_explain(policy, rule, credentials, &none, &why);
	printf("%s: %s\n", allowed ? "allowed" : "denied", why);
	return allowed ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
command_policy(int argc, char **argv)
{
	g_auto(GStrv) files = NULL;
	g_auto(GStrv) roles = NULL;
	g_autofree char *user = NULL;
	g_autofree char *project = NULL;
	g_autofree char *domain = NULL;
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME_ARRAY, &files,
			"The server's configuration", "FILE"},
		{"role", 0, 0, G_OPTION_ARG_STRING_ARRAY, &roles,
			"A role of the caller; may be given several times", "NAME"},
		{"user", 0, 0, G_OPTION_ARG_STRING, &user, "The caller's user id", "ID"},
		{"project", 0, 0, G_OPTION_ARG_STRING, &project, "The project id of the token",
			"ID"},
		{"domain", 0, 0, G_OPTION_ARG_STRING, &domain, "The domain id of the token", "ID"},
		{"system", 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK, (void *)on_system,
			"The token is for the system, by default all of it", "SCOPE"},
		G_OPTION_ENTRY_NULL,
	};
	arguments_parse(&argc, &argv, entries,
		"policy list|check [RULE] [--role NAME]... [--user ID] [--project ID] "
		"[--domain ID] [--system[=SCOPE]] [--config FILE]...",
		"list        the rules in force, and where each is from\n"
		"check RULE  whether the rule lets a caller in, and which part of it decides\n\n"
		"check ends with 0 where the caller is allowed, with 1 where it is denied.",
		1, 2);

	bool lists = g_str_equal(argv[1], "list");
	if (!(lists && argc == 2) && !(g_str_equal(argv[1], "check") && argc == 3)) {
		fprintf(stderr, "muster: policy %s: expected list or check RULE\n", argv[1]);
		return EXIT_USAGE;
	}
	log_open(false);
	g_autoptr(GError) error = NULL;
	const struct settings_arguments arguments = {.config = files};
	CLEANUP(settings_free) struct settings *settings = settings_load(&arguments, &error);
	CLEANUP(policy_close)
	struct policy *policy = settings == NULL ? NULL : policy_settings_open(settings, &error);
	if (policy == NULL) {
		arguments_fail(error);
		return EXIT_TROUBLE;
	}
	if (lists) {
		print_rules(policy);
		return EXIT_SUCCESS;
	}
	const struct policy_credentials credentials = {
		.user_id = user,
		.project_id = project,
		.domain_id = domain,
		.system_scope = system_scope,
		.roles = (const char *const *)roles,
	};
	return check(policy, argv[2], &credentials);
}
