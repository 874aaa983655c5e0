/* SPDX-License-Identifier: Apache-2.0 */
#include "model/like.h"

#include <glib.h>
#include <stddef.h>

static bool
same(const char *text, const char *pattern)
{
	if (*pattern == '_')
		return true;
	return g_ascii_tolower(*text) == g_ascii_tolower(*pattern);
}

/* One step: over a whole character where the pattern has '_', else over a byte. */
static const char *
step(const char *text, const char *pattern)
{
	return *pattern == '_' ? g_utf8_next_char(text) : text + 1;
}

bool
like_contains(const char *text, const char *pattern)
{
	/* After each '%', and at the start, the rest is tried at this place, and one byte
	 * further each time that it fails: the last '%' alone needs to be tried again. */
	const char *retry_text = text;
	const char *retry_pattern = pattern;
	for (;;) {
		if (*pattern == '\0') /* the '%' at the end takes what is left of the text */
			return true;
		if (*pattern == '%') {
			retry_pattern = ++pattern;
			retry_text = text;
		} else if (*text == '\0') {
			return false;
		} else if (same(text, pattern)) {
			text = step(text, pattern);
			pattern++;
		} else {
			retry_text = g_utf8_next_char(retry_text);
			text = retry_text;
			pattern = retry_pattern;
		}
	}
}
