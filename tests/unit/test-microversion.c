/* SPDX-License-Identifier: Apache-2.0 */
/* Microversions by header. The table is what Nova 26.2.2 answered to these headers, whose last
 * version is 2.93. */
#include "api/microversion.h"

#include <string.h>

#include "../header.h"
#include "base/error.h"

enum { MAX = 93, OFFERED = -1 };

#define NEW "OpenStack-API-Version"
#define OLD "X-OpenStack-Nova-API-Version"

static const struct {
	const char *new, *old; /* the headers' values; NULL: not sent */
	int error;             /* OFFERED, or the code */
	unsigned minor;
	const char *shown;
} cases[] = {
	{NULL, NULL, OFFERED, 1, "2.1"},
	{"compute 2.1", NULL, OFFERED, 1, "2.1"},
	{"compute 2.53", NULL, OFFERED, 53, "2.53"},
	{"compute 2.93", NULL, OFFERED, 93, "2.93"},
	{"compute latest", NULL, OFFERED, 93, "2.93"},
	{"COMPUTE 2.53", NULL, OFFERED, 53, "2.53"},
	{"compute\t 2.53", NULL, OFFERED, 53, "2.53"},
	{"placement 1.5, compute 2.53", NULL, OFFERED, 53, "2.53"},
	{"compute 2.1, compute 2.53", NULL, OFFERED, 53, "2.53"},
	{"placement 1.5", NULL, OFFERED, 1, "2.1"},
	{"nova 2.53", NULL, OFFERED, 1, "2.1"},
	{"2.53", NULL, OFFERED, 1, "2.1"},
	{"compute", NULL, OFFERED, 1, "2.1"},
	{"", NULL, OFFERED, 1, "2.1"},
	{",", NULL, OFFERED, 1, "2.1"},
	{NULL, "2.53", OFFERED, 53, "2.53"},
	{NULL, "latest", OFFERED, 93, "2.93"},
	{"compute 2.28", "2.53", OFFERED, 28, "2.28"},
	{"placement 1.5", "2.53", OFFERED, 53, "2.53"},
	{"compute 2.0", NULL, MUSTER_ERROR_UNSUPPORTED, 0, "2.0"},
	{"compute 2.94", NULL, MUSTER_ERROR_UNSUPPORTED, 0, "2.94"},
	{"compute 2.9999", NULL, MUSTER_ERROR_UNSUPPORTED, 0, "2.9999"},
	{"compute 3.0", NULL, MUSTER_ERROR_UNSUPPORTED, 0, "3.0"},
	{"compute 1.99", NULL, MUSTER_ERROR_UNSUPPORTED, 0, "1.99"},
	{"compute 2.99999999999999999999999", NULL, MUSTER_ERROR_UNSUPPORTED, 0,
		"2.99999999999999999999999"},
	{"compute 4294967298.53", NULL, MUSTER_ERROR_UNSUPPORTED, 0, "4294967298.53"},
	{"compute 2.4294967349", NULL, MUSTER_ERROR_UNSUPPORTED, 0, "2.4294967349"},
	{"compute 2", NULL, MUSTER_ERROR_INVALID, 0, NULL},
	{"compute 2.", NULL, MUSTER_ERROR_INVALID, 0, NULL},
	{"compute .1", NULL, MUSTER_ERROR_INVALID, 0, NULL},
	{"compute two", NULL, MUSTER_ERROR_INVALID, 0, NULL},
	{"compute 2.1.1", NULL, MUSTER_ERROR_INVALID, 0, NULL},
	{"compute 2.053", NULL, MUSTER_ERROR_INVALID, 0, NULL},
	{"compute 02.53", NULL, MUSTER_ERROR_INVALID, 0, NULL},
	{"compute 0.1", NULL, MUSTER_ERROR_INVALID, 0, NULL},
	{"compute +2.1", NULL, MUSTER_ERROR_INVALID, 0, NULL},
	{"compute 2.-1", NULL, MUSTER_ERROR_INVALID, 0, NULL},
	{"compute 2.1 3", NULL, MUSTER_ERROR_INVALID, 0, NULL},
	{"compute LATEST", NULL, MUSTER_ERROR_INVALID, 0, NULL},
	{NULL, "bad", MUSTER_ERROR_INVALID, 0, NULL},
	{NULL, "", MUSTER_ERROR_INVALID, 0, NULL},
};

static bool
parse(const char *new, const char *old, struct microversion *version, GError **error)
{
	struct http_header headers[2];
	struct http_request request = {.method = "GET", .headers = headers};
	if (new != NULL)
		headers[request.headers_size++] = header_of(NEW, new);
	if (old != NULL)
		headers[request.headers_size++] = header_of(OLD, old);
	return microversion_parse(&request, MAX, version, error);
}

static void
test_chooses_as_nova_does(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		struct microversion version = {0};
		g_test_message("%s; %s", cases[i].new, cases[i].old);
		bool offered = parse(cases[i].new, cases[i].old, &version, &error);
		g_assert_cmpint(offered, ==, cases[i].error == OFFERED);
		if (offered)
			g_assert_cmpuint(version.minor, ==, cases[i].minor);
		else
			g_assert_error(error, MUSTER_ERROR, cases[i].error);
		g_assert_cmpstr(version.shown, ==, cases[i].shown);
		microversion_clear(&version);
		g_assert_null(version.shown);
	}
}

static void
test_refuses_in_novas_words(void)
{
	g_autoptr(GError) malformed = NULL, unsupported = NULL;
	struct microversion version = {0};
	parse("compute two", NULL, &version, &malformed);
	g_assert_cmpstr(malformed->message, ==,
		"API Version String two is of invalid format. Must be of format "
		"MajorNum.MinorNum.");
	parse("compute 2.9999", NULL, &version, &unsupported);
	g_assert_cmpstr(unsupported->message, ==,
		"Version 2.9999 is not supported by the API. Minimum is 2.1 and maximum is "
		"2.93.");
	microversion_clear(&version);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/microversion/chooses-as-nova-does", test_chooses_as_nova_does);
	g_test_add_func("/microversion/refuses-in-novas-words", test_refuses_in_novas_words);
	return g_test_run();
}
