/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy: may they. oslo.policy's rules, from policy files and Nova's defaults,
 * held against who asks. A check takes the rules in force as they are; whoever
 * calls policy_refresh() once a second has changed files taken up. Any thread may
 * check, one refreshes.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "policy/credentials.h"

struct policy;

/* [oslo_policy]'s, and where to look. Copied. */
struct policy_options {
	const char *policy_file;
	bool policy_file_is_default; /* nobody chose it: policy.json will do where it is missing */
	const char *const *policy_dirs; /* NULL-terminated; their files are read by name */
	const char *const *directories; /* where what is relative is sought, in this order */
	const char *policy_default_rule;
	bool enforce_scope;
	bool enforce_new_defaults;
};

/* Reads the files, and logs which are in force. A missing one is passed over; for a broken one
 * MUSTER_ERROR_INVALID, _UNSUPPORTED, _LIMIT or _IO, with the file, line, column and what was
 * expected there. */
struct policy *policy_open(const struct policy_options *options, GError **error);
void policy_close(struct policy *policy);
CLEANUP_DEFINE(struct policy, policy_close)

/* Takes up files that have changed, come or gone since. Where one is broken, which is logged once,
 * the last good rules stay in force. Called by one thread, no more often than once a second; it
 * reads files. */
void policy_refresh(struct policy *policy);

/* Whether Nova has a default for a rule of that name, as it must for each that a route names. */
bool policy_is_known(const char *name);

/* Whether the rule of that name allows. Well under a microsecond, and no allocation. */
bool policy_check(struct policy *policy, const char *name,
	const struct policy_credentials *credentials, const struct policy_target *target);

/* The same, with the part of the rules that decided it, in words, in *why, which the caller
 * frees. */
bool policy_explain(struct policy *policy, const char *name,
	const struct policy_credentials *credentials, const struct policy_target *target,
	char **why);

struct policy_entry {
	char *name;
	char *text;   /* in oslo.policy's language */
	char *source; /* "/etc/nova/policy.yaml:3", "default" */
};

/* The rules in force, struct policy_entry *, by name; the caller's. */
GPtrArray *policy_list(struct policy *policy);
