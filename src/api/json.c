/* SPDX-License-Identifier: Apache-2.0 */
#include "api/json.h"

#include <string.h>

/* What a byte needs: 0 nothing, else the letter after the backslash; 'u' for \u00XX. */
static char
escape_of(unsigned char byte)
{
	switch (byte) {
	case '"':
	case '\\':
		return (char)byte;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return byte < 0x20 || byte == 0x7f ? 'u' : '\0';
	}
}

static void
append_escaped(GString *json, const char *text)
{
	const char *plain = text; /* the start of what has not been copied yet */
	for (const char *c = text; *c != '\0'; c++) {
		char escape = escape_of((unsigned char)*c);
		if (escape == '\0')
			continue;
		g_string_append_len(json, plain, c - plain);
		plain = c + 1;
		if (escape == 'u')
			g_string_append_printf(json, "\\u%04x", (unsigned char)*c);
		else
			g_string_append_len(json, (char[]){'\\', escape}, 2);
	}
	g_string_append(json, plain);
}

void
json_append_string(GString *json, const char *text)
{
	if (text == NULL) {
		g_string_append(json, "null");
		return;
	}
	g_string_append_c(json, '"');
	if (g_utf8_validate(text, -1, NULL)) {
		append_escaped(json, text);
	} else {
		g_autofree char *valid = g_utf8_make_valid(text, -1);
		append_escaped(json, valid);
	}
	g_string_append_c(json, '"');
}

void
json_append_integer(GString *json, int64_t value)
{
	char digits[24]; /* written from the end: g_string_append_printf takes five times as long */
	char *at = digits + sizeof(digits);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		*--at = '-';
	g_string_append_len(json, at, digits + sizeof(digits) - at);
}

void
json_append_comma(GString *json)
{
	char last = json->len > 0 ? json->str[json->len - 1] : '{';
	if (last != '{' && last != '[')
		g_string_append_len(json, ", ", 2);
}

void
json_append_name(GString *json, const char *name)
{
	json_append_comma(json);
	g_string_append_c(json, '"');
	g_string_append(json, name);
	g_string_append_len(json, "\": ", 3);
}

void
json_append_string_member(GString *json, const char *name, const char *text)
{
	json_append_name(json, name);
	json_append_string(json, text);
}

void
json_append_integer_member(GString *json, const char *name, int64_t value)
{
	json_append_name(json, name);
	json_append_integer(json, value);
}

void
json_append_nullable_member(GString *json, const char *name, struct nullable value)
{
	json_append_name(json, name);
	if (value.known)
		json_append_integer(json, value.value);
	else
		g_string_append(json, "null");
}

void
json_append_boolean_member(GString *json, const char *name, bool value)
{
	json_append_name(json, name);
	g_string_append(json, value ? "true" : "false");
}
