/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules.h"

#include <string.h>

#include "policy/defaults.h"
#include "policy/rule_parser.h"

struct rules {
	struct check_rules check;
	bool enforce_scope;
};

/* A look through the files' rules for what cannot be meant. */
struct survey {
	const struct check_rules *rules;
	const char *name; /* the rule that is looked at */
	const struct named_rule *named;
	GHashTable *heights; /* how many names each rule leads through: GUINT by lent char * */
	unsigned depth;      /* of the rules that are looked through at the moment */
	unsigned height;     /* the most of the rules that this one names */
};

static struct rule *
parse_default(const char *text)
{
	g_autoptr(GError) error = NULL;
	size_t at = 0;
	struct rule *rule = rule_parse(text, &at, &error);
	g_assert_no_error(error);
	return rule;
}

/* Whether all that a rule says is to do as the other does. */
static bool
is_reference_to(const struct rule *rule, const char *name)
{
	return rule->kind == RULE_REFERENCE && g_str_equal(rule->right, name);
}

static void
add_default(GHashTable *by_name, const struct default_rule *rule, bool enforce_new_defaults)
{
	const char *before = rule->deprecated_name;
	struct named_rule *named = g_hash_table_lookup(by_name, rule->name);
	const struct named_rule *renamed =
		before == NULL ? NULL : g_hash_table_lookup(by_name, before);
	if (named != NULL) {
		/* The file's own stands. */
	} else if (renamed != NULL && !is_reference_to(renamed->rule, rule->name)) {
		named = named_rules_replace(by_name, rule->name, rule_ref(renamed->rule),
			g_strdup_printf("%s, as %s", renamed->source, before));
		named->from_file = true;
	} else if (before != NULL && !enforce_new_defaults) {
		g_autofree char *both =
			g_strdup_printf("(%s) or (%s)", rule->text, rule->deprecated_text);
		named = named_rules_replace(by_name, rule->name, parse_default(both),
			g_strdup("default, the old one included"));
	} else {
		named = named_rules_replace(
			by_name, rule->name, parse_default(rule->text), g_strdup("default"));
	}
	named->project_scope = rule->project_scope;
}

static void
warn_of_missing(const char *name, void *data)
{
	const struct survey *survey = data;
	if (survey->rules->fallback == NULL && !g_hash_table_contains(survey->rules->by_name, name))
		g_warning("policy: the rule \"%s\" (%s) names \"%s\", which is no rule of the "
			  "policy files or of Muster's defaults: it is denied there",
			survey->name, survey->named->source, name);
}

static unsigned get_height(struct survey *survey, const char *name);

static void
raise_height(const char *name, void *data)
{
	struct survey *survey = data;
	survey->height = MAX(survey->height, get_height(survey, name));
}

/* How many names a rule leads through: CHECK_DEPTH_MAX + 1 where it leads back to itself, which is
 * what a rule counts as while it is looked through. */
static unsigned
get_height(struct survey *survey, const char *name)
{
	const unsigned endless = CHECK_DEPTH_MAX + 1;
	const struct named_rule *named = g_hash_table_lookup(survey->rules->by_name, name);
	void *known = g_hash_table_lookup(survey->heights, name);
	if (named == NULL)
		return 0;
	if (known != NULL)
		return GPOINTER_TO_UINT(known);
	if (survey->depth == endless)
		return endless;
	g_hash_table_insert(survey->heights, (char *)name, GUINT_TO_POINTER(endless));

	unsigned outer = survey->height;
	survey->height = 0;
	survey->depth++;
	rule_foreach_reference(named->rule, raise_height, survey);
	survey->depth--;
	unsigned height = MIN(survey->height + 1, endless);
	survey->height = outer;
	g_hash_table_insert(survey->heights, (char *)name, GUINT_TO_POINTER(height));
	return height;
}

static void
warn_of_faults(const struct check_rules *rules)
{
	g_autoptr(GHashTable) heights = g_hash_table_new(g_str_hash, g_str_equal);
	struct survey survey = {.rules = rules, .heights = heights};
	GHashTableIter iter;
	void *name, *named;
	g_hash_table_iter_init(&iter, rules->by_name);
	while (g_hash_table_iter_next(&iter, &name, &named)) {
		survey.name = name;
		survey.named = named;
		if (!survey.named->from_file)
			continue;
		rule_foreach_reference(survey.named->rule, warn_of_missing, &survey);
		if (get_height(&survey, name) > CHECK_DEPTH_MAX)
			g_warning("policy: the rule \"%s\" (%s) leads to a rule that leads back to "
				  "itself, or through more than %d others: it is denied there",
				survey.name, survey.named->source, CHECK_DEPTH_MAX);
	}
}

struct rules *
rules_new(GHashTable *by_name, const struct rules_options *options)
{
	for (const struct default_rule *rule = default_rules_get(); rule->name != NULL; rule++)
		add_default(by_name, rule, options->enforce_new_defaults);
	const struct named_rule *fallback =
		options->default_rule == NULL ? NULL
					      : g_hash_table_lookup(by_name, options->default_rule);
	struct rules *rules = g_atomic_rc_box_new0(struct rules);
	rules->check.by_name = by_name;
	rules->check.fallback = fallback == NULL ? NULL : fallback->rule;
	rules->enforce_scope = options->enforce_scope;
	warn_of_faults(&rules->check);
	return rules;
}

struct rules *
rules_ref(struct rules *rules)
{
	return g_atomic_rc_box_acquire(rules);
}

static void
rules_clear(void *rules)
{
	g_hash_table_unref(((struct rules *)rules)->check.by_name);
}

void
rules_unref(struct rules *rules)
{
	g_atomic_rc_box_release_full(rules, rules_clear);
}

GHashTable *
rules_get(const struct rules *rules)
{
	return rules->check.by_name;
}

static bool
is_set(const char *text)
{
	return text != NULL && *text != '\0';
}

/* oslo_policy/policy.py, _enforce_scope(). */
static const char *
get_scope(const struct policy_credentials *credentials)
{
	if (is_set(credentials->system_scope))
		return "system";
	return is_set(credentials->domain_id) ? "domain" : "project";
}

bool
rules_check(const struct rules *rules, const char *name,
	const struct policy_credentials *credentials, const struct policy_target *target,
	struct rules_reason *reason)
{
	struct rules_reason ignored;
	if (reason == NULL)
		reason = &ignored;
	const struct named_rule *named = g_hash_table_lookup(rules->check.by_name, name);
	const struct rule *rule = named == NULL ? rules->check.fallback : named->rule;
	*reason = (struct rules_reason){
		.known = rule != NULL,
		.scope = get_scope(credentials),
		.in_scope = true,
	};
	if (rule == NULL)
		return false;
	if (named != NULL && named->project_scope && rules->enforce_scope)
		reason->in_scope = g_str_equal(reason->scope, "project");
	return reason->in_scope &&
	       check_rule(&rules->check, rule, credentials, target, &reason->check);
}
