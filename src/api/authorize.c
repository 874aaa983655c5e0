/* SPDX-License-Identifier: Apache-2.0 */
#include "api/authorize.h"

#include "api/routes.h"
#include "base/error.h"

static const char *const *
none_if_empty(GStrv list)
{
	return list[0] == NULL ? NULL : (const char *const *)list;
}

bool
authorize_caller(const struct context *context, GError **error)
{
	const struct caller *caller = context->caller;
	const struct policy_credentials credentials = {
		.user_id = caller->user_id,
		.user_domain_id = caller->user_domain_id,
		.project_id = caller->project_id,
		.project_domain_id = caller->project_domain_id,
		.domain_id = caller->domain_id,
		.system_scope = caller->system_scope,
		.roles = none_if_empty(caller->roles),
		.service_user_id = caller->service_user_id,
		.service_user_domain_id = caller->service_user_domain_id,
		.service_project_id = caller->service_project_id,
		.service_project_domain_id = caller->service_project_domain_id,
		.service_roles = none_if_empty(caller->service_roles),
		.outside_admin_project = caller->outside_admin_project,
		.is_admin = caller->is_admin ? POLICY_ADMIN_YES : POLICY_ADMIN_BY_RULE,
	};
	const struct policy_target target = {0}; /* Nova's context.can(rule, target={}) */
	const char *rule = context->route->rule;
	if (policy_check(context->api->options.policy, rule, &credentials, &target))
		return true;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_FORBIDDEN,
		"Policy doesn't allow %s to be performed.", rule);
	return false;
}
