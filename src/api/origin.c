/* SPDX-License-Identifier: Apache-2.0 */
#include "api/origin.h"

#include <glib.h>
#include <string.h>

struct origin {
	char *scheme;
	char *host; /* with its port, where that is told */
	char *port; /* NULL: the host's */
	char *prefix;
};

static void
origin_clear(struct origin *origin)
{
	g_free(origin->scheme);
	g_free(origin->host);
	g_free(origin->port);
	g_free(origin->prefix);
}

/* A part is believed where it can be one. */
static bool
is_scheme(const char *text)
{
	return g_str_equal(text, "http") || g_str_equal(text, "https");
}

static bool
is_host(const char *text)
{
	static const char letters[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._~:[]";
	return *text != '\0' && text[strspn(text, letters)] == '\0';
}

static bool
is_port(const char *text)
{
	return g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT16, NULL, NULL);
}

static bool
is_prefix(const char *text)
{
	static const char letters[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._~/%";
	return *text == '/' && text[1] != '/' && text[strspn(text, letters)] == '\0';
}

static void
set(char **part, const char *value, bool (*is_part)(const char *text))
{
	if (!is_part(value))
		return;
	g_free(*part);
	*part = g_strdup(value);
}

/* Of "for=1.2.3.4;proto=https;host=\"a:1\", for=…": what the first proxy tells. */
static void
read_forwarded(struct origin *origin, const char *header)
{
	g_autofree char *first = g_strndup(header, strcspn(header, ","));
	g_auto(GStrv) pairs = g_strsplit(first, ";", -1);
	for (char **pair = pairs; *pair != NULL; pair++) {
		char *value = strchr(*pair, '=');
		if (value == NULL)
			continue;
		*value++ = '\0';
		g_strstrip(*pair);
		g_strstrip(value);
		size_t length = strlen(value);
		if (length > 1 && value[0] == '"' && value[length - 1] == '"') {
			value[length - 1] = '\0';
			value++;
		}
		if (g_ascii_strcasecmp(*pair, "proto") == 0)
			set(&origin->scheme, value, is_scheme);
		else if (g_ascii_strcasecmp(*pair, "host") == 0)
			set(&origin->host, value, is_host);
	}
}

static void
read_header(char **part, const struct http_request *request, const char *name,
	bool (*is_part)(const char *text))
{
	const struct http_header *header = http_request_get_header(request, name);
	if (header == NULL)
		return;
	g_autofree char *first = g_strndup(header->value, strcspn(header->value, ","));
	set(part, g_strstrip(first), is_part);
}

static void
read_proxy(struct origin *origin, const struct http_request *request)
{
	const struct http_header *forwarded = http_request_get_header(request, "Forwarded");
	if (forwarded != NULL) {
		read_forwarded(origin, forwarded->value);
	} else {
		read_header(&origin->scheme, request, "X-Forwarded-Proto", is_scheme);
		read_header(&origin->host, request, "X-Forwarded-Host", is_host);
		read_header(&origin->port, request, "X-Forwarded-Port", is_port);
	}
	read_header(&origin->prefix, request, "X-Forwarded-Prefix", is_prefix);
}

/* Puts a port that is told apart in the place of the host's own; the scheme's usual one goes
 * without saying. */
static void
apply_port(struct origin *origin)
{
	if (origin->port == NULL)
		return;
	char *colon = strrchr(origin->host, ':');
	if (colon != NULL && strchr(colon, ']') == NULL)
		*colon = '\0';
	const char *usual = g_str_equal(origin->scheme, "https") ? "443" : "80";
	if (g_str_equal(origin->port, usual))
		return;
	char *host = g_strconcat(origin->host, ":", origin->port, NULL);
	g_free(origin->host);
	origin->host = host;
}

static char *
get_host(const struct http_request *request)
{
	if (request->authority.text != NULL)
		return g_strndup(request->authority.text, request->authority.length);
	const struct http_header *host = http_request_get_header(request, "Host");
	return g_strdup(host == NULL ? "localhost" : host->value);
}

char *
origin_format(const struct http_request *request, bool behind_proxy)
{
	struct origin origin = {
		.scheme = g_strdup(request->tls ? "https" : "http"),
		.host = get_host(request),
		.prefix = g_strdup(""),
	};
	if (behind_proxy) {
		read_proxy(&origin, request);
		apply_port(&origin);
	}
	size_t length = strlen(origin.prefix);
	while (length > 0 && origin.prefix[length - 1] == '/')
		origin.prefix[--length] = '\0';
	char *text = g_strconcat(origin.scheme, "://", origin.host, origin.prefix, NULL);
	origin_clear(&origin);
	return text;
}
