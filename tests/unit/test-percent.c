/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-decoding. */
#include "api/percent.h"

#include <string.h>

#include "base/error.h"

static const struct {
	const char *raw, *text; /* NULL: refused */
} cases[] = {
	{"", ""}, {"/v2.1/os-hypervisors", "/v2.1/os-hypervisors"}, {"a%20b", "a b"},
	{"a+b", "a+b"}, /* a blank only in a form, which the query's reader sees to */
	{"%2F%2f", "//"}, {"%C3%A9", "\xc3\xa9"}, {"%25%32%30", "%20"}, /* decoded once */
	{"caf\xc3\xa9", "caf\xc3\xa9"}, {"%", NULL}, {"a%2", NULL}, {"a%", NULL}, {"%G0", NULL},
	{"%0G", NULL}, {"%%41", NULL}, {"%00", NULL}, {"a%00b", NULL}, {"%C3", NULL}, {"%FF", NULL},
	{"\xff", NULL}, {"%ED%A0%80", NULL}, /* half of a surrogate pair */
};

static void
test_decodes_or_refuses(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", cases[i].raw);
		g_autofree char *text = percent_decode(cases[i].raw, "path", &error);
		g_assert_cmpstr(text, ==, cases[i].text);
		if (text == NULL)
			g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		else
			g_assert_no_error(error);
	}
}

static void
test_says_which_part_is_wrong(void)
{
	g_autoptr(GError) cut = NULL, bytes = NULL;
	percent_decode("%4", "query", &cut);
	g_assert_cmpstr(cut->message, ==,
		"The query has a percent sign without two hexadecimal digits after it.");
	percent_decode("%FF", "path", &bytes);
	g_assert_nonnull(strstr(bytes->message, "The path is not text in UTF-8"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/percent/decodes-or-refuses", test_decodes_or_refuses);
	g_test_add_func("/percent/says-which-part-is-wrong", test_says_which_part_is_wrong);
	return g_test_run();
}
