/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A check ends as allowed, as denied, or as failed: where oslo.policy raises an
 * exception, which no "not" turns into leave. Failed is denied in the end.
 */
#include "policy/check.h"

#define RULE_OF_ADMINS "context_is_admin" /* nova/policy.py, check_is_admin() */

enum verdict {
	VERDICT_DENIED,
	VERDICT_ALLOWED,
	VERDICT_FAILED,
};

struct check {
	const struct check_rules *rules;
	const struct policy_credentials *credentials;
	const struct policy_target *target;
	bool admin_is_known; /* until then is_admin is neither true nor false */
	bool is_admin;
	unsigned depth;
	unsigned parts; /* looked at so far */
	struct check_reason reason;
};

static enum verdict check_part(struct check *check, const struct rule *rule);

static enum verdict
to_verdict(bool allowed)
{
	return allowed ? VERDICT_ALLOWED : VERDICT_DENIED;
}

static enum verdict
check_not(struct check *check, const struct rule *rule)
{
	enum verdict verdict = check_part(check, g_ptr_array_index(rule->parts, 0));
	return verdict == VERDICT_FAILED ? verdict : to_verdict(verdict == VERDICT_DENIED);
}

/* The first part with this verdict settles it; where none has, all parts did. */
static enum verdict
check_group(struct check *check, const struct rule *rule, enum verdict settling)
{
	const char *in = check->reason.in;
	for (guint i = 0; i < rule->parts->len; i++) {
		enum verdict verdict = check_part(check, g_ptr_array_index(rule->parts, i));
		if (verdict == settling || verdict == VERDICT_FAILED)
			return verdict;
		check->reason.in = in;
	}
	check->reason.part = rule;
	return to_verdict(settling == VERDICT_DENIED);
}

static enum verdict
give_up(struct check *check)
{
	check->reason.given_up = true;
	return VERDICT_FAILED;
}

static enum verdict
check_reference(struct check *check, const struct rule *rule)
{
	const struct named_rule *named = g_hash_table_lookup(check->rules->by_name, rule->right);
	const struct rule *stands_for = named == NULL ? check->rules->fallback : named->rule;
	if (stands_for == NULL)
		return VERDICT_DENIED;
	if (check->depth == CHECK_DEPTH_MAX)
		return give_up(check);
	check->depth++;
	check->reason.in = rule->right;
	enum verdict verdict = check_part(check, stands_for);
	check->depth--;
	return verdict;
}

static bool
has_role(const struct check *check, const struct rule *rule)
{
	const char *const *role = check->credentials->roles;
	while (role != NULL && *role != NULL &&
		!template_matches_any_case(rule->template, check->target, *role))
		role++;
	return role != NULL && *role != NULL;
}

/* nova/policy.py, IsAdminCheck. */
static enum verdict
check_is_admin(const struct check *check, const struct rule *rule)
{
	return to_verdict(check->admin_is_known && check->is_admin == rule->wants_admin);
}

static enum verdict
check_attribute(struct check *check, const struct rule *rule)
{
	const struct policy_credentials *credentials = check->credentials;
	if (rule->attribute == NULL || !attribute_has_value(rule->attribute, credentials))
		return VERDICT_DENIED;
	/* No attribute holds others: Python raises a TypeError once the right side is filled in. */
	if (rule->within)
		return template_can_fill(rule->template, check->target) ? VERDICT_FAILED
									: VERDICT_DENIED;
	return to_verdict(
		attribute_matches(rule->attribute, credentials, rule->template, check->target));
}

static enum verdict
check_kind(struct check *check, const struct rule *rule)
{
	switch (rule->kind) {
	case RULE_NEVER:
		return VERDICT_DENIED;
	case RULE_ALWAYS:
		return VERDICT_ALLOWED;
	case RULE_NOT:
		return check_not(check, rule);
	case RULE_AND:
		return check_group(check, rule, VERDICT_DENIED);
	case RULE_OR:
		return check_group(check, rule, VERDICT_ALLOWED);
	case RULE_REFERENCE:
		return check_reference(check, rule);
	case RULE_ROLE:
		return to_verdict(has_role(check, rule));
	case RULE_IS_ADMIN:
		return check_is_admin(check, rule);
	case RULE_ATTRIBUTE:
		return check_attribute(check, rule);
	case RULE_LITERAL:
		return to_verdict(template_matches(rule->template, check->target, rule->literal));
	}
	return VERDICT_DENIED;
}

static enum verdict
check_part(struct check *check, const struct rule *rule)
{
	check->reason.part = rule;
	enum verdict verdict =
		check->parts++ < CHECK_PARTS_MAX ? check_kind(check, rule) : give_up(check);
	if (check->reason.part == rule)
		check->reason.holds = verdict == VERDICT_ALLOWED;
	return verdict;
}

/* Whether the caller is an administrator by the rule for it, as Nova finds out before all else. The
 * target is the caller; an attribute that it lacks is Python's str(None). */
static enum verdict
find_admin(struct check *check)
{
	const struct named_rule *admins =
		g_hash_table_lookup(check->rules->by_name, RULE_OF_ADMINS);
	if (admins == NULL)
		return VERDICT_DENIED;
	const struct policy_credentials *credentials = check->credentials;
	const struct policy_target self = {
		.project_id = credentials->project_id == NULL ? "None" : credentials->project_id,
		.user_id = credentials->user_id == NULL ? "None" : credentials->user_id,
	};
	const struct policy_target *target = check->target;
	check->target = &self;
	check->reason.in = RULE_OF_ADMINS;
	enum verdict verdict = check_part(check, admins->rule);
	check->target = target;
	return verdict;
}

bool
check_rule(const struct check_rules *rules, const struct rule *rule,
	const struct policy_credentials *credentials, const struct policy_target *target,
	struct check_reason *reason)
{
	struct check check = {.rules = rules, .credentials = credentials, .target = target};
	enum verdict is_admin = to_verdict(credentials->is_admin == POLICY_ADMIN_YES);
	if (credentials->is_admin == POLICY_ADMIN_BY_RULE)
		is_admin = find_admin(&check);
	enum verdict verdict = VERDICT_FAILED;
	if (is_admin != VERDICT_FAILED) {
		check.admin_is_known = true;
		check.is_admin = is_admin == VERDICT_ALLOWED;
		check.reason.in = NULL;
		verdict = check_part(&check, rule);
	}
	if (reason != NULL)
		*reason = check.reason;
	return verdict == VERDICT_ALLOWED;
}
