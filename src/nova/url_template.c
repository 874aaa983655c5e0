/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/url_template.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"

/* What a URL says of a server; NULL: nothing, Python's None. */
struct server {
	const char *username;
	const char *password;
	const char *hostname;
	const char *port;
};

static bool
refuse(GError **error, const char *what)
{
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID, "%s", what);
	return false;
}

/* Ends the text at the mark and gives what stands behind it; NULL where there is none. */
static char *
cut(char *text, char mark)
{
	char *at = text == NULL ? NULL : strchr(text, mark);
	if (at != NULL)
		*at++ = '\0';
	return at;
}

static const char *
none_if_empty(const char *text)
{
	return text == NULL || *text == '\0' ? NULL : text;
}

static void
set(GHashTable *fields, const char *name, const char *number, const char *value)
{
	g_hash_table_insert(
		fields, g_strconcat(name, number, NULL), g_strdup(value == NULL ? "None" : value));
}

/* number: which of several; "" for the URL's own. */
static bool
set_server(GHashTable *fields, const char *number, const struct server *server, GError **error)
{
	guint64 port = 0;
	if (server->port != NULL &&
		!g_ascii_string_to_unsigned(server->port, 10, 0, UINT16_MAX, &port, NULL))
		return refuse(error, "the URL has a port that is no number from 0 to 65535");
	g_autofree char *digits = g_strdup_printf("%u", (unsigned)port);
	set(fields, "username", number, server->username);
	set(fields, "password", number, server->password);
	set(fields, "hostname", number, server->hostname);
	set(fields, "port", number, server->port == NULL ? NULL : digits);
	return true;
}

/* The network location taken as one server, whose last @ counts. */
static bool
split_netloc(GHashTable *fields, const char *netloc, GError **error)
{
	g_autofree char *text = g_strdup(netloc);
	char *at = strrchr(text, '@');
	char *hostname = at == NULL ? text : at + 1;
	if (at != NULL)
		*at = '\0';
	char *password = at == NULL ? NULL : cut(text, ':');
	char *address = cut(hostname, '[');
	char *port = address == NULL ? cut(hostname, ':') : cut(cut(address, ']'), ':');

	/* The zone of an IPv6 address, behind a %, keeps its capitals. */
	const char *name = address == NULL ? hostname : address;
	size_t length = strcspn(name, "%");
	g_autofree char *small = g_utf8_strdown(name, (gssize)length);
	g_autofree char *whole = g_strconcat(small, name + length, NULL);
	const struct server server = {
		.username = at == NULL ? NULL : text,
		.password = password,
		.hostname = none_if_empty(whole),
		.port = none_if_empty(port),
	};
	return set_server(fields, "", &server, error);
}

/* One of several servers: its first @ counts, and an IPv6 address needs brackets only before a
 * port (oslo_utils.netutils.parse_host_port()). */
static bool
split_one_of_several(GHashTable *fields, const char *number, char *text, GError **error)
{
	char *hostname = cut(text, '@');
	const char *username = hostname == NULL ? "" : text;
	char *password = hostname == NULL ? NULL : cut(text, ':');
	char *port = NULL;
	if (hostname == NULL)
		hostname = text;
	if (*hostname == '[') {
		char *rest = cut(++hostname, ']');
		if (rest == NULL)
			return refuse(error,
				"the URL has a bracket alone: expected an IPv6 address between two");
		port = cut(rest, ':');
	} else if (strchr(hostname, ':') == strrchr(hostname, ':')) {
		port = cut(hostname, ':');
	}
	const struct server server = {username, password, none_if_empty(hostname), port};
	return set_server(fields, number, &server, error);
}

static bool
split_several(GHashTable *fields, const char *netloc, GError **error)
{
	g_auto(GStrv) servers = g_strsplit(netloc, ",", -1);
	for (unsigned i = 0; servers[i] != NULL; i++) {
		g_autofree char *number = g_strdup_printf("%u", i + 1);
		if (!split_one_of_several(fields, number, servers[i], error))
			return false;
	}
	return true;
}

/* The fields of a URL, by name; NULL at an error. */
static GHashTable *
split_url(const char *url, GError **error)
{
	g_autoptr(GHashTable) fields =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autofree char *scheme = g_uri_parse_scheme(url);
	g_autofree char *small = scheme == NULL ? g_strdup("") : g_ascii_strdown(scheme, -1);
	g_autofree char *copy = g_strdup(scheme == NULL ? url : url + strlen(scheme) + 1);
	char *fragment = cut(copy, '#');
	char *query = cut(copy, '?');
	char *netloc = g_str_has_prefix(copy, "//") ? copy + 2 : NULL;
	char *path = netloc == NULL ? copy : cut(netloc, '/');
	if (path != NULL)
		path += strspn(path, "/");
	set(fields, "scheme", "", small);
	set(fields, "path", "", path == NULL ? "" : path);
	set(fields, "query", "", query == NULL ? "" : query);
	set(fields, "fragment", "", fragment == NULL ? "" : fragment);

	const char *servers = netloc == NULL ? "" : netloc;
	if ((strchr(servers, '[') == NULL) != (strchr(servers, ']') == NULL)) {
		refuse(error, "the URL has a bracket alone: expected an IPv6 address between two");
		return NULL;
	}
	if (!split_netloc(fields, servers, error) ||
		(strchr(servers, ',') != NULL && !split_several(fields, servers, error)))
		return NULL;
	return g_steal_pointer(&fields);
}

struct filling {
	GHashTable *fields;
	bool broken;
};

/* A GRegexEvalCallback: TRUE ends it. */
static gboolean
fill_field(const GMatchInfo *found, GString *filled, gpointer data)
{
	struct filling *filling = data;
	g_autofree char *name = g_match_info_fetch_named(found, "name");
	g_autofree char *brace = g_match_info_fetch_named(found, "brace");
	const char *value = none_if_empty(brace);
	if (value == NULL && name != NULL)
		value = g_hash_table_lookup(filling->fields, name);
	filling->broken = value == NULL;
	if (value != NULL)
		g_string_append(filled, value);
	return filling->broken;
}

char *
url_template_fill(const char *template, const char *source, GError **error)
{
	g_autoptr(GHashTable) fields = split_url(source, error);
	if (fields == NULL)
		return NULL;
	struct filling filling = {.fields = fields};
	g_autoptr(GRegex) field =
		g_regex_new("(?<brace>\\{)\\{|(?<brace>\\})\\}|\\{(?<name>[^{}]*)\\}|[{}]",
			G_REGEX_DUPNAMES, 0, NULL);
	g_autofree char *filled =
		g_regex_replace_eval(field, template, -1, 0, 0, fill_field, &filling, error);
	if (filled == NULL || !filling.broken)
		return g_steal_pointer(&filled);
	refuse(error,
		"the template has a brace alone, or one around what is no field of the URL's: "
		"expected {scheme}, {username}, {password}, {hostname}, {port}, {path}, {query} or "
		"{fragment}");
	return NULL;
}
