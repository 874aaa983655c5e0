/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

#include "policy/defaults.h"
#include "policy/file.h"
#include "policy/rules.h"
#include "policy/search.h"

struct policy {
	/* The options, as they were at the start. */
	char *policy_file;
	GStrv policy_dirs;
	GStrv directories;
	char *default_rule;
	struct policy_options options; /* lends from the above */

	GMutex lock; /* held to read or swap the pointer and its reference, never longer */
	struct rules *rules;

	/* Of who refreshes. */
	char *fingerprint; /* of the files that were last looked at */
	char *complaint;   /* what was wrong with them; NULL: nothing */
};

static struct rules *
take_rules(struct policy *policy)
{
	g_mutex_lock(&policy->lock);
	struct rules *rules = rules_ref(policy->rules);
	g_mutex_unlock(&policy->lock);
	return rules;
}

static void
put_rules(struct policy *policy, struct rules *rules)
{
	g_mutex_lock(&policy->lock);
	struct rules *before = policy->rules;
	policy->rules = rules;
	g_mutex_unlock(&policy->lock);
	if (before != NULL)
		rules_unref(before);
}

static struct rules *
load(const struct policy_options *options, const struct search *search, GError **error)
{
	g_autoptr(GHashTable) by_name = named_rules_new();
	for (char **path = search->paths; *path != NULL; path++)
		if (!policy_file_load(by_name, *path, error))
			return NULL;
	const struct rules_options rules_options = {
		.default_rule = options->policy_default_rule,
		.enforce_scope = options->enforce_scope,
		.enforce_new_defaults = options->enforce_new_defaults,
	};
	struct rules *rules = rules_new(g_steal_pointer(&by_name), &rules_options);
	if (search->paths[0] == NULL) {
		g_message("policy: there is no policy file: Nova's defaults alone are in force");
	} else {
		g_autofree char *paths = g_strjoinv(", ", search->paths);
		g_message("policy: in force are Nova's defaults and %s", paths);
	}
	return rules;
}

/* Loads what has changed since it was last looked at. False and an error where that cannot be, or
 * could not be when it was. */
static bool
load_changed(struct policy *policy, GError **error)
{
	CLEANUP(search_free) struct search *search = search_run(&policy->options, error);
	if (search == NULL) {
		g_clear_pointer(&policy->fingerprint, g_free);
		return false;
	}
	if (g_strcmp0(search->fingerprint, policy->fingerprint) == 0)
		return true;
	g_free(policy->fingerprint);
	policy->fingerprint = g_steal_pointer(&search->fingerprint);
	struct rules *rules = load(&policy->options, search, error);
	if (rules == NULL)
		return false;
	put_rules(policy, rules);
	return true;
}

struct policy *
policy_open(const struct policy_options *options, GError **error)
{
	CLEANUP(policy_close) struct policy *policy = g_new0(struct policy, 1);
	g_mutex_init(&policy->lock);
	policy->policy_file = g_strdup(options->policy_file);
	policy->policy_dirs = g_strdupv((GStrv)options->policy_dirs);
	policy->directories = g_strdupv((GStrv)options->directories);
	policy->default_rule = g_strdup(options->policy_default_rule);
	policy->options = *options;
	policy->options.policy_file = policy->policy_file;
	policy->options.policy_dirs = (const char *const *)policy->policy_dirs;
	policy->options.directories = (const char *const *)policy->directories;
	policy->options.policy_default_rule = policy->default_rule;
	return load_changed(policy, error) ? g_steal_pointer(&policy) : NULL;
}

void
policy_close(struct policy *policy)
{
	if (policy->rules != NULL)
		rules_unref(policy->rules);
	g_mutex_clear(&policy->lock);
	g_free(policy->policy_file);
	g_strfreev(policy->policy_dirs);
	g_strfreev(policy->directories);
	g_free(policy->default_rule);
	g_free(policy->fingerprint);
	g_free(policy->complaint);
	g_free(policy);
}

void
policy_refresh(struct policy *policy)
{
	g_autoptr(GError) error = NULL;
	if (load_changed(policy, &error)) {
		g_clear_pointer(&policy->complaint, g_free);
		return;
	}
	if (g_strcmp0(policy->complaint, error->message) != 0)
		g_warning("%s; the policy rules that were in force stay so", error->message);
	g_free(policy->complaint);
	policy->complaint = g_strdup(error->message);
}

bool
policy_is_known(const char *name)
{
	return default_rule_find(name) != NULL;
}

bool
policy_check(struct policy *policy, const char *name, const struct policy_credentials *credentials,
	const struct policy_target *target)
{
	CLEANUP(rules_unref) struct rules *rules = take_rules(policy);
	return rules_check(rules, name, credentials, target, NULL);
}

static char *
format_reason(const struct rules *rules, const char *name, const struct rules_reason *reason)
{
	if (!reason->known)
		return g_strdup("there is no such rule");
	if (!reason->in_scope)
		return g_strdup_printf(
			"the token is of the scope %s, and the rule is for project", reason->scope);
	const char *in = reason->check.in == NULL ? name : reason->check.in;
	const struct named_rule *named = g_hash_table_lookup(rules_get(rules), in);
	const char *outcome = reason->check.given_up ? "leads on without an end"
			      : reason->check.holds  ? "holds"
						     : "does not hold";
	g_autofree char *part = rule_format(reason->check.part);
	return g_strdup_printf("%s %s in the rule \"%s\" (%s)", part, outcome, in,
		named == NULL ? "policy_default_rule" : named->source);
}

bool
policy_explain(struct policy *policy, const char *name,
	const struct policy_credentials *credentials, const struct policy_target *target,
	char **why)
{
	CLEANUP(rules_unref) struct rules *rules = take_rules(policy);
	struct rules_reason reason;
	bool allowed = rules_check(rules, name, credentials, target, &reason);
	*why = format_reason(rules, name, &reason);
	return allowed;
}

static void
entry_free(void *data)
{
	struct policy_entry *entry = data;
	g_free(entry->name);
	g_free(entry->text);
	g_free(entry->source);
	g_free(entry);
}

static int
compare_entries(const void *a, const void *b)
{
	const struct policy_entry *const *left = a;
	const struct policy_entry *const *right = b;
	return g_strcmp0((*left)->name, (*right)->name);
}

GPtrArray *
policy_list(struct policy *policy)
{
	CLEANUP(rules_unref) struct rules *rules = take_rules(policy);
	GPtrArray *entries = g_ptr_array_new_with_free_func(entry_free);
	GHashTableIter iter;
	void *name, *value;
	g_hash_table_iter_init(&iter, rules_get(rules));
	while (g_hash_table_iter_next(&iter, &name, &value)) {
		const struct named_rule *named = value;
		struct policy_entry *entry = g_new0(struct policy_entry, 1);
		entry->name = g_strdup(name);
		entry->text = rule_format(named->rule);
		entry->source = g_strdup(named->source);
		g_ptr_array_add(entries, entry);
	}
	g_ptr_array_sort(entries, compare_entries);
	return entries;
}
