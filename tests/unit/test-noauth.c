/* SPDX-License-Identifier: Apache-2.0 */
/* noauth: everybody on this machine is the administrator, and nobody else may ask. */
#include <string.h>

#include "base/error.h"
#include "../header.h"
#include "identity/noauth.h"

static struct noauth *noauth;

static struct verdict *
ask(const char *name, const char *value)
{
	const struct http_header headers[] = {
		header_of("Host", "127.0.0.1:8774"), header_of(name, value)};
	const struct http_request request = {
		.method = "GET",
		.path = "/v2.1/os-hypervisors",
		.headers = headers,
		.headers_size = name == NULL ? 1 : 2,
	};
	return noauth_find(noauth, &request);
}

static void
test_a_direct_client_is_the_administrator(void)
{
	CLEANUP(verdict_unref) struct verdict *verdict = ask("X-Auth-Token", "admin:admin");
	const struct caller *caller = verdict->caller;
	g_assert_true(caller->is_admin);
	g_assert_true(caller->any_project);
	g_assert_null(caller->project_id);
	g_assert_true(g_strv_contains((const char *const *)caller->roles, "admin"));
	CLEANUP(verdict_unref) struct verdict *same = ask(NULL, NULL);
	g_assert_true(caller == same->caller);
}

static const char *const others[] = {"Forwarded", "X-Forwarded-For", "x-forwarded-for",
	"X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix",
	"X-Forwarded-Server", "Via", "Origin", "ORIGIN"};

static void
test_a_proxy_or_a_web_page_is_refused(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		CLEANUP(verdict_unref) struct verdict *verdict = ask(others[i], "");
		g_assert_null(verdict->caller);
		g_assert_cmpuint(verdict->status, ==, 403);
		g_assert_null(verdict->challenge);
	}
	CLEANUP(verdict_unref) struct verdict *verdict = ask("Via", "1.1 proxy");
	g_assert_nonnull(strstr(verdict->message, "the request carries the header Via"));
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
		g_assert_cmpint(noauth_check_address(addresses[i].address, &error), ==,
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
	noauth = noauth_new();
	g_test_add_func("/noauth/a-direct-client-is-the-administrator",
		test_a_direct_client_is_the_administrator);
	g_test_add_func(
		"/noauth/a-proxy-or-a-web-page-is-refused", test_a_proxy_or_a_web_page_is_refused);
	g_test_add_func("/noauth/listens-on-loopback-alone", test_listens_on_loopback_alone);
	int status = g_test_run();
	noauth_free(noauth);
	return status;
}
