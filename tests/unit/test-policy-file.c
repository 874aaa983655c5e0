/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/file.h"

#include <glib.h>
#include <string.h>

#include "base/error.h"

static void
test_reads_yaml_and_json_alike(void)
{
	static const struct {
		const char *file;
		const char *rule; /* of "a" */
		const char *source;
	} cases[] = {
		{"a: role:x\n", "role:x", "p:1"},
		{"# b\n\n'a': \"role:x or @\"\n", "(role:x or @)", "p:3"},
		{"{\"a\": \"role:x\"}", "role:x", "p:1"},
		{"{\n\t\"a\":\t\"role:x\"\n}", "role:x", "p:2"},
		{"a: >\n  role:x or\n  role:y\n", "(role:x or role:y)", "p:1"},
		{"# a\tb\na: \"role:x\tor @\" #\t\n", "(role:x or @)", "p:2"},
		{"a: \"\"\n", "@", "p:1"},
		{"a:\n", "@", "p:1"},
		{"{\"a\": null}", "@", "p:1"},
		{"a: []\n", "@", "p:1"},
		{"a: [[]]\n", "!", "p:1"},
		{"a: [\"role:x\"]\n", "role:x", "p:1"},
		{"a: [[\"role:x\", \"role:y\"], \"role:z\", []]\n",
			"((role:x and role:y) or role:z)", "p:1"},
		{"a:\n- - role:x\n  - role:y\n- [role:z]\n", "((role:x and role:y) or role:z)",
			"p:1"},
		{"a: [[\"role:x y\"]]\n", "role:x y", "p:1"},
		{"a: role:x\na: role:y\n", "role:y", "p:2"},
		{"b: &x role:x\na: *x\n", "role:x", "p:2"},
		{"\357\273\277a: role:x\n", "role:x", "p:1"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GHashTable) rules = named_rules_new();
		g_test_message("%s", cases[i].file);
		policy_file_parse(rules, "p", cases[i].file, strlen(cases[i].file), &error);
		g_assert_no_error(error);
		const struct named_rule *named = g_hash_table_lookup(rules, "a");
		g_assert_nonnull(named);
		g_autofree char *rule = rule_format(named->rule);
		g_assert_cmpstr(rule, ==, cases[i].rule);
		g_assert_cmpstr(named->source, ==, cases[i].source);
		g_assert_true(named->from_file);
	}
}

static void
test_an_empty_file_has_no_rules(void)
{
	static const char *const files[] = {"", "{}\n", "# nothing\n", "---\n", "null\n"};
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GHashTable) rules = named_rules_new();
		policy_file_parse(rules, "p", files[i], strlen(files[i]), &error);
		g_assert_no_error(error);
		g_assert_cmpuint(g_hash_table_size(rules), ==, 0);
	}
}

static void
test_tells_file_line_and_column(void)
{
	static const struct {
		const char *file;
		const char *message;
	} cases[] = {
		{"a: role:x\n\tb: role:y\n", "p:2:1: expected YAML or JSON: "},
		{"a:\t\"role:x\"\n", "p:1:3: expected a space: a tab"},
		{"a: role:x\tor role:y\n", "p:1:10: expected a space: a tab"},
		{"# a\tb\na: [role:x,\trole:y]\n", "p:2:12: expected a space: a tab"},
		{"a: @\n", "p:1:4: expected YAML or JSON: "},
		{"a: !\n", "p:1:4: expected text, between quotes"},
		{"a: !!str role:x\nb: !x y\n", "p:2:4: expected text, between quotes"},
		{"\n a: role:x xor role:y\n", "p:2:12: rule \"a\": expected and, or"},
		{"\n a: \"role:x xor role:y\"\n", "p:2:13: rule \"a\": expected and, or"},
		{"a: \"r\\x6fle:x xor role:y\"\n", "p:1:4: rule \"a\", column 8 of it: expected"},
		{"a: [[\"role:x\", \"y\"]]\n", "p:1:17: rule \"a\": expected a check"},
		{"a: [[[\"role:x\"]]]\n", "p:1:6: expected a check"},
		{"a: {b: c}\n", "p:1:4: expected a rule"},
		{"[a]: role:x\n", "p:1:1: expected the name of a rule"},
		{"- a\n", "p:1:1: expected a mapping"},
		{"a: \"role:x\\0y\"\n", "p:1:4: expected text without a NUL"},
		{"a: role:x\n--- {}\n", "p:2:5: expected one document"},
		{"a: role:\xff\n", "p: expected UTF-8 without a NUL at byte 8"},
		{"a: \x01\n", "p: expected YAML or JSON at byte 3"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GHashTable) rules = named_rules_new();
		g_assert_false(policy_file_parse(
			rules, "p", cases[i].file, strlen(cases[i].file), &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_test_message("%s", error->message);
		g_assert_true(g_str_has_prefix(error->message, cases[i].message));
	}
}

static void
test_bounds_what_it_reads(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GHashTable) rules = named_rules_new();
	g_autofree char *large = g_strnfill(POLICY_FILE_MAX + 1, '\n');
	g_assert_false(policy_file_parse(rules, "p", large, POLICY_FILE_MAX + 1, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT);
	g_clear_error(&error);

	/* A list of a hundred aliases of a list of a hundred checks. */
	g_autoptr(GString) many = g_string_new("x: [&x [");
	for (int i = 0; i < 100; i++)
		g_string_append(many, "\"@\",");
	g_string_append(many, "]]\na: [");
	for (int i = 0; i < 100; i++)
		g_string_append(many, "*x,");
	g_string_append(many, "]\n");
	g_assert_false(policy_file_parse(rules, "p", many->str, many->len, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT);
	g_clear_error(&error);

	g_assert_false(policy_file_load(rules, "/nonexistent/policy.yaml", &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_IO);
	g_assert_nonnull(strstr(error->message, "/nonexistent/policy.yaml"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/file/reads-yaml-and-json-alike", test_reads_yaml_and_json_alike);
	g_test_add_func("/policy/file/an-empty-file-has-no-rules", test_an_empty_file_has_no_rules);
	g_test_add_func("/policy/file/tells-file-line-and-column", test_tells_file_line_and_column);
	g_test_add_func("/policy/file/bounds-what-it-reads", test_bounds_what_it_reads);
	return g_test_run();
}
