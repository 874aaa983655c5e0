/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON writer: whatever bytes it is given, Jansson reads its output, and
 * finds the text that went in (U+FFFD for what was not UTF-8) and the integer.
 */
#include "fuzz.h"

#include <jansson.h>
#include <string.h>

#include "api/json.h"

static int64_t
take_integer(const uint8_t **data, size_t *size)
{
	int64_t integer = 0;
	size_t taken = MIN(*size, sizeof(integer));
	if (taken > 0)
		memcpy(&integer, *data, taken);
	*data += taken;
	*size -= taken;
	return integer;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t integer = take_integer(&data, &size);
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autofree char *expected = g_utf8_make_valid(text, -1);

	g_autoptr(GString) json = g_string_new("{");
	json_append_string_member(json, "text", text);
	json_append_integer_member(json, "integer", integer);
	json_append_nullable_member(json, "unknown", NULLABLE_UNKNOWN);
	json_append_boolean_member(json, "yes", true);
	json_append_name(json, "list");
	g_string_append_c(json, '[');
	json_append_comma(json);
	json_append_string(json, text);
	json_append_comma(json);
	json_append_string(json, NULL);
	g_string_append(json, "]}");

	json_error_t where;
	json_t *read = json_loadb(json->str, json->len, JSON_REJECT_DUPLICATES, &where);
	if (read == NULL)
		g_error("column %d: %s: %s", where.column, where.text, json->str);
	const json_t *list = json_object_get(read, "list");
	g_assert_cmpstr(json_string_value(json_object_get(read, "text")), ==, expected);
	g_assert_cmpint(json_integer_value(json_object_get(read, "integer")), ==, integer);
	g_assert_true(json_is_null(json_object_get(read, "unknown")));
	g_assert_true(json_is_true(json_object_get(read, "yes")));
	g_assert_cmpstr(json_string_value(json_array_get(list, 0)), ==, expected);
	g_assert_true(json_is_null(json_array_get(list, 1)));
	json_decref(read);
	return 0;
}
