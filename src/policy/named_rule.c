/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/named_rule.h"

static void
named_rule_free(void *data)
{
	struct named_rule *rule = data;
	rule_unref(rule->rule);
	g_free(rule->source);
	g_free(rule);
}

GHashTable *
named_rules_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, named_rule_free);
}

struct named_rule *
named_rules_replace(GHashTable *rules, const char *name, struct rule *rule, char *source)
{
	struct named_rule *named = g_new0(struct named_rule, 1);
	named->rule = rule;
	named->source = source;
	g_hash_table_replace(rules, g_strdup(name), named);
	return named;
}
