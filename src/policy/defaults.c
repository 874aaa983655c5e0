/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/defaults.h"

#include <glib.h>

#define ADMIN "rule:context_is_admin"
#define ADMIN_API "rule:admin_api"
#define ADMIN_OR_OWNER "is_admin:True or project_id:%(project_id)s"

/* The operations: for administrators of any project. */
#define HYPERVISORS(operation)                                                                     \
	{                                                                                          \
		"os_compute_api:os-hypervisors:" operation, ADMIN, true,                           \
			"os_compute_api:os-hypervisors", ADMIN_API                                 \
	}

static const struct default_rule defaults[] = {
	/* The deprecated names of these begin with "rule:" in Nova itself, so that no file names
	 * them. */
	{"context_is_admin", "role:admin", false, ADMIN_API, "is_admin:True"},
	{"admin_or_owner", ADMIN_OR_OWNER, false, NULL, NULL},
	{"admin_api", "is_admin:True", false, NULL, NULL},
	{"project_member_api", "role:member and project_id:%(project_id)s", false,
		"rule:admin_or_owner", ADMIN_OR_OWNER},
	{"project_reader_api", "role:reader and project_id:%(project_id)s", false,
		"rule:admin_or_owner", ADMIN_OR_OWNER},
	{"project_member_or_admin", "rule:project_member_api or " ADMIN, false,
		"rule:admin_or_owner", ADMIN_OR_OWNER},
	{"project_reader_or_admin", "rule:project_reader_api or " ADMIN, false,
		"rule:admin_or_owner", ADMIN_OR_OWNER},

	HYPERVISORS("list"),
	HYPERVISORS("list-detail"),
	HYPERVISORS("statistics"),
	HYPERVISORS("show"),
	HYPERVISORS("uptime"),
	HYPERVISORS("search"),
	HYPERVISORS("servers"),
	{"os_compute_api:os-services:list", ADMIN, true, "os_compute_api:os-services", ADMIN_API},
	{"os_compute_api:os-aggregates:index", ADMIN, true, NULL, NULL},
	{NULL},
};

const struct default_rule *
default_rules_get(void)
{
	return defaults;
}

const struct default_rule *
default_rule_find(const char *name)
{
	for (const struct default_rule *rule = defaults; rule->name != NULL; rule++)
		if (g_str_equal(rule->name, name))
			return rule;
	return NULL;
}
