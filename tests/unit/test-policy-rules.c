/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules.h"

#include <glib.h>
#include <string.h>

#include "policy/defaults.h"
#include "policy/file.h"

#define LIST "os_compute_api:os-hypervisors:list"

static const struct rules_options strict = {
	.default_rule = "default", .enforce_scope = true, .enforce_new_defaults = true};
static const struct rules_options lenient = {.default_rule = "default"};

static struct rules *
make(const char *file, const struct rules_options *options)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GHashTable) by_name = named_rules_new();
	policy_file_parse(by_name, "p", file, strlen(file), &error);
	g_assert_no_error(error);
	return rules_new(g_steal_pointer(&by_name), options);
}

static bool
allows(const char *file, const struct rules_options *options, const char *rule,
	const struct policy_credentials *credentials)
{
	const struct policy_target target = {0};
	CLEANUP(rules_unref) struct rules *rules = make(file, options);
	return rules_check(rules, rule, credentials, &target, NULL);
}

/* Roles as "admin reader"; the rest is a user's of the project p. */
static bool
allows_roles(
	const char *file, const struct rules_options *options, const char *rule, const char *roles)
{
	g_auto(GStrv) list = g_strsplit(roles, " ", -1);
	const struct policy_credentials credentials = {
		.user_id = "u", .project_id = "p", .roles = (const char *const *)list};
	return allows(file, options, rule, &credentials);
}

static void
test_operations_are_for_administrators_by_default(void)
{
	for (const struct default_rule *rule = default_rules_get(); rule->name != NULL; rule++) {
		if (!rule->project_scope)
			continue;
		g_assert_true(g_str_has_prefix(rule->name, "os_compute_api:"));
		g_assert_true(allows_roles("", &strict, rule->name, "admin"));
		g_assert_true(allows_roles("", &strict, rule->name, "member ADMIN"));
		g_assert_true(allows_roles("", &lenient, rule->name, "admin"));
		g_assert_false(allows_roles("", &strict, rule->name, "member reader"));
		g_assert_false(allows_roles("", &lenient, rule->name, "member reader"));
		g_assert_false(allows_roles("", &strict, rule->name, ""));
	}
}

/* The policy of the recordings of the cloud delta, and what Nova answered there. */
static void
test_decides_as_nova_did(void)
{
	static const char file[] =
		"\"auditor\": \"role:auditor\"\n"
		"\"os_compute_api:os-hypervisors:list\": \"role:reader or role:admin\"\n"
		"\"os_compute_api:os-hypervisors:list-detail\": "
		"\"rule:auditor or rule:context_is_admin\"\n"
		"\"os_compute_api:os-hypervisors:show\": "
		"\"not role:banned and (role:auditor or role:admin)\"\n"
		"\"os_compute_api:os-hypervisors:statistics\": \"@\"\n"
		"\"os_compute_api:os-hypervisors:uptime\": \"!\"\n"
		"\"os_compute_api:os-hypervisors:search\": \"\"\n"
		"\"os_compute_api:os-hypervisors:servers\": \"user_id:u\"\n";
	static const struct {
		const char *operation;
		const char *roles;
		bool allowed;
	} cases[] = {
		{"list", "reader", true},
		{"list", "auditor", false},
		{"list-detail", "AUDITOR", true},
		{"list-detail", "admin", true},
		{"list-detail", "reader", false},
		{"show", "auditor", true},
		{"show", "auditor banned", false},
		{"show", "admin banned", false},
		{"show", "reader", false},
		{"statistics", "", true},
		{"uptime", "admin", false},
		{"search", "", true},
		{"servers", "", true},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *rule =
			g_strconcat("os_compute_api:os-hypervisors:", cases[i].operation, NULL);
		g_test_message("%s for %s", rule, cases[i].roles);
		g_assert_true(
			allows_roles(file, &lenient, rule, cases[i].roles) == cases[i].allowed);
	}
}

static void
test_checks_attributes_of_the_caller(void)
{
	static const char *const roles[] = {"Observer", NULL};
	static const char *const service_roles[] = {"service", NULL};
	const struct policy_credentials caller = {
		.user_id = "u",
		.project_id = "p",
		.user_domain_id = "ud",
		.system_scope = "all",
		.roles = roles,
		.service_roles = service_roles,
		.outside_admin_project = true,
		.is_admin = POLICY_ADMIN_NO,
	};
	static const struct {
		const char *rule;
		bool allowed;
	} cases[] = {
		{"user_id:u", true},
		{"user_id:U", false},
		{"user_id:uu", false},
		{"user_id:", false},
		{"user_domain_id:ud", true},
		{"domain_id:None", true},
		{"system_scope:all", true},
		{"system:all", true},
		{"roles:Observer", true},
		{"roles:observer", false},
		{"role:observer", true},
		{"role:observe", false},
		{"role:observers", false},
		{"service_roles:service", true},
		{"role:service", false},
		{"is_admin_project:False", true},
		{"is_admin:False", true},
		{"is_admin:True", false},
		{"unknown:x", false},
		{"project_id:%(project_id)s", true},
		{"project_id:x-%(project_id)s", false},
		{"user_id:%(user_id)s", false}, /* the target has none */
		{"not user_id:%(missing)s", true},
		{"'p':%(project_id)s", true},
		{"True:%(project_id)s", false},
		{"True:True", true},
		{"50:%%", false},
		{"'50%':50%%", true},
		{"user_id.x:u", false},     /* Python's TypeError, */
		{"not user_id.x:u", false}, /* which nothing negates */
		{"not unknown.x:u", true},
	};
	const struct policy_target target = {.project_id = "p"};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *file = g_strdup_printf("a: \"%s\"\n", cases[i].rule);
		CLEANUP(rules_unref) struct rules *rules = make(file, &strict);
		g_test_message("%s", cases[i].rule);
		g_assert_true(rules_check(rules, "a", &caller, &target, NULL) == cases[i].allowed);
	}
}

static void
test_scope_is_enforced_where_wanted(void)
{
	static const char *const roles[] = {"admin", NULL};
	const struct policy_credentials system = {.roles = roles, .system_scope = "all"};
	const struct policy_credentials domain = {.roles = roles, .domain_id = "d"};
	const struct policy_credentials project = {.roles = roles, .project_id = "p"};
	g_assert_false(allows("", &strict, LIST, &system));
	g_assert_false(allows("", &strict, LIST, &domain));
	g_assert_true(allows("", &strict, LIST, &project));
	g_assert_true(allows("", &lenient, LIST, &system));
	g_assert_true(allows("", &lenient, LIST, &domain));
	g_assert_false(allows(LIST ": system_scope:all", &strict, LIST, &system));
	g_assert_true(allows("a: system_scope:all", &strict, "a", &system)); /* none of Nova's */
}

static void
test_the_old_name_and_the_old_default_are_honoured(void)
{
	static const char old[] = "os_compute_api:os-hypervisors: role:reader\n";
	g_assert_true(allows_roles(old, &strict, LIST, "reader"));
	g_assert_false(allows_roles(old, &strict, LIST, "admin"));
	g_assert_false(allows_roles(old, &lenient, LIST, "admin"));
	g_assert_false(allows_roles(old, &strict, "os_compute_api:os-services:list", "reader"));

	/* The new name wins over the old one; an old one that only names the new one is none. */
	static const char both[] = "os_compute_api:os-hypervisors: role:reader\n" LIST ": role:x\n";
	g_assert_true(allows_roles(both, &strict, LIST, "x"));
	g_assert_false(allows_roles(both, &strict, LIST, "reader"));
	static const char alias[] = "os_compute_api:os-hypervisors: rule:" LIST "\n";
	g_assert_true(allows_roles(alias, &strict, LIST, "admin"));

	/* The old default is rule:admin_api. */
	static const char api[] = "admin_api: role:reader\n";
	g_assert_false(allows_roles(api, &strict, LIST, "reader"));
	g_assert_true(allows_roles(api, &lenient, LIST, "reader"));
}

static void
test_is_admin_follows_its_rule(void)
{
	static const char file[] = "context_is_admin: role:boss\na: is_admin:True\n";
	g_assert_true(allows_roles(file, &strict, "a", "boss"));
	g_assert_false(allows_roles(file, &strict, "a", "admin"));
	const struct policy_credentials given = {.is_admin = POLICY_ADMIN_YES};
	g_assert_true(allows(file, &strict, "a", &given));
	/* For that rule itself nobody is one yet, nor is anybody not. */
	g_assert_false(allows_roles(
		"context_is_admin: is_admin:False\na: is_admin:True\n", &strict, "a", "admin"));
	/* Where it cannot be found out, nobody may do anything. */
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*\"context_is_admin\" (p:1) leads*");
	g_assert_false(allows_roles(
		"context_is_admin: rule:context_is_admin\na: '@'\n", &strict, "a", ""));
	g_test_assert_expected_messages();
}

static void
test_circles_and_missing_rules_are_told_and_denied(void)
{
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*\"a\" (p:1) leads*back to itself*");
	g_assert_false(allows_roles("a: rule:a", &strict, "a", "admin"));
	g_test_assert_expected_messages();
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*\"a\" (p:1) leads*back to itself*");
	g_assert_false(allows_roles("a: not rule:a", &strict, "a", "admin"));
	g_test_assert_expected_messages();
	/* What decides before the circle is reached decides. */
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*\"a\" (p:1) leads*back to itself*");
	g_assert_true(allows_roles("a: '@ or rule:a'", &strict, "a", "admin"));
	g_test_assert_expected_messages();

	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*\"a\" (p:1) names \"lost\"*");
	g_assert_false(allows_roles("a: rule:lost", &strict, "a", "admin"));
	g_test_assert_expected_messages();
	g_assert_true(allows_roles("a: rule:lost\ndefault: '@'\n", &strict, "a", ""));
	g_assert_true(allows_roles("default: '@'\n", &strict, "nowhere", ""));
	g_assert_false(allows_roles("", &strict, "nowhere", "admin"));
}

/* Each rule names the next one twice: 2^60 checks, if nothing stopped them. */
static void
test_a_check_ends(void)
{
	g_autoptr(GString) file = g_string_new("r60: '!'\n");
	for (int i = 0; i < 60; i++)
		g_string_append_printf(file, "r%d: rule:r%d or rule:r%d\n", i, i + 1, i + 1);
	g_assert_false(allows_roles(file->str, &strict, "r0", "admin"));
	g_assert_false(allows_roles(file->str, &strict, "r55", "admin"));
}

static void
test_tells_what_decided(void)
{
	static const struct {
		const char *roles;
		const char *part;
		const char *in;
		bool holds;
	} cases[] = {
		{"admin", "role:admin", "context_is_admin", true},
		{"auditor", "(role:auditor and not role:banned)", NULL, true},
		{"auditor banned", "(rule:context_is_admin or (role:auditor and not role:banned))",
			NULL, false},
	};
	const struct policy_target target = {0};
	CLEANUP(rules_unref)
	struct rules *rules =
		make("a: rule:context_is_admin or role:auditor and not role:banned\n", &strict);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(GStrv) list = g_strsplit(cases[i].roles, " ", -1);
		const struct policy_credentials caller = {.roles = (const char *const *)list};
		struct rules_reason reason;
		rules_check(rules, "a", &caller, &target, &reason);
		g_autofree char *part = rule_format(reason.check.part);
		g_assert_cmpstr(part, ==, cases[i].part);
		g_assert_cmpstr(reason.check.in, ==, cases[i].in);
		g_assert_true(reason.check.holds == cases[i].holds);
	}
}

#define ADD(name, function) g_test_add_func("/policy/rules/" name, function)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("operations-are-for-administrators-by-default",
		test_operations_are_for_administrators_by_default);
	ADD("decides-as-nova-did", test_decides_as_nova_did);
	ADD("checks-attributes-of-the-caller", test_checks_attributes_of_the_caller);
	ADD("scope-is-enforced-where-wanted", test_scope_is_enforced_where_wanted);
	ADD("the-old-name-and-the-old-default-are-honoured",
		test_the_old_name_and_the_old_default_are_honoured);
	ADD("is-admin-follows-its-rule", test_is_admin_follows_its_rule);
	ADD("circles-and-missing-rules-are-told-and-denied",
		test_circles_and_missing_rules_are_told_and_denied);
	ADD("a-check-ends", test_a_check_ends);
	ADD("tells-what-decided", test_tells_what_decided);
	return g_test_run();
}
