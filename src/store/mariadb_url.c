/* SPDX-License-Identifier: Apache-2.0 */
#include "store/mariadb_url.h"

#include <stdint.h>
#include <string.h>

#include "base/error.h"

#define DEFAULT_HOST "localhost"
#define DEFAULT_PORT "3306"

/* SQLAlchemy's own pattern: a password may hold whatever is not an @. */
#define PATTERN                                                                                    \
	"^(?:mysql|mariadb)(?:\\+\\w+)?://"                                                        \
	"(?:(?<user>[^:/]*)(?::(?<password>[^@]*))?@)?"                                            \
	"(?:\\[(?<address>[^/?]+)\\]|(?<host>[^/:?]*))(?::(?<port>[^/?]*))?"                       \
	"(?:/(?<database>[^?]*))?(?:\\?(?<query>.*))?$"

static bool
refuse(GError **error, const char *what)
{
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"the database's URL %s: expected "
		"mysql+pymysql://user:password@host:port/database",
		what);
	return false;
}

bool
mariadb_url_matches(const char *url)
{
	return g_regex_match_simple("^(?:mysql|mariadb)(?:\\+\\w+)?:", url, 0, 0);
}

/* The group's text, or NULL where it is not there or empty. */
static char *
fetch(const GMatchInfo *match, const char *group)
{
	g_autofree char *text = g_match_info_fetch_named(match, group);
	return text == NULL || *text == '\0' ? NULL : g_steal_pointer(&text);
}

static bool
fetch_decoded(const GMatchInfo *match, const char *group, char **text, GError **error)
{
	g_autofree char *encoded = fetch(match, group);
	*text = encoded == NULL ? NULL : g_uri_unescape_string(encoded, NULL);
	if (encoded == NULL || *text != NULL)
		return true;
	g_autofree char *what = g_strdup_printf(
		"has a percent sign in its %s that begins no %%XX (a percent sign is %%25)", group);
	return refuse(error, what);
}

static bool
fetch_port(const GMatchInfo *match, unsigned *port, GError **error)
{
	g_autofree char *text = fetch(match, "port");
	guint64 number;
	if (!g_ascii_string_to_unsigned(
		    text == NULL ? DEFAULT_PORT : text, 10, 1, UINT16_MAX, &number, NULL))
		return refuse(error, "has a port that is no number from 1 to 65535");
	*port = (unsigned)number;
	return true;
}

static char *
take_option(GHashTable *query, const char *name)
{
	return g_strdup(g_hash_table_lookup(query, name));
}

static bool
is_true(GHashTable *query, const char *name)
{
	const char *text = g_hash_table_lookup(query, name);
	return text == NULL ||
	       !g_regex_match_simple("^(?:false|no|off|0)$", text, G_REGEX_CASELESS, 0);
}

static bool
parse_query(struct mariadb_url *url, const GMatchInfo *match, GError **error)
{
	g_autofree char *text = fetch(match, "query");
	g_autoptr(GHashTable) query =
		g_uri_parse_params(text == NULL ? "" : text, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
	if (query == NULL)
		return refuse(error, "has a query that can't be read");
	url->socket = take_option(query, "unix_socket");
	url->tls_cert = take_option(query, "ssl_cert");
	url->tls_key = take_option(query, "ssl_key");
	url->tls_cipher = take_option(query, "ssl_cipher");
	url->tls_ca = take_option(query, "ssl_ca");
	url->tls_capath = take_option(query, "ssl_capath");
	bool has_ca = url->tls_ca != NULL || url->tls_capath != NULL;
	url->tls =
		has_ca || url->tls_cert != NULL || url->tls_key != NULL || url->tls_cipher != NULL;
	if (!is_true(query, "ssl_verify_cert")) {
		g_clear_pointer(&url->tls_ca, g_free);
		g_clear_pointer(&url->tls_capath, g_free);
		has_ca = false;
	}
	url->tls_check_hostname = has_ca && is_true(query, "ssl_check_hostname") &&
				  is_true(query, "ssl_verify_identity");
	return true;
}

struct mariadb_url *
mariadb_url_parse(const char *text, GError **error)
{
	g_autoptr(GRegex) pattern = g_regex_new(PATTERN, G_REGEX_DOLLAR_ENDONLY, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	if (!g_regex_match(pattern, text, 0, &match)) {
		refuse(error, "can't be read");
		return NULL;
	}
	CLEANUP(mariadb_url_free) struct mariadb_url *url = g_new0(struct mariadb_url, 1);
	if (!fetch_decoded(match, "user", &url->user, error) ||
		!fetch_decoded(match, "password", &url->password, error) ||
		!fetch_port(match, &url->port, error) || !parse_query(url, match, error))
		return NULL;
	url->host = fetch(match, "address");
	if (url->host == NULL)
		url->host = fetch(match, "host");
	if (url->host == NULL)
		url->host = g_strdup(DEFAULT_HOST);
	url->database = fetch(match, "database");
	if (url->database == NULL) {
		refuse(error, "names no database");
		return NULL;
	}
	return g_steal_pointer(&url);
}

struct mariadb_url *
mariadb_url_copy(const struct mariadb_url *url)
{
	struct mariadb_url *copy = g_new(struct mariadb_url, 1);
	*copy = (struct mariadb_url){
		.user = g_strdup(url->user),
		.password = g_strdup(url->password),
		.host = g_strdup(url->host),
		.port = url->port,
		.socket = g_strdup(url->socket),
		.database = g_strdup(url->database),
		.tls = url->tls,
		.tls_check_hostname = url->tls_check_hostname,
		.tls_ca = g_strdup(url->tls_ca),
		.tls_capath = g_strdup(url->tls_capath),
		.tls_cert = g_strdup(url->tls_cert),
		.tls_key = g_strdup(url->tls_key),
		.tls_cipher = g_strdup(url->tls_cipher),
	};
	return copy;
}

void
mariadb_url_free(struct mariadb_url *url)
{
	g_free(url->user);
	g_free(url->password);
	g_free(url->host);
	g_free(url->socket);
	g_free(url->database);
	g_free(url->tls_ca);
	g_free(url->tls_capath);
	g_free(url->tls_cert);
	g_free(url->tls_key);
	g_free(url->tls_cipher);
	g_free(url);
}
