/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ids.h"

#include <glib.h>
#include <string.h>

#define UUID_DIGITS 32

bool
id_parse_integer(const char *text, int64_t *id)
{
	g_autofree char *copy = g_strdup(text);
	const char *c = g_strstrip(copy);
	g_autoptr(GString) digits = g_string_new(NULL);
	if (*c == '+' || *c == '-')
		g_string_append_c(digits, *c++);
	for (bool digit_before = false; *c != '\0'; c++) {
		if (g_ascii_isdigit(*c))
			g_string_append_c(digits, *c);
		else if (*c != '_' || !digit_before || !g_ascii_isdigit(c[1]))
			return false;
		digit_before = *c != '_';
	}
	return g_ascii_string_to_signed(digits->str, 10, INT64_MIN, INT64_MAX, id, NULL);
}

/* GLib's g_uuid_string_is_valid() takes four times as long, a twentieth of a show. */
static bool
is_canonical_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'x' ? !g_ascii_isxdigit(text[i]) : text[i] != form[i])
			return false;
	return true;
}

bool
id_is_uuid_like(const char *text)
{
	if (is_canonical_uuid(text)) /* nearly always */
		return true;
	g_autoptr(GString) digits = g_string_new(text);
	g_string_replace(digits, "urn:", "", 0);
	g_string_replace(digits, "uuid:", "", 0);
	const char *start = digits->str + strspn(digits->str, "{}");
	g_string_erase(digits, 0, start - digits->str);
	while (digits->len > 0 && strchr("{}", digits->str[digits->len - 1]) != NULL)
		g_string_truncate(digits, digits->len - 1);
	g_string_replace(digits, "-", "", 0);
	return digits->len == UUID_DIGITS &&
	       strspn(digits->str, "0123456789abcdefABCDEF") == UUID_DIGITS;
}
