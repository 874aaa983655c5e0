/* SPDX-License-Identifier: Apache-2.0 */
/* Rules by their names: a GHashTable of struct named_rule * by char *, both its own. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "policy/rule.h"

struct named_rule {
	struct rule *rule;
	char *source;       /* where it is from: "/etc/nova/policy.yaml:3" */
	bool from_file;     /* else it is one of Nova's defaults */
	bool project_scope; /* it is for tokens of a project alone, where scopes are enforced */
};

GHashTable *named_rules_new(void);

/* Puts in a rule in place of one of the same name. Takes the rule and the source; the result is
 * lent. */
struct named_rule *named_rules_replace(
	GHashTable *rules, const char *name, struct rule *rule, char *source);
