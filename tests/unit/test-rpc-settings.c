/* SPDX-License-Identifier: Apache-2.0 */
/* The options of [oslo_messaging_rabbit], and what a URL's query makes of them. */
#include "nova/rpc_settings.h"

#include <string.h>

#include "base/error.h"

static void
test_the_query_wins(void)
{
	static const struct {
		const char *query;
		bool ssl, verify;
		int heartbeat;
		const char *ca, *certificate, *key;
	} cases[] = {
		{"", true, false, 60, "/ca", "/certificate", NULL},
		{"?unknown=1", true, false, 60, "/ca", "/certificate", NULL},
		{"?ssl=false", false, false, 60, "/ca", "/certificate", NULL},
		{"?ssl=0&ssl_enforce_hostname_verification=Yes", false, true, 60, "/ca",
			"/certificate", NULL},
		{"?heartbeat_timeout_threshold=0", true, false, 0, "/ca", "/certificate", NULL},
		{"?ssl_ca_file=/a&ssl_cert_file=/b&ssl_key_file=/c", true, false, 60, "/a", "/b",
			"/c"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *url = g_strconcat("rabbit://u:p@h/v", cases[i].query, NULL);
		const struct rpc_options options = {
			.transport_url = url,
			.exchange = "nova",
			.heartbeat = 60,
			.ssl = true,
			.ssl_ca_file = "/ca",
			.ssl_cert_file = "/certificate",
		};
		g_autoptr(GError) error = NULL;
		CLEANUP(rpc_settings_unref)
		struct rpc_settings *settings = rpc_settings_new(&options, &error);
		g_test_message("%s", url);
		g_assert_no_error(error);
		g_assert_cmpstr(settings->exchange, ==, "nova");
		g_assert_cmpint(settings->ssl, ==, cases[i].ssl);
		g_assert_cmpint(settings->ssl_enforce_hostname_verification, ==, cases[i].verify);
		g_assert_cmpint(settings->heartbeat, ==, cases[i].heartbeat);
		g_assert_cmpstr(settings->ssl_ca_file, ==, cases[i].ca);
		g_assert_cmpstr(settings->ssl_cert_file, ==, cases[i].certificate);
		g_assert_cmpstr(settings->ssl_key_file, ==, cases[i].key);
	}
}

static void
test_a_bad_value_in_the_query_is_told(void)
{
	static const char *const queries[] = {"ssl=", "ssl=perhaps",
		"ssl_enforce_hostname_verification=2", "heartbeat_timeout_threshold=-1",
		"heartbeat_timeout_threshold=65536", "heartbeat_timeout_threshold=1s"};
	for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
		g_autofree char *url = g_strconcat("rabbit://u:secret@h/v?", queries[i], NULL);
		const struct rpc_options options = {.transport_url = url, .exchange = "nova"};
		g_autofree char *name = g_strndup(queries[i], strcspn(queries[i], "="));
		g_autoptr(GError) error = NULL;
		g_test_message("%s", url);
		g_assert_null(rpc_settings_new(&options, &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_assert_nonnull(strstr(error->message, name));
		g_assert_null(strstr(error->message, "secret"));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rpc-settings/the-query-wins", test_the_query_wins);
	g_test_add_func("/rpc-settings/a-bad-value-in-the-query-is-told",
		test_a_bad_value_in_the_query_is_told);
	return g_test_run();
}
