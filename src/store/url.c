/* SPDX-License-Identifier: Apache-2.0 */
#include "store/url.h"

#include <string.h>

#include "base/error.h"

static char *
refuse(GError **error, const char *what)
{
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"the database's URL %s: expected sqlite:////absolute/path, "
		"sqlite:///relative/path or mysql+pymysql://user:password@host/database",
		what);
	return NULL;
}

char *
url_get_sqlite_path(const char *url, GError **error)
{
	const char *colon = strchr(url, ':');
	if (colon == NULL)
		return refuse(error, "has no scheme");
	g_autofree char *scheme = g_strndup(url, (gsize)(colon - url));
	if (!g_str_equal(scheme, "sqlite") && !g_str_has_prefix(scheme, "sqlite+")) {
		g_autofree char *what =
			g_strdup_printf("has the scheme '%.32s', which is not supported", scheme);
		return refuse(error, what);
	}
	if (!g_str_has_prefix(colon, ":///"))
		return refuse(error, "names a host");
	const char *path = colon + strlen(":///");
	size_t length = strcspn(path, "?");
	if (length == 0 || strncmp(path, ":memory:", length) == 0)
		return refuse(error, "names no file");
	return g_strndup(path, length);
}
