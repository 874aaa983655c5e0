/* SPDX-License-Identifier: Apache-2.0 */
#include "api/percent.h"

#include <string.h>

#include "base/error.h"

char *
percent_decode(const char *raw, const char *part, GError **error)
{
	if (strchr(raw, '%') == NULL && g_str_is_ascii(raw)) /* nearly always */
		return g_strdup(raw);
	g_autoptr(GBytes) decoded = g_uri_unescape_bytes(raw, -1, NULL, NULL);
	if (decoded == NULL) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"The %s has a percent sign without two hexadecimal digits after it.", part);
		return NULL;
	}
	gsize length;
	const char *text = g_bytes_get_data(decoded, &length);
	if (length > 0 &&
		!g_utf8_validate(text, (gssize)length, NULL)) { /* a NUL is not valid either */
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"The %s is not text in UTF-8.", part);
		return NULL;
	}
	return g_strndup(text, length);
}
