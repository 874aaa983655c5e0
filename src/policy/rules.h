/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All rules that are in force together: those of the files, and Nova's defaults
 * for what they leave out. Immutable, shared by reference; any thread may check.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "policy/check.h"

struct rules;

struct rules_options {
	const char *default_rule; /* what a name that is none stands for; NULL or no rule: never */
	bool enforce_scope;
	bool enforce_new_defaults; /* else what a default was before it changed is enough too */
};

/* Takes the table of the files' rules (named_rules_new()), and fills in the defaults as oslo.policy
 * does (oslo_policy/policy.py, load_rules() and _handle_deprecated_rule()). Logs which rules of the
 * files name none, or lead back to themselves: they are denied where that decides. */
struct rules *rules_new(GHashTable *by_name, const struct rules_options *options);
struct rules *rules_ref(struct rules *rules);
void rules_unref(struct rules *rules);
CLEANUP_DEFINE(struct rules, rules_unref)

/* struct named_rule * by char *, lent. */
GHashTable *rules_get(const struct rules *rules);

/* Why a check came out as it did. */
struct rules_reason {
	bool known;                /* there is such a rule, or one that stands for it */
	bool in_scope;             /* the token's scope is one that the rule is for */
	const char *scope;         /* of the token: "project", "domain", "system"; static */
	struct check_reason check; /* where both are true */
};

/* Whether the rule of that name allows. reason may be NULL. */
bool rules_check(const struct rules *rules, const char *name,
	const struct policy_credentials *credentials, const struct policy_target *target,
	struct rules_reason *reason);
