/* SPDX-License-Identifier: Apache-2.0 */
/* noauth: everybody on this machine is the administrator, and nobody else may ask. */
#include <string.h>

#include "base/error.h"
#include "identity/identity.h"

static const struct caller *
ask(const char *name, const char *value, GError **error)
{
	const struct http_header headers[] = {{"Host", "127.0.0.1:8774", 14}, {name, value, 0}};
	const struct http_request request = {
		.method = "GET",
		.path = "/v2.1/os-hypervisors",
		.headers = headers,
		.headers_size = name == NULL ? 1 : 2,
	};
	return identity_get_caller(&request, error);
}

static void
test_a_direct_client_is_the_administrator(void)
{
	g_autoptr(GError) error = NULL;
	const struct caller *caller = ask("X-Auth-Token", "admin:admin", &error);
	g_assert_no_error(error);
	g_assert_true(caller->is_admin);
	g_assert_null(caller->project_id); /* any */
	g_assert_true(g_strv_contains(caller->roles, "admin"));
	g_assert_true(caller == ask(NULL, NULL, NULL));
}

static const char *const others[] = {"Forwarded", "X-Forwarded-For", "x-forwarded-for",
	"X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix",
	"X-Forwarded-Server", "Via", "Origin", "ORIGIN"};

static void
test_a_proxy_or_a_web_page_is_refused(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(ask(others[i], "", &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_FORBIDDEN);
	}
	g_autoptr(GError) error = NULL;
	ask("Via", "1.1 proxy", &error);
	g_assert_nonnull(strstr(error->message, "the request carries the header Via"));
}

static const struct {
	const char *address;
	bool allowed;
} addresses[] = {
	{"127.0.0.1:8774", true},
	{"127.0.0.1", true},
	{"127.8.8.8:1", true},
	{"[::1]:8774", true},
	{"localhost:8774", true},
	{"LOCALHOST:8774", true},
	{"0.0.0.0:8774", false},
	{"[::]:8774", false},
	{"192.0.2.1:8774", false},
	{"[2001:db8::1]:8774", false},
	{"localhost.example.org:8774", false},
	{"127.0.0.1.example.org:8774", false},
	{":8774", false},
	{"", false},
};

static void
test_listens_on_loopback_alone(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", addresses[i].address);
		g_assert_cmpint(identity_check_address(addresses[i].address, &error), ==,
			addresses[i].allowed);
		if (addresses[i].allowed)
			g_assert_no_error(error);
		else
			g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_FORBIDDEN);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/noauth/a-direct-client-is-the-administrator",
		test_a_direct_client_is_the_administrator);
	g_test_add_func(
		"/noauth/a-proxy-or-a-web-page-is-refused", test_a_proxy_or_a_web_page_is_refused);
	g_test_add_func("/noauth/listens-on-loopback-alone", test_listens_on_loopback_alone);
	return g_test_run();
}
