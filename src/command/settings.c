/* SPDX-License-Identifier: Apache-2.0 */
#include "command/settings.h"

#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include "config/option_value.h"

#define CONFIG_FILE "/etc/muster/muster.conf"
#define CONNECT_NONE "none"
#define CONNECT_LOCAL "qemu:///system"

static char **
find_files(const struct settings_arguments *arguments)
{
	if (arguments->config != NULL)
		return g_strdupv(arguments->config);
	g_autoptr(GStrvBuilder) files = g_strv_builder_new();
	if (g_file_test(CONFIG_FILE, G_FILE_TEST_EXISTS))
		g_strv_builder_add(files, CONFIG_FILE);
	return g_strv_builder_end(files);
}

static struct config *
load_config(char **files, const struct settings_arguments *arguments, GError **error)
{
	g_autoptr(GArray) overrides = g_array_new(FALSE, FALSE, sizeof(struct config_override));
	struct config_override listen = {OPTION_LISTEN, arguments->listen};
	struct config_override database = {OPTION_DATABASE_CONNECTION, arguments->database};
	if (listen.value != NULL)
		g_array_append_val(overrides, listen);
	if (database.value != NULL &&
		option_holds_secret(option_get_info(database.option), database.value))
		g_warning("--database: the URL's password is in the list of processes for all to "
			  "see; a configuration file may hold it as [database] connection");
	if (database.value != NULL)
		g_array_append_val(overrides, database);
	for (char **uri = arguments->connect; uri != NULL && *uri != NULL; uri++) {
		struct config_override connect = {OPTION_CONNECT, *uri};
		g_array_append_val(overrides, connect);
	}
	return config_load((const char *const *)files,
		(const struct config_override *)(const void *)overrides->data, overrides->len,
		error);
}

/* $STATE_DIRECTORY is systemd's (systemd.exec(5)). */
static char *
find_state_directory(const struct config *config)
{
	const char *configured = config_get_string(config, OPTION_STATE_DIRECTORY);
	if (configured == NULL)
		configured = g_getenv("STATE_DIRECTORY");
	if (configured != NULL)
		return g_canonicalize_filename(configured, NULL);
	return geteuid() == 0 ? g_strdup("/var/lib/muster")
			      : g_build_filename(g_get_user_state_dir(), "muster", NULL);
}

static char **
find_connect(const struct config *config, GError **error)
{
	const char *const *uris = config_get_list(config, OPTION_CONNECT);
	bool beside_nova = config_is_set(config, OPTION_API_DATABASE_CONNECTION);
	if (uris[0] == NULL)
		return beside_nova ? g_new0(char *, 1) : g_strsplit(CONNECT_LOCAL, " ", 1);
	if (!g_strv_contains(uris, CONNECT_NONE)) {
		if (!beside_nova)
			return g_strdupv((char **)uris);
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"connect = %s stands beside [api_database] connection: Muster either "
			"collects from hosts or reads what a running Nova collects",
			uris[0]);
		return NULL;
	}
	if (uris[1] == NULL)
		return g_new0(char *, 1);
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"connect = none stands beside connect = %s: give either none or libvirt URIs",
		g_str_equal(uris[0], CONNECT_NONE) ? uris[1] : uris[0]);
	return NULL;
}

struct settings *
settings_load(const struct settings_arguments *arguments, GError **error)
{
	CLEANUP(settings_free) struct settings *settings = g_new0(struct settings, 1);
	settings->files = find_files(arguments);
	struct config *config = settings->config = load_config(settings->files, arguments, error);
	if (config == NULL)
		return NULL;
	settings->api_database =
		g_strdup(config_get_string(config, OPTION_API_DATABASE_CONNECTION));
	settings->connect = find_connect(config, error);
	if (settings->connect == NULL)
		return NULL;

	settings->state_directory = find_state_directory(config);
	settings->socket = g_build_filename(settings->state_directory, "muster.sock", NULL);
	const char *database = config_get_string(config, OPTION_DATABASE_CONNECTION);
	bool own = database == NULL && settings->api_database == NULL;
	settings->database =
		own ? g_strconcat("sqlite:///", settings->state_directory, "/muster.sqlite", NULL)
		    : g_strdup(database);

	const char *server_name = config_get_string(config, OPTION_SERVER_NAME);
	settings->server_name_is_domain = server_name == NULL ? settings->connect[0] != NULL
							      : g_str_equal(server_name, "domain");
	return g_steal_pointer(&settings);
}

void
settings_free(struct settings *settings)
{
	g_strfreev(settings->files);
	g_clear_pointer(&settings->config, config_free);
	g_free(settings->state_directory);
	g_free(settings->socket);
	g_free(settings->api_database);
	g_free(settings->database);
	g_strfreev(settings->connect);
	g_free(settings);
}

bool
settings_check_own(const struct settings *settings, GError **error)
{
	if (settings->api_database == NULL)
		return true;
	g_set_error_literal(error, MUSTER_ERROR, MUSTER_ERROR_FORBIDDEN,
		"Muster stands beside Nova ([api_database] connection is set), whose databases it "
		"only reads: `openstack compute service` changes them");
	return false;
}

struct http_tls
settings_get_tls(const struct settings *settings)
{
	return (struct http_tls){
		.cert_file = config_get_string(settings->config, OPTION_SSL_CERT_FILE),
		.key_file = config_get_string(settings->config, OPTION_SSL_KEY_FILE),
		.ca_file = config_get_string(settings->config, OPTION_SSL_CA_FILE),
	};
}

bool
settings_make_state_directory(const struct settings *settings, GError **error)
{
	if (g_mkdir_with_parents(settings->state_directory, 0700) == 0)
		return true;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO,
		"state directory %s: it can't be made: %s ([muster] state_directory names another)",
		settings->state_directory, g_strerror(errno));
	return false;
}
