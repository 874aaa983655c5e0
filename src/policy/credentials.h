/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks and for what, as policy rules see it: the attributes that Nova hands
 * to oslo.policy (oslo_context's to_policy_values() and Nova's is_admin). Plain
 * values, lent for the time of one check. All texts are UTF-8.
 */
#pragma once

#include <stdbool.h>

enum policy_admin {
	POLICY_ADMIN_BY_RULE, /* as the rule context_is_admin has it: whoever has a token */
	POLICY_ADMIN_YES,
	POLICY_ADMIN_NO,
};

/* NULL: the token has no such attribute, or an empty list of it. */
struct policy_credentials {
	const char *user_id;
	const char *user_domain_id;
	const char *project_id;
	const char *project_domain_id;
	const char *domain_id;    /* of a domain-scoped token */
	const char *system_scope; /* "all" of a system-scoped token */
	const char *const *roles; /* NULL-terminated */
	const char *service_user_id;
	const char *service_user_domain_id;
	const char *service_project_id;
	const char *service_project_domain_id;
	const char *const *service_roles; /* NULL-terminated */
	bool outside_admin_project;       /* Keystone's is_admin_project is there, and false */
	enum policy_admin is_admin;
};

/* What %(project_id)s and %(user_id)s stand for; NULL: the target has no such attribute, as in
 * every operation that Muster has: Nova's `context.can(rule, target={})`. */
struct policy_target {
	const char *project_id;
	const char *user_id;
};
