/* SPDX-License-Identifier: Apache-2.0 */
#include "api/microversion.h"

#include <string.h>

#include "base/error.h"

void
microversion_clear(struct microversion *version)
{
	g_clear_pointer(&version->shown, g_free);
}

/* The version after "compute" in "placement 1.5, compute 2.53"; the last where it stands
 * twice. NULL: none. */
static char *
find_compute(const char *header)
{
	g_auto(GStrv) services = g_strsplit(header, ",", -1);
	char *found = NULL;
	for (char **service = services; *service != NULL; service++) {
		g_auto(GStrv) words = g_strsplit_set(g_strstrip(*service), " \t", 2);
		if (words[0] == NULL || words[1] == NULL ||
			g_ascii_strcasecmp(words[0], "compute") != 0)
			continue;
		g_free(found);
		found = g_strdup(g_strstrip(words[1]));
	}
	return found;
}

static char *
find_asked(const struct http_request *request)
{
	const struct http_header *header =
		http_request_get_header(request, "OpenStack-API-Version");
	char *asked = header == NULL ? NULL : find_compute(header->value);
	if (asked != NULL)
		return asked;
	header = http_request_get_header(request, "X-OpenStack-Nova-API-Version");
	return header == NULL ? NULL : g_strdup(header->value);
}

/* A number without a leading zero; G_MAXUINT for one too large to be a version. */
static bool
parse_number(const char *text, const char **end, unsigned *number)
{
	size_t length = strspn(text, "0123456789");
	if (length == 0 || (text[0] == '0' && length > 1))
		return false;
	*end = text + length;
	guint64 value = g_ascii_strtoull(text, NULL, 10);
	*number = value > G_MAXUINT ? G_MAXUINT : (unsigned)value;
	return true;
}

static bool
parse_version(const char *text, unsigned *major, unsigned *minor)
{
	const char *rest;
	return parse_number(text, &rest, major) && *major > 0 && *rest == '.' &&
	       parse_number(rest + 1, &rest, minor) && *rest == '\0';
}

bool
microversion_parse(const struct http_request *request, unsigned max, struct microversion *version,
	GError **error)
{
	g_autofree char *asked = find_asked(request);
	unsigned major = 2, minor = MICROVERSION_MIN;
	if (g_strcmp0(asked, "latest") == 0)
		minor = max;
	else if (asked != NULL && !parse_version(asked, &major, &minor)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"API Version String %s is of invalid format. Must be of format "
			"MajorNum.MinorNum.",
			asked);
		return false;
	}

	if (major != 2 || minor < MICROVERSION_MIN || minor > max) {
		version->shown = g_steal_pointer(&asked);
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED,
			"Version %s is not supported by the API. Minimum is 2.1 and maximum is "
			"2.%u.",
			version->shown, max);
		return false;
	}
	version->minor = minor;
	version->shown = g_strdup_printf("2.%u", minor);
	return true;
}
