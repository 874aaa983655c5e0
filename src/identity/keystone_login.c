/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/keystone_login.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"

CLEANUP_DEFINE(json_t, json_decref)

/* Something of Keystone's, by its id, or by its name within a domain. */
struct named {
	enum option id;
	enum option name;
	enum option domain_id;
	enum option domain_name;
};

static const struct named user = {
	OPTION_USER_ID, OPTION_USERNAME, OPTION_USER_DOMAIN_ID, OPTION_USER_DOMAIN_NAME};
static const struct named project = {OPTION_PROJECT_ID, OPTION_PROJECT_NAME,
	OPTION_PROJECT_DOMAIN_ID, OPTION_PROJECT_DOMAIN_NAME};

static bool
is_credential(const struct config *config)
{
	return g_str_equal(config_get_string(config, OPTION_AUTH_TYPE), "v3applicationcredential");
}

static bool
check_set(const struct config *config, enum option option, enum option other, GError **error)
{
	if (config_is_set(config, option) || config_is_set(config, other))
		return true;
	const char *first = option_get_info(option)->name;
	const char *second = option_get_info(other)->name;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"[keystone_authtoken] auth_type = %s: expected %s%s%s to be set",
		config_get_string(config, OPTION_AUTH_TYPE), first, option == other ? "" : " or ",
		option == other ? "" : second);
	return false;
}

static bool
check_named(const struct config *config, const struct named *named, GError **error)
{
	if (!check_set(config, named->name, named->id, error))
		return false;
	return config_is_set(config, named->id) ||
	       check_set(config, named->domain_name, named->domain_id, error);
}

static bool
check_scope(const struct config *config, GError **error)
{
	const char *system = config_get_string(config, OPTION_SYSTEM_SCOPE);
	if (system == NULL)
		return check_named(config, &project, error);
	if (g_str_equal(system, "all"))
		return true;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"[keystone_authtoken] system_scope = %s: expected all", system);
	return false;
}

bool
keystone_login_check(const struct config *config, GError **error)
{
	if (is_credential(config))
		return check_set(config, OPTION_APPLICATION_CREDENTIAL_ID,
			       OPTION_APPLICATION_CREDENTIAL_ID, error) &&
		       check_set(config, OPTION_APPLICATION_CREDENTIAL_SECRET,
			       OPTION_APPLICATION_CREDENTIAL_SECRET, error);
	return check_named(config, &user, error) &&
	       check_set(config, OPTION_PASSWORD, OPTION_PASSWORD, error) &&
	       check_scope(config, error);
}

/* {"id": …}, or {"name": …, "domain": {…}}. */
static json_t *
format_named(const struct config *config, const struct named *named)
{
	if (config_is_set(config, named->id))
		return json_pack("{s:s}", "id", config_get_string(config, named->id));
	bool by_id = config_is_set(config, named->domain_id);
	return json_pack("{s:s, s:{s:s}}", "name", config_get_string(config, named->name), "domain",
		by_id ? "id" : "name",
		config_get_string(config, by_id ? named->domain_id : named->domain_name));
}

static json_t *
format_credential(const struct config *config)
{
	return json_pack("{s:{s:{s:[s], s:{s:s, s:s}}}}", "auth", "identity", "methods",
		"application_credential", "application_credential", "id",
		config_get_string(config, OPTION_APPLICATION_CREDENTIAL_ID), "secret",
		config_get_string(config, OPTION_APPLICATION_CREDENTIAL_SECRET));
}

static json_t *
format_password(const struct config *config)
{
	json_t *who = format_named(config, &user);
	json_object_set_new(
		who, "password", json_string(config_get_string(config, OPTION_PASSWORD)));
	json_t *scope = config_is_set(config, OPTION_SYSTEM_SCOPE)
				? json_pack("{s:{s:b}}", "system", "all", 1)
				: json_pack("{s:o}", "project", format_named(config, &project));
	return json_pack("{s:{s:{s:[s], s:{s:o}}, s:o}}", "auth", "identity", "methods", "password",
		"password", "user", who, "scope", scope);
}

char *
keystone_login_format(const struct config *config)
{
	CLEANUP(json_decref)
	json_t *body = is_credential(config) ? format_credential(config) : format_password(config);
	char *text = json_dumps(body, JSON_COMPACT);
	char *copy = g_strdup(text);
	free(text); /* malloc's, and not GLib's */
	return copy;
}
