/* SPDX-License-Identifier: Apache-2.0 */
#include "command/server.h"

#include <string.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/error.h"
#include "collect/collector.h"
#include "command/host_command.h"
#include "command/policy_settings.h"
#include "command/server_status.h"
#include "control/server.h"
#include "http/server.h"
#include "identity/identity.h"
#include "model/inventory.h"
#include "model/uptimes.h"
#include "nova/cloud.h"
#include "store/publisher.h"
#include "store/store.h"

#define MIB (INT64_C(1024) * 1024)
#define POLICY_INTERVAL 1 /* s between looks at the policy files */

struct server {
	const struct settings *settings;
	struct health *health;
	struct health *warnings; /* what leaves answers right, but not all there */
	struct inventory *inventory;
	struct store *store;         /* these two, or where Muster is beside Nova the next */
	struct publisher *publisher; /* two, are NULL */
	struct cloud *cloud;
	struct uptimes *uptimes; /* NULL too where no compute is asked */
	struct identity *identity;
	struct policy *policy;
	guint policy_refresh; /* the timer's */
	struct api *api;
	struct http_server *http;
	struct collectors *collectors;  /* NULL: nothing is collected */
	struct control_server *control; /* NULL: another server has the socket */
	int64_t started_at;
};

static int64_t
get_seconds(const struct settings *settings, enum option option)
{
	return config_get_integer(settings->config, option) * CLOCK_SECOND;
}

static unsigned
get_unsigned(const struct settings *settings, enum option option)
{
	return (unsigned)config_get_integer(settings->config, option);
}

static struct store *
open_store(const struct settings *settings, enum store_access access, GError **error)
{
	const struct store_options options = {
		.url = settings->database,
		.access = access,
		.instance_name_template =
			config_get_string(settings->config, OPTION_INSTANCE_NAME_TEMPLATE),
		.server_name_is_domain = settings->server_name_is_domain,
		.down_time = get_seconds(settings, OPTION_SERVICE_DOWN_TIME),
		.timeout = get_unsigned(settings, OPTION_DATABASE_TIMEOUT),
	};
	return store_open(&options, error);
}

/* A collector needs a store to write. Without one, Muster's own store is still opened to be
 * written, for `muster host`; anybody else's is only read. */
static bool
start_store(struct server *server, GError **error)
{
	const struct settings *settings = server->settings;
	bool collects = settings->connect[0] != NULL;
	if (!config_is_set(settings->config, OPTION_DATABASE_CONNECTION) &&
		!settings_make_state_directory(settings, error))
		return false; /* the store by default is there */
	server->store = open_store(settings, collects ? STORE_WRITE : STORE_READ, error);
	if (server->store == NULL) {
		if (collects && g_error_matches(*error, MUSTER_ERROR, MUSTER_ERROR_FORBIDDEN))
			g_prefix_error(error,
				"a collector (connect = %s) needs a store of Muster's own "
				"(--connect none only reads): ",
				settings->connect[0]);
		return false;
	}
	if (!collects && store_is_own(server->store)) {
		g_clear_pointer(&server->store, store_close);
		server->store = open_store(settings, STORE_WRITE, error);
	}
	return server->store != NULL;
}

static bool
start_publisher(struct server *server, int (*is_cancelled)(void *data), void *data, GError **error)
{
	const struct publisher_options options = {
		.store = server->store,
		.inventory = server->inventory,
		.health = server->health,
		.deleted_retention = get_seconds(server->settings, OPTION_DELETED_RETENTION),
		.full_refresh_interval =
			get_seconds(server->settings, OPTION_FULL_REFRESH_INTERVAL),
		.is_cancelled = is_cancelled,
		.cancel_data = data,
	};
	server->publisher = publisher_start(&options, error);
	return server->publisher != NULL;
}

static struct rpc_options
get_rpc_options(const struct server *server)
{
	const struct config *config = server->settings->config;
	return (struct rpc_options){
		.exchange = config_get_string(config, OPTION_CONTROL_EXCHANGE),
		.heartbeat = (unsigned)config_get_integer(
			config, OPTION_RABBIT_HEARTBEAT_TIMEOUT_THRESHOLD),
		.ssl = config_get_boolean(config, OPTION_RABBIT_SSL),
		.ssl_enforce_hostname_verification =
			config_get_boolean(config, OPTION_RABBIT_SSL_ENFORCE_HOSTNAME_VERIFICATION),
		.ssl_ca_file = config_get_string(config, OPTION_RABBIT_SSL_CA_FILE),
		.ssl_cert_file = config_get_string(config, OPTION_RABBIT_SSL_CERT_FILE),
		.ssl_key_file = config_get_string(config, OPTION_RABBIT_SSL_KEY_FILE),
		.health = server->warnings,
	};
}

static bool
start_cloud(struct server *server, int (*is_cancelled)(void *data), void *data, GError **error)
{
	const struct settings *settings = server->settings;
	const struct config *config = settings->config;
	if (config_get_boolean(config, OPTION_UPTIME_RPC))
		server->uptimes = uptimes_new(get_seconds(settings, OPTION_UPTIME_TTL),
			get_seconds(settings, OPTION_UPTIME_MAX_AGE));
	const struct cloud_options options = {
		.inventory = server->inventory,
		.health = server->health,
		.uptimes = server->uptimes,
		.api_database = settings->api_database,
		.database = settings->database,
		.transport_url = config_get_string(config, OPTION_TRANSPORT_URL),
		.name_template = settings->server_name_is_domain
					 ? NULL
					 : config_get_string(config, OPTION_INSTANCE_NAME_TEMPLATE),
		.database_timeout = get_unsigned(settings, OPTION_DATABASE_TIMEOUT),
		.max_staleness = get_seconds(settings, OPTION_MAX_STALENESS),
		.stale_if_error = get_seconds(settings, OPTION_STALE_IF_ERROR),
		.full_refresh_interval = get_seconds(settings, OPTION_FULL_REFRESH_INTERVAL),
		.uptime_deadline = get_seconds(settings, OPTION_UPTIME_DEADLINE),
		.rpc = get_rpc_options(server),
		.is_cancelled = is_cancelled,
		.cancel_data = data,
	};
	server->cloud = cloud_start(&options, error);
	return server->cloud != NULL;
}

/* Whatever the inventory is made from. */
static bool
start_inventory(struct server *server, int (*is_cancelled)(void *data), void *data, GError **error)
{
	server->inventory = inventory_new(get_seconds(server->settings, OPTION_SERVICE_DOWN_TIME));
	if (server->settings->api_database != NULL)
		return start_cloud(server, is_cancelled, data, error);
	return start_store(server, error) && start_publisher(server, is_cancelled, data, error);
}

static unsigned
get_max_minor(const struct config *config)
{
	const char *version = config_get_string(config, OPTION_MAX_MICROVERSION);
	return (unsigned)g_ascii_strtoull(strchr(version, '.') + 1, NULL, 10);
}

static gboolean
refresh_policy(gpointer policy)
{
	policy_refresh(policy);
	return G_SOURCE_CONTINUE;
}

static bool
start_policy(struct server *server, GError **error)
{
	server->policy = policy_settings_open(server->settings, error);
	if (server->policy == NULL)
		return false;
	server->policy_refresh =
		g_timeout_add_seconds(POLICY_INTERVAL, refresh_policy, server->policy);
	return true;
}

static bool
start_http(struct server *server, GError **error)
{
	const struct config *config = server->settings->config;
	const char *listen = config_get_string(config, OPTION_LISTEN);
	server->identity = identity_open(config, clock_now, error);
	if (server->identity == NULL)
		return false;
	const struct api_options api = {
		.inventory = server->inventory,
		.health = server->health,
		.identity = server->identity,
		.policy = server->policy,
		.freshness = server->cloud == NULL ? NULL : cloud_get_freshness(server->cloud),
		.uptimes = server->uptimes,
		.now = clock_now,
		.max_limit = get_unsigned(server->settings, OPTION_MAX_LIMIT),
		.max_minor = get_max_minor(config),
		.link_prefix = config_get_string(config, OPTION_COMPUTE_LINK_PREFIX),
		.behind_proxy = config_get_boolean(config, OPTION_ENABLE_PROXY_HEADERS_PARSING),
		.default_zone = config_get_string(config, OPTION_DEFAULT_AVAILABILITY_ZONE),
		.internal_zone =
			config_get_string(config, OPTION_INTERNAL_SERVICE_AVAILABILITY_ZONE),
		.pages_max = (size_t)(config_get_integer(config, OPTION_PAGE_CACHE_MB) * MIB),
	};
	server->api = api_new(&api);

	const struct http_options options = {
		.address = listen,
		.tls = settings_get_tls(server->settings),
		.threads = get_unsigned(server->settings, OPTION_HTTP_THREADS),
		.connections_max = get_unsigned(server->settings, OPTION_MAX_CONNECTIONS),
		.waiting_max = get_unsigned(server->settings, OPTION_MAX_WAITING),
		.request_timeout = get_unsigned(server->settings, OPTION_REQUEST_TIMEOUT),
		.shutdown_timeout = get_unsigned(server->settings, OPTION_SHUTDOWN_TIMEOUT),
	};
	const struct http_handler handler = {api_answer, api_refuse, server->api};
	server->http = http_server_start(&options, &handler, error);
	return server->http != NULL;
}

static bool
start_collectors(struct server *server, GError **error)
{
	if (server->settings->connect[0] == NULL)
		return true;
	const struct config *config = server->settings->config;
	const struct collector_options options = {
		.interval = get_seconds(server->settings, OPTION_COLLECT_INTERVAL),
		.open_timeout = get_seconds(server->settings, OPTION_OPEN_TIMEOUT),
		.reserved_memory_mb = config_get_integer(config, OPTION_RESERVED_HOST_MEMORY_MB),
		.my_ip = config_get_string(config, OPTION_MY_IP),
		.storage_pool = config_get_string(config, OPTION_STORAGE_POOL),
	};
	server->collectors = collectors_start((const char *const *)server->settings->connect,
		&options, publisher_deliver, server->publisher, error);
	return server->collectors != NULL;
}

static json_t *
obey(const json_t *request, void *data, GError **error)
{
	struct server *server = data;
	const char *word = json_string_value(json_object_get(request, "command"));
	if (g_strcmp0(word, "status") == 0) {
		const struct server_parts parts = {
			.inventory = server->inventory,
			.health = server->health,
			.warnings = server->warnings,
			.publisher = server->publisher,
			.api = server->api,
			.http = server->http,
			.collectors = server->collectors,
			.started_at = server->started_at,
		};
		return server_status_new(&parts, clock_now());
	}

	struct host_command command;
	if (!host_command_parse(request, &command, error) ||
		!settings_check_own(server->settings, error))
		return NULL;
	g_autoptr(GPtrArray) hosts = publisher_command(server->publisher, &command, error);
	return hosts == NULL ? NULL : host_records_format(hosts);
}

/* Without the socket the server serves all the same. */
static void
start_control(struct server *server)
{
	g_autoptr(GError) error = NULL;
	if (settings_make_state_directory(server->settings, &error))
		server->control =
			control_server_start(server->settings->socket, obey, server, &error);
	if (server->control == NULL)
		g_warning("%s; `muster status` and `muster host` will not reach this server",
			error->message);
}

struct server *
server_start(const struct settings *settings, int (*is_cancelled)(void *data), void *data,
	GError **error)
{
	CLEANUP(server_stop) struct server *server = g_new0(struct server, 1);
	server->settings = settings;
	server->started_at = clock_now();
	server->health = health_new();
	server->warnings = health_new();
	if (!start_inventory(server, is_cancelled, data, error) || !start_policy(server, error) ||
		!start_http(server, error) || !start_collectors(server, error))
		return NULL;
	start_control(server);

	g_message("muster %s listens on port %u of %s; auth_strategy %s; database %s; connections: "
		  "%u",
		MUSTER_VERSION, http_server_get_port(server->http),
		config_get_string(settings->config, OPTION_LISTEN),
		identity_get_strategy(server->identity),
		server->cloud != NULL         ? "Nova's"
		: store_is_own(server->store) ? "its own"
					      : "read only",
		g_strv_length(settings->connect));
	return g_steal_pointer(&server);
}

void
server_reload(struct server *server)
{
	g_autoptr(GError) error = NULL;
	if (http_server_reload(server->http, &error))
		g_message("reloaded");
	else
		g_warning(
			"%s; the certificate that was read before stays in force", error->message);
}

void
server_stop(struct server *server)
{
	/* First: its commands look at all the other parts. */
	g_clear_pointer(&server->control, control_server_stop);
	g_clear_pointer(&server->http, http_server_stop);
	g_clear_pointer(&server->identity, identity_close);
	g_clear_pointer(&server->collectors, collectors_stop);
	g_clear_pointer(&server->cloud, cloud_stop);
	g_clear_pointer(&server->publisher, publisher_stop);
	g_clear_pointer(&server->store, store_close);
	g_clear_pointer(&server->api, api_free);
	g_clear_handle_id(&server->policy_refresh, g_source_remove);
	g_clear_pointer(&server->policy, policy_close);
	g_clear_pointer(&server->uptimes, uptimes_free);
	inventory_free(server->inventory);
	health_free(server->warnings);
	health_free(server->health);
	g_free(server);
}
