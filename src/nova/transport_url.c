/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GLib's parser reads one authority, and oslo.messaging's URL has several: each is given
 * to it as a URL of its own.
 */
#include "nova/transport_url.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"

#define DEFAULT_BROKER "localhost"
#define DEFAULT_PORT 5672
#define DEFAULT_USER "guest"
#define DEFAULT_PASSWORD "guest"
#define DEFAULT_VIRTUAL_HOST "/"

/* Those by which oslo.messaging comes to speak AMQP 0-9-1. */
static const char *const schemes[] = {"rabbit", "kombu+rabbit", "kombu+amqp", "kombu+pyamqp", NULL};

static void
refuse(GError **error, const char *what)
{
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"the transport_url %s: expected "
		"rabbit://user:password@host:port/virtual_host, with as many "
		"user:password@host:port, separated by commas, as there are brokers",
		what);
}

static void
broker_free(void *data)
{
	struct transport_broker *broker = data;
	g_free(broker->host);
	g_free(broker->user);
	g_free(broker->password);
	g_free(broker);
}

/* Takes text; gives it, or what stands for none. */
static char *
choose(char *text, const char *fallback)
{
	if (text != NULL && *text != '\0')
		return text;
	g_free(text);
	return g_strdup(fallback);
}

static bool
add_broker(struct transport_url *url, const char *authority, GError **error)
{
	g_autofree char *whole = g_strconcat("rabbit://", authority, NULL);
	g_autofree char *host = NULL, *user = NULL, *password = NULL;
	int port;
	if (!g_uri_split_with_user(whole, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_HAS_PASSWORD,
		    NULL, &user, &password, NULL, &host, &port, NULL, NULL, NULL, NULL)) {
		refuse(error, "has a broker that can't be read");
		return false;
	}
	if (host == NULL || *host == '\0' || port == 0) {
		refuse(error, "has a broker without a host, or with the port 0");
		return false;
	}
	struct transport_broker *broker = g_new(struct transport_broker, 1);
	*broker = (struct transport_broker){
		.host = g_steal_pointer(&host),
		.port = port < 0 ? DEFAULT_PORT : (unsigned)port,
		.user = choose(g_steal_pointer(&user), DEFAULT_USER),
		.password = choose(g_steal_pointer(&password), DEFAULT_PASSWORD),
	};
	g_ptr_array_add(url->brokers, broker);
	return true;
}

static bool
add_brokers(struct transport_url *url, const char *authorities, GError **error)
{
	g_auto(GStrv) list = g_strsplit(authorities, ",", -1);
	for (char **authority = list; *authority != NULL; authority++)
		if (**authority != '\0' && !add_broker(url, *authority, error))
			return false;
	return url->brokers->len > 0 || add_broker(url, DEFAULT_BROKER, error);
}

static bool
set_virtual_host(struct transport_url *url, const char *encoded, GError **error)
{
	char *decoded = g_uri_unescape_string(encoded, NULL);
	if (decoded == NULL) {
		refuse(error, "has a virtual host that can't be read");
		return false;
	}
	url->virtual_host = choose(decoded, DEFAULT_VIRTUAL_HOST);
	return true;
}

static bool
set_query(struct transport_url *url, const char *query, GError **error)
{
	url->query = g_uri_parse_params(
		query, -1, "&", G_URI_PARAMS_WWW_FORM | G_URI_PARAMS_PARSE_RELAXED, NULL);
	if (url->query == NULL)
		refuse(error, "has a query that can't be read");
	return url->query != NULL;
}

static bool
check_scheme(const char *text, GError **error)
{
	g_autofree char *given = text == NULL ? NULL : g_uri_parse_scheme(text);
	g_autofree char *scheme = given == NULL ? NULL : g_ascii_strdown(given, -1);
	if (scheme != NULL && g_strv_contains(schemes, scheme))
		return true;
	if (scheme == NULL && text != NULL && *text != '\0')
		refuse(error, "has no scheme");
	else
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED,
			"the transport_url is of no RabbitMQ: %s",
			scheme == NULL ? "there is none" : scheme);
	return false;
}

struct transport_url *
transport_url_parse(const char *text, GError **error)
{
	if (!check_scheme(text, error))
		return NULL;
	const char *start = strstr(text, "://");
	if (start == NULL) {
		refuse(error, "has no // after its scheme");
		return NULL;
	}
	start += strlen("://");
	g_autofree char *rest = g_strndup(start, strcspn(start, "#"));
	g_autofree char *authorities = g_strndup(rest, strcspn(rest, "/?"));
	const char *path = rest + strlen(authorities);
	const char *query = strchr(path, '?');
	g_autofree char *virtual_host =
		*path == '/' ? g_strndup(path + 1, strcspn(path + 1, "?")) : g_strdup("");

	CLEANUP(transport_url_free) struct transport_url *url = g_new0(struct transport_url, 1);
	url->brokers = g_ptr_array_new_with_free_func(broker_free);
	if (!add_brokers(url, authorities, error) || !set_virtual_host(url, virtual_host, error) ||
		!set_query(url, query == NULL ? "" : query + 1, error))
		return NULL;
	return g_steal_pointer(&url);
}

void
transport_url_free(struct transport_url *url)
{
	g_ptr_array_unref(url->brokers);
	g_free(url->virtual_host);
	if (url->query != NULL)
		g_hash_table_unref(url->query);
	g_free(url);
}

char *
transport_url_format(const struct transport_url *url)
{
	g_autoptr(GString) text = g_string_new("rabbit://");
	for (guint i = 0; i < url->brokers->len; i++) {
		const struct transport_broker *broker = url->brokers->pdata[i];
		bool is_ipv6 = strchr(broker->host, ':') != NULL;
		g_string_append_printf(text, is_ipv6 ? "%s%s@[%s]:%u" : "%s%s@%s:%u",
			i == 0 ? "" : ",", broker->user, broker->host, broker->port);
	}
	/* The virtual host "/" is the one that is not named. */
	const char *name = strcmp(url->virtual_host, "/") == 0 ? "" : url->virtual_host;
	g_string_append_printf(text, "/%s", name);
	return g_string_free(g_steal_pointer(&text), FALSE);
}
