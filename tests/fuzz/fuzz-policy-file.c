/* SPDX-License-Identifier: Apache-2.0 */
/* A policy file, from its bytes: rules with their sources, or a message. */
#include "fuzz.h"

#include <glib.h>

#include "policy/file.h"
#include "policy/rules.h"

#define LIST "os_compute_api:os-hypervisors:list"

/* Rules that name none, and circles, are told each time. */
static GLogWriterOutput
ignore(GLogLevelFlags level, const GLogField *fields, gsize size, void *data)
{
	return G_LOG_WRITER_HANDLED;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static gsize quiet = 0;
	if (g_once_init_enter(&quiet)) {
		g_log_set_writer_func(ignore, NULL, NULL);
		g_once_init_leave(&quiet, 1);
	}
	g_autoptr(GError) error = NULL;
	g_autoptr(GHashTable) by_name = named_rules_new();
	if (!policy_file_parse(by_name, "policy.yaml", data, size, &error)) {
		g_assert_nonnull(error);
		g_assert_true(g_str_has_prefix(error->message, "policy.yaml:"));
		g_assert_true(g_utf8_validate(error->message, -1, NULL));
		return 0;
	}
	const struct rules_options options = {.default_rule = "default", .enforce_scope = true};
	CLEANUP(rules_unref)
	struct rules *rules = rules_new(g_steal_pointer(&by_name), &options);
	static const char *const roles[] = {"admin", NULL};
	const struct policy_credentials caller = {.project_id = "p", .roles = roles};
	const struct policy_target target = {0};
	struct rules_reason reason;
	rules_check(rules, LIST, &caller, &target, &reason);
	g_assert_true(reason.known && reason.in_scope);
	return 0;
}
