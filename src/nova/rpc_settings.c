/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/rpc_settings.h"

#include "base/error.h"
#include "config/option_value.h"

/* What the query says of the option, which it does as a configuration file would; NULL: nothing. */
static bool
find_in_query(
	const struct rpc_settings *settings, enum option option, const char **value, GError **error)
{
	const struct option_info *info = option_get_info(option);
	g_autoptr(GError) cause = NULL;
	*value = g_hash_table_lookup(settings->url->query, info->name);
	if (*value == NULL || option_check(info, *value, &cause))
		return true;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID, "the transport_url's query: %s: %s",
		info->name, cause->message);
	return false;
}

static bool
set_boolean(const struct rpc_settings *settings, enum option option, bool fallback, bool *field,
	GError **error)
{
	const char *value;
	if (!find_in_query(settings, option, &value, error))
		return false;
	*field = value == NULL ? fallback : option_parse_boolean(value);
	return true;
}

static void
set_file(
	const struct rpc_settings *settings, enum option option, const char *fallback, char **field)
{
	const char *value =
		g_hash_table_lookup(settings->url->query, option_get_info(option)->name);
	*field = g_strdup(value == NULL ? fallback : value);
}

static bool
set_heartbeat(struct rpc_settings *settings, unsigned fallback, GError **error)
{
	const char *value;
	if (!find_in_query(settings, OPTION_RABBIT_HEARTBEAT_TIMEOUT_THRESHOLD, &value, error))
		return false;
	settings->heartbeat = (int)(value == NULL ? fallback : option_parse_integer(value));
	return true;
}

struct rpc_settings *
rpc_settings_new(const struct rpc_options *options, GError **error)
{
	struct transport_url *url = transport_url_parse(options->transport_url, error);
	if (url == NULL)
		return NULL;
	CLEANUP(rpc_settings_unref)
	struct rpc_settings *settings = g_atomic_rc_box_new0(struct rpc_settings);
	settings->url = url;
	settings->exchange = g_strdup(options->exchange);
	set_file(settings, OPTION_RABBIT_SSL_CA_FILE, options->ssl_ca_file, &settings->ssl_ca_file);
	set_file(settings, OPTION_RABBIT_SSL_CERT_FILE, options->ssl_cert_file,
		&settings->ssl_cert_file);
	set_file(settings, OPTION_RABBIT_SSL_KEY_FILE, options->ssl_key_file,
		&settings->ssl_key_file);
	if (!set_boolean(settings, OPTION_RABBIT_SSL, options->ssl, &settings->ssl, error) ||
		!set_boolean(settings, OPTION_RABBIT_SSL_ENFORCE_HOSTNAME_VERIFICATION,
			options->ssl_enforce_hostname_verification,
			&settings->ssl_enforce_hostname_verification, error) ||
		!set_heartbeat(settings, options->heartbeat, error))
		return NULL;
	return g_steal_pointer(&settings);
}

struct rpc_settings *
rpc_settings_ref(struct rpc_settings *settings)
{
	return g_atomic_rc_box_acquire(settings);
}

static void
settings_clear(void *data)
{
	struct rpc_settings *settings = data;
	transport_url_free(settings->url);
	g_free(settings->exchange);
	g_free(settings->ssl_ca_file);
	g_free(settings->ssl_cert_file);
	g_free(settings->ssl_key_file);
}

void
rpc_settings_unref(struct rpc_settings *settings)
{
	g_atomic_rc_box_release_full(settings, settings_clear);
}
