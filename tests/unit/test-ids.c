/* SPDX-License-Identifier: Apache-2.0 */
/* Ids as clients write them. The expected values were computed with Python 3: int(), and
 * is_uuid_like() as oslo.utils has it. */
#include "api/ids.h"

#include <glib.h>

static const struct {
	const char *text;
	bool valid;
	int64_t id;
} integers[] = {
	{"0", true, INT64_C(0)},
	{"1", true, INT64_C(1)},
	{"1000", true, INT64_C(1000)},
	{"01000", true, INT64_C(1000)},
	{"+1000", true, INT64_C(1000)},
	{"-1", true, INT64_C(-1)},
	{"- 1", false, 0},
	{"+-1", false, 0},
	{"", false, 0},
	{" ", false, 0},
	{"+", false, 0},
	{"-", false, 0},
	{"_1", false, 0},
	{"1_", false, 0},
	{"1_000", true, INT64_C(1000)},
	{"1__000", false, 0},
	{"+_1", false, 0},
	{"1_0_0", true, INT64_C(100)},
	{" 1000", true, INT64_C(1000)},
	{"1000 ", true, INT64_C(1000)},
	{"\t1\n", true, INT64_C(1)},
	{"1 0", false, 0},
	{"1.0", false, 0},
	{"0x10", false, 0},
	{"1e3", false, 0},
	{"abc", false, 0},
	{"0_0", true, INT64_C(0)},
	{"9223372036854775807", true, INT64_C(9223372036854775807)},
	{"-9223372036854775808", true, INT64_MIN},
	{"9223372036854775808", false, 0},
	{"-9223372036854775809", false, 0},
	{"99999999999999999999", false, 0},
	{"00000000000000000000000000012", true, INT64_C(12)},
	{"1a", false, 0},
};

static void
test_reads_integers_as_python_does(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(integers); i++) {
		int64_t id = 0;
		g_test_message("'%s'", integers[i].text);
		g_assert_cmpint(id_parse_integer(integers[i].text, &id), ==, integers[i].valid);
		if (integers[i].valid)
			g_assert_cmpint(id, ==, integers[i].id);
	}
}

/* Python takes the digits of every script; an id here has ASCII's. */
static void
test_other_scripts_are_no_integers(void)
{
	int64_t id;
	g_assert_false(id_parse_integer("\xd9\xa3", &id));
	g_assert_false(id_parse_integer("\xef\xbc\x91", &id));
}

static const struct {
	const char *text;
	bool like;
} uuids[] = {
	{"cc9e9516-d4de-50d1-bcb0-f7646b571b86", true},
	{"CC9E9516-D4DE-50D1-BCB0-F7646B571B86", true},
	{"cc9e9516d4de50d1bcb0f7646b571b86", true},
	{"{cc9e9516-d4de-50d1-bcb0-f7646b571b86}", true},
	{"{{cc9e9516-d4de-50d1-bcb0-f7646b571b86}}", true},
	{"urn:uuid:cc9e9516-d4de-50d1-bcb0-f7646b571b86", true},
	{"urn:cc9e9516-d4de-50d1-bcb0-f7646b571b86", true},
	{"uuid:cc9e9516-d4de-50d1-bcb0-f7646b571b86", true},
	{"URN:UUID:cc9e9516-d4de-50d1-bcb0-f7646b571b86", false},
	{"urn:uuid:{cc9e9516-d4de-50d1-bcb0-f7646b571b86}", true},
	{"cc9e9516d4de50d1bcb0f7646b571b8", false},
	{"cc9e9516d4de50d1bcb0f7646b571b860", false},
	{"c-c-9-e-9-5-1-6-d-4-d-e-5-0-d-1-b-c-b-0-f-7-6-4-6-b-5-7-1-b-8-6", true},
	{"", false},
	{"{}", false},
	{"urn:uuid:", false},
	{"cc9e9516-d4de-50d1-bcb0-f7646b571b8g", false},
	{" cc9e9516-d4de-50d1-bcb0-f7646b571b86", false},
	{"cc9e9516-d4de-50d1-bcb0-f7646b571b86\n", false},
	{"0xcc9e9516d4de50d1bcb0f7646b571b", false},
	{"cc9e9516d4de50d1_cb0f7646b571b86", false},
	{"1", false},
	{"abc", false},
};

static void
test_knows_what_is_like_a_uuid(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(uuids); i++) {
		g_test_message("'%s'", uuids[i].text);
		g_assert_cmpint(id_is_uuid_like(uuids[i].text), ==, uuids[i].like);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ids/reads-integers-as-python-does", test_reads_integers_as_python_does);
	g_test_add_func("/ids/other-scripts-are-no-integers", test_other_scripts_are_no_integers);
	g_test_add_func("/ids/knows-what-is-like-a-uuid", test_knows_what_is_like_a_uuid);
	return g_test_run();
}
