/* SPDX-License-Identifier: Apache-2.0 */
#include "model/caseless.h"

guint
caseless_hash(gconstpointer text)
{
	guint hash = 5381; /* as g_str_hash() */
	for (const char *c = text; *c != '\0'; c++)
		hash = hash * 33 + (guchar)g_ascii_tolower(*c);
	return hash;
}

gboolean
caseless_equal(gconstpointer a, gconstpointer b)
{
	return g_ascii_strcasecmp(a, b) == 0;
}

GHashFunc
caseless_get_hash(bool caseless)
{
	return caseless ? caseless_hash : g_str_hash;
}

GEqualFunc
caseless_get_equal(bool caseless)
{
	return caseless ? caseless_equal : g_str_equal;
}
