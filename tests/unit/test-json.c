/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON writer: what it writes, Jansson reads back. */
#include "api/json.h"

#include <jansson.h>

static const struct {
	const char *text, *json;
} strings[] = {
	{NULL, "null"},
	{"", "\"\""},
	{"cmp-01", "\"cmp-01\""},
	{"a \"b\" \\ c", "\"a \\\"b\\\" \\\\ c\""},
	{"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
	{"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
	{"/", "\"/\""},
	{"caf\xc3\xa9", "\"caf\xc3\xa9\""},
	{"\xf0\x9f\x90\xa7", "\"\xf0\x9f\x90\xa7\""},
	{"a\xffz", "\"a\xef\xbf\xbdz\""}, /* U+FFFD */
	{"\xff\n", "\"\xef\xbf\xbd\\n\""},
};

static void
test_escapes_strings(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(strings); i++) {
		g_autoptr(GString) json = g_string_new(NULL);
		json_append_string(json, strings[i].text);
		g_assert_cmpstr(json->str, ==, strings[i].json);
	}
}

static void
assert_reads_back(const char *text)
{
	g_autoptr(GString) json = g_string_new(NULL);
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	json_append_string(json, text);
	json_error_t error;
	json_t *parsed = json_loadb(json->str, json->len, JSON_DECODE_ANY, &error);
	if (parsed == NULL)
		g_test_message("%s: %s", json->str, error.text);
	g_assert_nonnull(parsed);
	g_assert_cmpstr(json_string_value(parsed), ==, valid);
	json_decref(parsed);
}

static void
test_random_bytes_read_back(void)
{
	for (int round = 0; round < 20000; round++) {
		char text[33] = "";
		int length = g_test_rand_int_range(0, sizeof(text));
		for (int i = 0; i < length; i++)
			text[i] = (char)g_test_rand_int_range(1, 256);
		assert_reads_back(text);
	}
}

static void
test_every_byte_reads_back(void)
{
	for (int byte = 1; byte < 256; byte++)
		assert_reads_back((const char[]){'<', (char)byte, '>', '\0'});
}

static const struct {
	int64_t value;
	const char *json;
} integers[] = {
	{0, "0"},
	{7, "7"},
	{-7, "-7"},
	{1000, "1000"},
	{INT64_MAX, "9223372036854775807"},
	{INT64_MIN, "-9223372036854775808"},
};

static void
test_writes_integers(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(integers); i++) {
		g_autoptr(GString) json = g_string_new(NULL);
		json_append_integer(json, integers[i].value);
		g_assert_cmpstr(json->str, ==, integers[i].json);
	}
}

static void
test_puts_commas_between_members(void)
{
	g_autoptr(GString) json = g_string_new("{");
	json_append_string_member(json, "a", "{"); /* a brace in a string opens nothing */
	json_append_integer_member(json, "b", -1);
	json_append_nullable_member(json, "c", NULLABLE(0));
	json_append_nullable_member(json, "d", NULLABLE_UNKNOWN);
	json_append_boolean_member(json, "e", true);
	json_append_boolean_member(json, "f", false);
	json_append_name(json, "g");
	g_string_append_c(json, '[');
	for (int i = 0; i < 3; i++) {
		json_append_comma(json);
		json_append_integer(json, i);
	}
	g_string_append(json, "]}");
	g_assert_cmpstr(json->str, ==,
		"{\"a\": \"{\", \"b\": -1, \"c\": 0, \"d\": null, \"e\": true, \"f\": false, "
		"\"g\": [0, 1, 2]}");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/json/escapes-strings", test_escapes_strings);
	g_test_add_func("/json/random-bytes-read-back", test_random_bytes_read_back);
	g_test_add_func("/json/every-byte-reads-back", test_every_byte_reads_back);
	g_test_add_func("/json/writes-integers", test_writes_integers);
	g_test_add_func("/json/puts-commas-between-members", test_puts_commas_between_members);
	return g_test_run();
}
