/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/attribute.h"

#include <glib.h>
#include <string.h>

enum attribute_kind {
	ATTRIBUTE_TEXT,          /* a const char *; where it is NULL, Python's str(None) */
	ATTRIBUTE_TEXT_IF_ANY,   /* the same, but there is no such attribute where it is empty */
	ATTRIBUTE_LIST,          /* a const char *const * */
	ATTRIBUTE_ADMIN_PROJECT, /* a bool, told the other way round */
	ATTRIBUTE_IS_ADMIN,      /* has a check of its own: here for what looks into it */
};

struct attribute {
	const char *name;
	enum attribute_kind kind;
	size_t offset; /* in struct policy_credentials */
};

#define FIELD(name) offsetof(struct policy_credentials, name)

/* oslo_context/context.py, to_policy_values(); oslo_policy/policy.py, enforce(), for "system". */
static const struct attribute attributes[] = {
	{"user_id", ATTRIBUTE_TEXT, FIELD(user_id)},
	{"user_domain_id", ATTRIBUTE_TEXT, FIELD(user_domain_id)},
	{"project_id", ATTRIBUTE_TEXT, FIELD(project_id)},
	{"project_domain_id", ATTRIBUTE_TEXT, FIELD(project_domain_id)},
	{"domain_id", ATTRIBUTE_TEXT, FIELD(domain_id)},
	{"system_scope", ATTRIBUTE_TEXT, FIELD(system_scope)},
	{"system", ATTRIBUTE_TEXT_IF_ANY, FIELD(system_scope)},
	{"roles", ATTRIBUTE_LIST, FIELD(roles)},
	{"service_user_id", ATTRIBUTE_TEXT, FIELD(service_user_id)},
	{"service_user_domain_id", ATTRIBUTE_TEXT, FIELD(service_user_domain_id)},
	{"service_project_id", ATTRIBUTE_TEXT, FIELD(service_project_id)},
	{"service_project_domain_id", ATTRIBUTE_TEXT, FIELD(service_project_domain_id)},
	{"service_roles", ATTRIBUTE_LIST, FIELD(service_roles)},
	{"is_admin_project", ATTRIBUTE_ADMIN_PROJECT, 0},
	{"is_admin", ATTRIBUTE_IS_ADMIN, 0},
};

const struct attribute *
attribute_find(const char *name, size_t length)
{
	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++)
		if (strlen(attributes[i].name) == length &&
			strncmp(attributes[i].name, name, length) == 0)
			return &attributes[i];
	return NULL;
}

static const void *
get_field(const struct attribute *attribute, const struct policy_credentials *credentials)
{
	return *(const void *const *)((const char *)credentials + attribute->offset);
}

bool
attribute_has_value(const struct attribute *attribute, const struct policy_credentials *credentials)
{
	const char *text = NULL;
	const char *const *list = NULL;
	switch (attribute->kind) {
	case ATTRIBUTE_TEXT_IF_ANY:
		text = get_field(attribute, credentials);
		return text != NULL && *text != '\0';
	case ATTRIBUTE_LIST:
		list = get_field(attribute, credentials);
		return list != NULL && list[0] != NULL;
	case ATTRIBUTE_TEXT:
	case ATTRIBUTE_ADMIN_PROJECT:
	case ATTRIBUTE_IS_ADMIN:
		break;
	}
	return true;
}

bool
attribute_matches(const struct attribute *attribute, const struct policy_credentials *credentials,
	const struct template *template, const struct policy_target *target)
{
	if (!attribute_has_value(attribute, credentials))
		return false;
	const char *text = NULL;
	const char *const *list = NULL;
	switch (attribute->kind) {
	case ATTRIBUTE_TEXT:
	case ATTRIBUTE_TEXT_IF_ANY:
		text = get_field(attribute, credentials);
		return template_matches(template, target, text == NULL ? "None" : text);
	case ATTRIBUTE_LIST:
		list = get_field(attribute, credentials);
		while (*list != NULL && !template_matches(template, target, *list))
			list++;
		return *list != NULL;
	case ATTRIBUTE_ADMIN_PROJECT:
		return template_matches(
			template, target, credentials->outside_admin_project ? "False" : "True");
	case ATTRIBUTE_IS_ADMIN:
		break;
	}
	return false;
}
