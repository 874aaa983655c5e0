/* SPDX-License-Identifier: Apache-2.0 */
/* Where links begin, by what the client or a proxy says. */
#include <glib.h>
#include <string.h>

#include "../header.h"
#include "api/origin.h"

#define HEADERS_MAX 4

struct row {
	const char *headers[HEADERS_MAX]; /* "Name: value" */
	bool tls;
	const char *origin;
	const char *authority; /* of the target; NULL: none */
};

static void
check(const struct row *row, bool behind_proxy)
{
	struct http_header headers[HEADERS_MAX];
	char *names[HEADERS_MAX + 1] = {0};
	size_t size = 0;
	for (; size < HEADERS_MAX && row->headers[size] != NULL; size++) {
		const char *colon = strchr(row->headers[size], ':');
		names[size] = g_strndup(row->headers[size], (size_t)(colon - row->headers[size]));
		headers[size] = header_of(names[size], colon + 2);
	}
	const struct http_request request = {.headers = headers,
		.headers_size = size,
		.tls = row->tls,
		.authority = {row->authority, row->authority == NULL ? 0 : strlen(row->authority)}};
	g_autofree char *origin = origin_format(&request, behind_proxy);
	g_test_message("%s", row->headers[0]);
	g_assert_cmpstr(origin, ==, row->origin);
	for (size_t i = 0; i < size; i++)
		g_free(names[i]);
}

static void
test_without_a_proxy(void)
{
	static const struct row table[] = {
		{{NULL}, false, "http://localhost"},
		{{"Host: a:1"}, false, "http://a:1"},
		{{"host: a:1"}, true, "https://a:1"},
		{{"Host: a", "Forwarded: proto=https;host=evil"}, false, "http://a"},
		{{"Host: a"}, false, "http://b:2", .authority = "b:2"},
		{{"Host: a", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil",
			 "X-Forwarded-Prefix: /evil"},
			false, "http://a"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		check(&table[i], false);
}

static void
test_behind_a_proxy(void)
{
	static const struct row table[] = {
		{{"Host: a:1"}, false, "http://a:1"},
		{{"Host: a", "Forwarded: for=1.2.3.4;proto=https;host=b:2"}, false, "https://b:2"},
		{{"Host: a", "Forwarded: Proto=https ; HOST=\"[::1]:2\", host=c"}, false,
			"https://[::1]:2"},
		{{"Host: a", "Forwarded: host=b", "X-Forwarded-Proto: https",
			 "X-Forwarded-Prefix: /p"},
			false, "http://b/p"},
		{{"Host: a", "X-Forwarded-Proto: https", "X-Forwarded-Host: b:2"}, false,
			"https://b:2"},
		{{"Host: a", "X-Forwarded-Host: b, c", "X-Forwarded-Proto: http, https"}, true,
			"http://b"},
		{{"Host: a:1", "X-Forwarded-Proto: https", "X-Forwarded-Port: 443"}, false,
			"https://a"},
		{{"Host: a:1", "X-Forwarded-Port: 8443"}, true, "https://a:8443"},
		{{"Host: [::1]", "X-Forwarded-Port: 80"}, false, "http://[::1]"},
		{{"Host: [::1]", "X-Forwarded-Port: 81"}, false, "http://[::1]:81"},
		{{"Host: a", "X-Forwarded-Prefix: /compute/"}, false, "http://a/compute"},
		{{"Host: a", "X-Forwarded-Prefix: /"}, false, "http://a"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		check(&table[i], true);
}

static void
test_what_is_none_is_passed_over(void)
{
	static const struct row table[] = {
		{{"Host: a", "Forwarded: "}, false, "http://a"},
		{{"Host: a", "Forwarded: ;=;proto;host=;proto=ftp"}, false, "http://a"},
		{{"Host: a", "Forwarded: host=\""}, false, "http://a"},
		{{"Host: a", "Forwarded: host=b/c"}, false, "http://a"},
		{{"Host: a", "X-Forwarded-Proto: javascript", "X-Forwarded-Host: b@c",
			 "X-Forwarded-Port: 0"},
			false, "http://a"},
		{{"Host: a", "X-Forwarded-Port: 65536"}, false, "http://a"},
		{{"Host: a", "X-Forwarded-Prefix: //evil"}, false, "http://a"},
		{{"Host: a", "X-Forwarded-Prefix: evil"}, false, "http://a"},
		{{"Host: a", "X-Forwarded-Prefix: /a?b"}, false, "http://a"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		check(&table[i], true);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/origin/without-a-proxy", test_without_a_proxy);
	g_test_add_func("/origin/behind-a-proxy", test_behind_a_proxy);
	g_test_add_func("/origin/what-is-none-is-passed-over", test_what_is_none_is_passed_over);
	return g_test_run();
}
