/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holding a rule against credentials and a target. It allocates nothing and takes
 * time in proportion to the checks made, which are bounded. Any thread.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "policy/credentials.h"
#include "policy/named_rule.h"

/* One rule may name the next so many times over, which is beyond what anybody writes: more than
 * that is a circle. Stack is needed for each. */
#define CHECK_DEPTH_MAX 100
/* How many parts of rules one check looks at in all, about a millisecond's worth: rules that name
 * the next one twice would double it with each. */
#define CHECK_PARTS_MAX 100000

struct check_rules {
	GHashTable *by_name;         /* of struct named_rule * */
	const struct rule *fallback; /* what a name that is none stands for; NULL: never */
};

/* What decided: lent by the rules. */
struct check_reason {
	const struct rule *part; /* the smallest part that settles it */
	const char *in;          /* the name of the rule that has it; NULL: the one asked for */
	bool holds;              /* whether the part does */
	bool given_up; /* a limit was reached there, as where a rule leads back to itself */
};

/* Whether the rule allows. reason may be NULL. */
bool check_rule(const struct check_rules *rules, const struct rule *rule,
	const struct policy_credentials *credentials, const struct policy_target *target,
	struct check_reason *reason);
