/* SPDX-License-Identifier: Apache-2.0 */
#include "api/microversion.h"

#include <string.h>

#include "base/error.h"

#define SERVICE "compute "
#define ASKED_MAX 64 /* bytes: a refusal says it twice, in headers */

void
microversion_clear(struct microversion *version)
{
	g_free(version->asked);
	*version = (struct microversion){0};
}

static void
show(struct microversion *version, const char *text)
{
	version->shown_service = text;
	version->shown = text + strlen(SERVICE);
}

/* "compute 2.53": all of them are written once, since each answer shows one. */
static const char *
get_text(unsigned minor)
{
	static gsize written;
	static char texts[MICROVERSION_MAX + 1][sizeof(SERVICE "2.999")];
	if (g_once_init_enter(&written)) {
		for (unsigned i = 0; i <= MICROVERSION_MAX; i++)
			g_snprintf(texts[i], sizeof(texts[i]), SERVICE "2.%u", i);
		g_once_init_leave(&written, 1);
	}
	return texts[minor];
}

/* A part of a header, lent by it. */
struct span {
	const char *text; /* NULL: none */
	size_t length;
};

static struct span
strip(struct span span)
{
	while (span.length > 0 && g_ascii_isspace(span.text[0]))
		span = (struct span){span.text + 1, span.length - 1};
	while (span.length > 0 && g_ascii_isspace(span.text[span.length - 1]))
		span.length--;
	return span;
}

/* What is asked of compute in one "compute 2.53"; nothing where it is another service's. */
static struct span
read_service(struct span item)
{
	size_t name = strlen(SERVICE) - 1;
	item = strip(item);
	if (item.length <= name || g_ascii_strncasecmp(item.text, SERVICE, name) != 0 ||
		(item.text[name] != ' ' && item.text[name] != '\t'))
		return (struct span){NULL, 0};
	return strip((struct span){item.text + name, item.length - name});
}

/* The version after "compute" in "placement 1.5, compute 2.53"; the last where it stands
 * twice. */
static struct span
find_compute(const char *header)
{
	struct span found = {NULL, 0};
	for (const char *start = header; start != NULL;) {
		const char *comma = strchr(start, ',');
		size_t length = comma == NULL ? strlen(start) : (size_t)(comma - start);
		struct span asked = read_service((struct span){start, length});
		if (asked.text != NULL)
			found = asked;
		start = comma == NULL ? NULL : comma + 1;
	}
	return found;
}

static struct span
find_asked(const struct http_request *request)
{
	const struct http_header *header =
		http_request_get_header(request, "OpenStack-API-Version");
	struct span asked = {NULL, 0};
	if (header != NULL)
		asked = find_compute(header->value);
	if (asked.text != NULL)
		return asked;
	header = http_request_get_header(request, "X-OpenStack-Nova-API-Version");
	return header == NULL ? asked : (struct span){header->value, strlen(header->value)};
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
parse_version(struct span asked, unsigned *major, unsigned *minor)
{
	const char *rest;
	return parse_number(asked.text, &rest, major) && *major > 0 && *rest == '.' &&
	       parse_number(rest + 1, &rest, minor) && rest == asked.text + asked.length;
}

static bool
is_latest(struct span asked)
{
	return asked.length == strlen("latest") && memcmp(asked.text, "latest", asked.length) == 0;
}

bool
microversion_parse(const struct http_request *request, unsigned max, struct microversion *version,
	GError **error)
{
	struct span asked = find_asked(request);
	unsigned major = 2, minor = MICROVERSION_MIN;
	if (asked.text != NULL && is_latest(asked)) {
		minor = max;
	} else if (asked.text != NULL &&
		   (asked.length > ASKED_MAX || !parse_version(asked, &major, &minor))) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"API Version String %.*s is of invalid format. Must be of format "
			"MajorNum.MinorNum.",
			(int)asked.length, asked.text);
		return false;
	}

	if (major != 2 || minor < MICROVERSION_MIN || minor > max) {
		version->asked = g_strdup_printf(SERVICE "%.*s", (int)asked.length, asked.text);
		show(version, version->asked);
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED,
			"Version %s is not supported by the API. Minimum is 2.1 and maximum is "
			"2.%u.",
			version->shown, max);
		return false;
	}
	version->minor = minor;
	show(version, get_text(minor));
	return true;
}
