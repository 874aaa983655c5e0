/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rule_parser.h"

#include <glib.h>
#include <string.h>

#include "base/error.h"

static void
test_operators_bind_as_in_oslo_policy(void)
{
	static const struct {
		const char *text;
		const char *tree;
	} cases[] = {
		{"", "@"},
		{"@", "@"},
		{"!", "!"},
		{"role:admin", "role:admin"},
		{"a:1 or b:2 and c:3", "(a:1 or (b:2 and c:3))"},
		{"a:1 and b:2 or c:3", "((a:1 and b:2) or c:3)"},
		{"a:1 or b:2 or c:3", "(a:1 or b:2 or c:3)"},
		{"not a:1 and b:2", "(not a:1 and b:2)"},
		{"not (a:1 and b:2)", "not (a:1 and b:2)"},
		{"not not a:1", "not not a:1"},
		{"(a:1 or b:2) and c:3", "((a:1 or b:2) and c:3)"},
		{"( ( a:1 ) )", "a:1"},
		{"a:1 AND\tb:2\n oR NOT c:3", "((a:1 and b:2) or not c:3)"},
		{"a:1\xc2\xa0or\xe2\x80\x83"
		 "b:2",
			"(a:1 or b:2)"},
		{"project_id:%(project_id)s", "project_id:%(project_id)s"},
		{"(project_id:%(project_id)s)", "project_id:%(project_id)s"},
		{"'Member':%(role.name)s", "'Member':%(role.name)s"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		size_t at = 0;
		CLEANUP(rule_unref) struct rule *rule = rule_parse(cases[i].text, &at, &error);
		g_assert_no_error(error);
		g_autofree char *tree = rule_format(rule);
		g_assert_cmpstr(tree, ==, cases[i].tree);
	}
}

static void
test_tells_what_was_expected_and_where(void)
{
	static const struct {
		const char *text;
		size_t at;
		const char *message;
	} cases[] = {
		{"   ", 3, "expected a check, as role:NAME, @ or ! where the rule ends"},
		{"admin", 0, "expected a check, as role:NAME, @ or !, where \"admin\" stands"},
		{"role:a xor role:b", 7, "where \"xor\" stands"},
		{"role:a role:b", 7, "expected and, or, or the end of the rule"},
		{"role:a and", 10, "where the rule ends"},
		{"and role:a", 0, "where \"and\" stands"},
		{"(role:a or role:b", 17, "a closing parenthesis where the rule ends"},
		{"role:a)", 6, "where \")\" stands"},
		{"()", 1, "expected a check"},
		{"not", 3, "expected a check"},
		{"\"role:a\"", 0, "expected a check"},
		{"role:a or \"b\":\"c\"", 10, "expected a check"},
		{"role:a or role:%(x", 15, "expected %(NAME)s or %%"},
		{"role:100%", 8, "expected %(NAME)s or %%"},
		{"x:%(y)d", 2, "expected %(NAME)s or %%"},
		{":x", 0, "before the colon"},
		{"1a:x", 0, "before the colon"},
		{"class:x", 0, "before the colon"},
		{"'a\\n':x", 0, "before the colon"},
		{"a..b:x", 0, "before the colon"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		size_t at = 0;
		g_assert_null(rule_parse(cases[i].text, &at, &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_test_message("%s: %s", cases[i].text, error->message);
		g_assert_nonnull(strstr(error->message, cases[i].message));
		g_assert_cmpuint(at, ==, cases[i].at);
	}
}

static void
test_refuses_remote_checks(void)
{
	static const char *const texts[] = {"http://localhost/x", "@ or https:x"};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		size_t at = 0;
		g_assert_null(rule_parse(texts[i], &at, &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED);
		g_assert_nonnull(strstr(error->message, "remote check"));
	}
}

static void
test_bounds_depth_and_length(void)
{
	g_autoptr(GError) error = NULL;
	size_t at = 0;
	g_autoptr(GString) deep = g_string_new(NULL);
	for (int i = 0; i < RULE_DEPTH_MAX; i++)
		g_string_append(deep, i % 2 == 0 ? "(" : "not ");
	g_string_append_c(deep, '@');
	for (int i = 0; i < RULE_DEPTH_MAX; i += 2)
		g_string_append_c(deep, ')');
	CLEANUP(rule_unref) struct rule *rule = rule_parse(deep->str, &at, &error);
	g_assert_no_error(error);
	g_assert_nonnull(rule);

	g_string_prepend(deep, "not ");
	g_assert_null(rule_parse(deep->str, &at, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT);
	g_clear_error(&error);

	g_autofree char *role = g_strnfill(RULE_LENGTH_MAX, 'x');
	g_autofree char *text = g_strconcat("role:", role, NULL);
	g_assert_null(rule_parse(text, &at, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT);
}

static void
collect(const char *name, void *names)
{
	g_ptr_array_add(names, (char *)name);
}

static void
test_tells_which_rules_it_names(void)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	size_t at = 0;
	CLEANUP(rule_unref)
	struct rule *rule = rule_parse("rule:a or not (role:x and rule:b:c)", &at, NULL);
	rule_foreach_reference(rule, collect, names);
	g_assert_cmpuint(names->len, ==, 2);
	g_assert_cmpstr(g_ptr_array_index(names, 0), ==, "a");
	g_assert_cmpstr(g_ptr_array_index(names, 1), ==, "b:c");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/rule/operators-bind-as-in-oslo-policy",
		test_operators_bind_as_in_oslo_policy);
	g_test_add_func("/policy/rule/tells-what-was-expected-and-where",
		test_tells_what_was_expected_and_where);
	g_test_add_func("/policy/rule/refuses-remote-checks", test_refuses_remote_checks);
	g_test_add_func("/policy/rule/bounds-depth-and-length", test_bounds_depth_and_length);
	g_test_add_func("/policy/rule/tells-which-rules-it-names", test_tells_which_rules_it_names);
	return g_test_run();
}
