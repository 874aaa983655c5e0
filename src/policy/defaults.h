/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nova's default rules, of the operations that Muster has and of what they build
 * upon: one table, as nova/policies/{base,hypervisors,services,aggregates}.py of
 * Nova 26 and 27 have them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct default_rule {
	const char *name;
	const char *text;
	bool project_scope; /* its scope_types are ["project"]; else any */
	/* What the rule was before: a name, and the text that went with it; NULL: nothing else. */
	const char *deprecated_name;
	const char *deprecated_text;
};

/* All of them, ended by a NULL name. */
const struct default_rule *default_rules_get(void);

/* NULL where Nova has no such rule, or Muster no use for it. */
const struct default_rule *default_rule_find(const char *name);
