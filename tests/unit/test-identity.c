/* SPDX-License-Identifier: Apache-2.0 */
/* Which strategy a configuration means, what each lacks, and how Muster asks for its own token. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "identity/identity.h"
#include "identity/keystone_login.h"

#define KEYSTONE                                                                                   \
	"[keystone_authtoken]\nauth_url = http://127.0.0.1:1\nusername = muster\n"                 \
	"password = hush\nuser_domain_name = Default\n"
#define PROJECT "project_name = service\nproject_domain_name = Default\n"

static struct config *
load(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct config *config = config_load_bytes("t.conf", text, strlen(text), &error);
	g_assert_no_error(error);
	return config;
}

static void
test_strategy_is_chosen(void)
{
	static const struct {
		const char *text;
		const char *strategy;
	} table[] = {
		{"", "noauth"},
		{"[api]\nauth_strategy = noauth2\n", "noauth2"},
		{"[muster]\nlisten = [::1]:1\n", "noauth"},
		{KEYSTONE PROJECT, "keystone"},
		{"[api_database]\n" KEYSTONE PROJECT, "keystone"},
		{"[api]\nauth_strategy = keystone\n" KEYSTONE PROJECT, "keystone"},
		{"[api]\nauth_strategy = noauth\n" KEYSTONE, "noauth"},
		{"[api]\nauth_strategy = noauth\n[api_database]\n", "noauth"},
		{KEYSTONE PROJECT "[muster]\nlisten = 0.0.0.0:1\n", "keystone"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GError) error = NULL;
		CLEANUP(config_free) struct config *config = load(table[i].text);
		CLEANUP(identity_close)
		struct identity *identity = identity_open(config, clock_now, &error);
		g_test_message("%s", table[i].text);
		g_assert_no_error(error);
		g_assert_cmpstr(identity_get_strategy(identity), ==, table[i].strategy);
	}
}

static void
test_what_is_missing_is_told(void)
{
	static const struct {
		const char *text;
		int code;
		const char *part;
	} table[] = {
		{"[muster]\nlisten = 0.0.0.0:8774\n", MUSTER_ERROR_FORBIDDEN, "loopback"},
		{"[api_database]\n", MUSTER_ERROR_INVALID, "auth_url"},
		{"[keystone_authtoken]\n", MUSTER_ERROR_INVALID, "auth_url"},
		{"[keystone_authtoken]\nauth_url = keystone:5000\n", MUSTER_ERROR_INVALID,
			"auth_url"},
		{"[keystone_authtoken]\nauth_url = ftp://h/\n", MUSTER_ERROR_INVALID, "auth_url"},
		{"[keystone_authtoken]\nauth_url = http://u:hush@h/\n", MUSTER_ERROR_INVALID,
			"no user in it"},
		{"[keystone_authtoken]\nauth_url = http://h\n", MUSTER_ERROR_INVALID,
			"expected username or user_id"},
		{"[keystone_authtoken]\nauth_url = http://h\nusername = u\n", MUSTER_ERROR_INVALID,
			"expected user_domain_name or user_domain_id"},
		{"[keystone_authtoken]\nauth_url = http://h\nuser_id = u\n", MUSTER_ERROR_INVALID,
			"expected password to be set"},
		{KEYSTONE, MUSTER_ERROR_INVALID, "expected project_name or project_id"},
		{KEYSTONE "project_name = p\n", MUSTER_ERROR_INVALID, "project_domain_name"},
		{KEYSTONE "system_scope = some\n", MUSTER_ERROR_INVALID, "expected all"},
		{KEYSTONE "auth_type = v3applicationcredential\n", MUSTER_ERROR_INVALID,
			"expected application_credential_id to be set"},
		{KEYSTONE "auth_type = v3applicationcredential\napplication_credential_id = i\n",
			MUSTER_ERROR_INVALID, "expected application_credential_secret to be set"},
		{KEYSTONE PROJECT "delay_auth_decision = true\n", MUSTER_ERROR_INVALID,
			"delay_auth_decision"},
		{"[api]\nauth_strategy = http_basic\n", MUSTER_ERROR_INVALID,
			"http_basic_auth_user_file"},
		{"[DEFAULT]\nhttp_basic_auth_user_file = /nonexistent/users\n[api]\n"
		 "auth_strategy = http_basic\n",
			MUSTER_ERROR_IO, "/nonexistent/users"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GError) error = NULL;
		CLEANUP(config_free) struct config *config = load(table[i].text);
		g_assert_null(identity_open(config, clock_now, &error));
		g_test_message("%s", error->message);
		g_assert_error(error, MUSTER_ERROR, table[i].code);
		g_assert_nonnull(strstr(error->message, table[i].part));
		g_assert_null(strstr(error->message, "hush"));
	}
}

static void
test_login_is_in_keystones_form(void)
{
	static const struct {
		const char *text;
		const char *body;
	} table[] = {
		{KEYSTONE PROJECT,
			"{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\"muster\",\"domain\":{\"name\":\"Default\"},\"password\":\"hush\"}}},\"scope\":{\"project\":{\"name\":\"service\",\"domain\":{\"name\":\"Default\"}}}}}"},
		{KEYSTONE "user_id = u\nproject_id = p\n", "{\"auth\":{\"identity\":{\"methods\":["
							   "\"password\"],\"password\":{\"user\":{"
							   "\"id\":\"u\",\"password\":\"hush\"}}},"
							   "\"scope\":{\"project\":{\"id\":\"p\"}}"
							   "}}"},
		{KEYSTONE "user_domain_id = default\nsystem_scope = all\n",
			"{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\"muster\",\"domain\":{\"id\":\"default\"},\"password\":\"hush\"}}},\"scope\":{\"system\":{\"all\":true}}}}"},
		{"[keystone_authtoken]\nauth_type = v3applicationcredential\n"
		 "application_credential_id = i\napplication_credential_secret = \"a\\\"b\"\n",
			"{\"auth\":{\"identity\":{\"methods\":[\"application_credential\"],"
			"\"application_credential\":{\"id\":\"i\",\"secret\":\"a\\\\\\\"b\"}}}}"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(GError) error = NULL;
		CLEANUP(config_free) struct config *config = load(table[i].text);
		g_assert_true(keystone_login_check(config, &error));
		g_assert_no_error(error);
		g_autofree char *body = keystone_login_format(config);
		g_assert_cmpstr(body, ==, table[i].body);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/identity/strategy-is-chosen", test_strategy_is_chosen);
	g_test_add_func("/identity/what-is-missing-is-told", test_what_is_missing_is_told);
	g_test_add_func("/identity/login-is-in-keystones-form", test_login_is_in_keystones_form);
	return g_test_run();
}
