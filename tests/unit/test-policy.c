/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"

#define LIST "os_compute_api:os-hypervisors:list"

/* Two directories in which files are sought, and a policy.d in the first. */
struct fixture {
	char *top;
	char *directories[3];
	struct policy_options options;
};

static const char *const policy_dirs[] = {"policy.d", NULL};
static const struct policy_target no_target = {0};

static void
set_up(struct fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	fixture->top = g_dir_make_tmp("muster-policy-XXXXXX", &error);
	g_assert_no_error(error);
	fixture->directories[0] = g_build_filename(fixture->top, "first", NULL);
	fixture->directories[1] = g_build_filename(fixture->top, "second", NULL);
	g_autofree char *policy_d = g_build_filename(fixture->directories[0], "policy.d", NULL);
	g_assert_cmpint(g_mkdir_with_parents(policy_d, 0700), ==, 0);
	g_assert_cmpint(g_mkdir(fixture->directories[1], 0700), ==, 0);
	fixture->options = (struct policy_options){
		.policy_file = "policy.yaml",
		.policy_file_is_default = true,
		.policy_dirs = policy_dirs,
		.directories = (const char *const *)fixture->directories,
		.policy_default_rule = "default",
		.enforce_scope = true,
		.enforce_new_defaults = true,
	};
}

static void
remove_tree(const char *path)
{
	g_autoptr(GDir) files = g_dir_open(path, 0, NULL);
	const char *name;
	while (files != NULL && (name = g_dir_read_name(files)) != NULL) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		remove_tree(file);
	}
	g_remove(path);
}

static void
tear_down(struct fixture *fixture, const void *data)
{
	remove_tree(fixture->top);
	g_free(fixture->top);
	g_free(fixture->directories[0]);
	g_free(fixture->directories[1]);
}

/* A file that is put in place whole, so that each has an inode of its own. */
static void
put(const struct fixture *fixture, const char *name, const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = g_build_filename(fixture->top, name, NULL);
	g_file_set_contents(path, text, -1, &error);
	g_assert_no_error(error);
}

static struct policy *
open_policy(const struct fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	g_test_expect_message("muster", G_LOG_LEVEL_MESSAGE, "policy: *");
	struct policy *policy = policy_open(&fixture->options, &error);
	g_assert_no_error(error);
	g_test_assert_expected_messages();
	return policy;
}

static bool
allows(struct policy *policy, const char *role)
{
	const char *const roles[] = {role, NULL};
	const struct policy_credentials caller = {.project_id = "p", .roles = roles};
	return policy_check(policy, LIST, &caller, &no_target);
}

static void
test_without_files_the_defaults_are_in_force(struct fixture *fixture, const void *data)
{
	CLEANUP(policy_close) struct policy *policy = open_policy(fixture);
	g_assert_true(allows(policy, "admin"));
	g_assert_false(allows(policy, "reader"));
	g_assert_true(policy_is_known(LIST));
	g_assert_false(policy_is_known("os_compute_api:os-hypervisors:lists"));
}

static void
test_files_are_sought_in_order(struct fixture *fixture, const void *data)
{
	put(fixture, "second/policy.json", "{\"" LIST "\": \"role:json\"}");
	CLEANUP(policy_close) struct policy *json = open_policy(fixture);
	g_assert_true(allows(json, "json"));

	put(fixture, "second/policy.yaml", LIST ": role:second\n");
	CLEANUP(policy_close) struct policy *second = open_policy(fixture);
	g_assert_true(allows(second, "second"));

	put(fixture, "first/policy.yaml", LIST ": role:first\n");
	CLEANUP(policy_close) struct policy *first = open_policy(fixture);
	g_assert_true(allows(first, "first"));

	/* One that somebody chose, and is missing, has no other in its place. */
	fixture->options.policy_file = "chosen.yaml";
	fixture->options.policy_file_is_default = false;
	CLEANUP(policy_close) struct policy *chosen = open_policy(fixture);
	g_assert_true(allows(chosen, "admin"));
	g_assert_false(allows(chosen, "json"));
}

static void
test_a_directory_is_read_after_the_file_by_name(struct fixture *fixture, const void *data)
{
	put(fixture, "first/policy.yaml", LIST ": role:file\n");
	put(fixture, "first/policy.d/20.yaml", LIST ": role:twenty\n");
	put(fixture, "first/policy.d/10.yaml", LIST ": role:ten\n");
	put(fixture, "first/policy.d/.99.yaml", "no policy");
	CLEANUP(policy_close) struct policy *policy = open_policy(fixture);
	g_assert_true(allows(policy, "twenty"));
	g_assert_false(allows(policy, "ten"));
}

static void
test_a_broken_file_is_refused_at_the_start(struct fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	put(fixture, "first/policy.yaml", "a: role:x\n\tb: role:y\n");
	g_assert_null(policy_open(&fixture->options, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	g_assert_nonnull(strstr(error->message, "/first/policy.yaml:2:1: expected"));
}

static void
test_changes_are_taken_up(struct fixture *fixture, const void *data)
{
	CLEANUP(policy_close) struct policy *policy = open_policy(fixture);
	static const struct {
		const char *name;
		const char *text;
		const char *role;
	} changes[] = {
		{"first/policy.yaml", LIST ": role:one\n", "one"},
		{"first/policy.yaml", LIST ": role:two\n", "two"},
		{"first/policy.d/a.yaml", LIST ": role:three\n", "three"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		put(fixture, changes[i].name, changes[i].text);
		g_assert_false(allows(policy, changes[i].role));
		g_test_expect_message("muster", G_LOG_LEVEL_MESSAGE, "policy: in force are*");
		policy_refresh(policy);
		g_test_assert_expected_messages();
		g_assert_true(allows(policy, changes[i].role));
		policy_refresh(policy); /* nothing has changed: nothing is logged */
	}
	g_autofree char *gone = g_build_filename(fixture->top, "first/policy.d/a.yaml", NULL);
	g_assert_cmpint(g_unlink(gone), ==, 0);
	g_test_expect_message("muster", G_LOG_LEVEL_MESSAGE, "policy: in force are*");
	policy_refresh(policy);
	g_test_assert_expected_messages();
	g_assert_true(allows(policy, "two"));
}

static void
test_the_last_good_rules_stay_where_a_file_breaks(struct fixture *fixture, const void *data)
{
	put(fixture, "first/policy.yaml", LIST ": role:good\n");
	CLEANUP(policy_close) struct policy *policy = open_policy(fixture);
	put(fixture, "first/policy.yaml", LIST ": role:bad xor\n");
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*policy.yaml:1:*rules*stay so");
	policy_refresh(policy);
	g_test_assert_expected_messages();
	policy_refresh(policy); /* it is told once */
	g_assert_true(allows(policy, "good"));

	put(fixture, "first/policy.yaml", LIST ": role:better\n");
	g_test_expect_message("muster", G_LOG_LEVEL_MESSAGE, "policy: in force are*");
	policy_refresh(policy);
	g_test_assert_expected_messages();
	g_assert_true(allows(policy, "better"));
}

static void
test_lists_rules_with_their_sources(struct fixture *fixture, const void *data)
{
	put(fixture, "first/policy.yaml", "\n" LIST ": role:x or @\n");
	CLEANUP(policy_close) struct policy *policy = open_policy(fixture);
	g_autoptr(GPtrArray) entries = policy_list(policy);
	const char *before = "";
	bool found = false;
	for (guint i = 0; i < entries->len; i++) {
		const struct policy_entry *entry = g_ptr_array_index(entries, i);
		g_assert_cmpstr(before, <, entry->name);
		before = entry->name;
		if (!g_str_equal(entry->name, LIST)) {
			g_assert_cmpstr(entry->source, ==, "default");
			continue;
		}
		found = true;
		g_assert_cmpstr(entry->text, ==, "(role:x or @)");
		g_assert_true(g_str_has_suffix(entry->source, "/first/policy.yaml:2"));
	}
	g_assert_true(found);
}

static void
test_explains_in_words(struct fixture *fixture, const void *data)
{
	CLEANUP(policy_close) struct policy *policy = open_policy(fixture);
	static const char *const roles[] = {"admin", NULL};
	const struct policy_credentials cases[] = {
		{.project_id = "p", .roles = roles},
		{.project_id = "p"},
		{.system_scope = "all", .roles = roles},
	};
	static const char *const whys[] = {
		"role:admin holds in the rule \"context_is_admin\" (default)",
		"role:admin does not hold in the rule \"context_is_admin\" (default)",
		"the token is of the scope system, and the rule is for project",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *why = NULL;
		g_assert_true(
			policy_explain(policy, LIST, &cases[i], &no_target, &why) == (i == 0));
		g_assert_cmpstr(why, ==, whys[i]);
	}
	g_autofree char *why = NULL;
	g_assert_false(policy_explain(policy, "nowhere", &cases[0], &no_target, &why));
	g_assert_cmpstr(why, ==, "there is no such rule");
}

#define CHECKS 20000

static void *
check_many(void *policy)
{
	size_t allowed = 0;
	for (size_t i = 0; i < CHECKS; i++)
		allowed += allows(policy, "either");
	return GSIZE_TO_POINTER(allowed);
}

/* Rules change under the threads that check; either set allows. */
static void
test_threads_check_while_rules_change(struct fixture *fixture, const void *data)
{
	put(fixture, "first/policy.yaml", LIST ": role:either\n");
	CLEANUP(policy_close) struct policy *policy = open_policy(fixture);
	GThread *threads[2];
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("check", check_many, policy);
	for (int i = 0; i < 20; i++) {
		g_autofree char *text = g_strdup_printf("%s: role:x%d or role:either\n", LIST, i);
		put(fixture, "first/policy.yaml", text);
		g_test_expect_message("muster", G_LOG_LEVEL_MESSAGE, "policy: in force are*");
		policy_refresh(policy);
		g_test_assert_expected_messages();
	}
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		g_assert_cmpuint(GPOINTER_TO_SIZE(g_thread_join(threads[i])), ==, CHECKS);
}

#define ADD(name, function)                                                                        \
	g_test_add("/policy/" name, struct fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("without-files-the-defaults-are-in-force",
		test_without_files_the_defaults_are_in_force);
	ADD("files-are-sought-in-order", test_files_are_sought_in_order);
	ADD("a-directory-is-read-after-the-file-by-name",
		test_a_directory_is_read_after_the_file_by_name);
	ADD("a-broken-file-is-refused-at-the-start", test_a_broken_file_is_refused_at_the_start);
	ADD("changes-are-taken-up", test_changes_are_taken_up);
	ADD("the-last-good-rules-stay-where-a-file-breaks",
		test_the_last_good_rules_stay_where_a_file_breaks);
	ADD("lists-rules-with-their-sources", test_lists_rules_with_their_sources);
	ADD("explains-in-words", test_explains_in_words);
	ADD("threads-check-while-rules-change", test_threads_check_while_rules_change);
	return g_test_run();
}
