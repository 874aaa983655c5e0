/* SPDX-License-Identifier: Apache-2.0 */
/* A rule in oslo.policy's language: what is read can be printed, read again and checked; for the
 * rest there is a place within the text. */
#include "fuzz.h"

#include <glib.h>
#include <string.h>

#include "policy/check.h"
#include "policy/rule_parser.h"

/* Every rule that it names is itself. */
static void
check(struct rule *rule)
{
	static const char *const roles[] = {"admin", "Member", NULL};
	const struct policy_credentials credentials = {.user_id = "u", .roles = roles};
	const struct policy_target target = {.project_id = "p"};
	g_autoptr(GHashTable) none = named_rules_new();
	const struct check_rules rules = {.by_name = none, .fallback = rule};
	struct check_reason reason;
	bool allowed = check_rule(&rules, rule, &credentials, &target, &reason);
	g_assert_nonnull(reason.part);
	g_assert_false(allowed && reason.given_up);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	if (!g_utf8_validate(text, -1, NULL))
		return 0;
	g_autoptr(GError) error = NULL;
	size_t at = 0;
	CLEANUP(rule_unref) struct rule *rule = rule_parse(text, &at, &error);
	if (rule == NULL) {
		g_assert_nonnull(error);
		g_assert_cmpuint(at, <=, strlen(text));
		return 0;
	}
	g_autofree char *printed = rule_format(rule);
	CLEANUP(rule_unref) struct rule *again = rule_parse(printed, &at, NULL);
	/* It may have more parentheses than were written. */
	if (again != NULL) {
		g_autofree char *reprinted = rule_format(again);
		g_assert_cmpstr(reprinted, ==, printed);
	}
	check(rule);
	return 0;
}
