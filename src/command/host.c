/* SPDX-License-Identifier: Apache-2.0 */
/*
 * muster host: lists and changes hosts. Where a server runs, it is asked over
 * its control socket; where none holds the store, the command opens it itself.
 */
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/host_command.h"
#include "command/settings.h"
#include "command/table.h"
#include "control/client.h"
#include "store/own.h"

/* The store that is there, to be written. It is opened to be read first, since a command that finds
 * none must not make one, which would be its caller's and not the server's. */
static struct store *
open_store(const struct settings *settings, GError **error)
{
	struct store_options options = {
		.url = settings->database,
		.access = STORE_READ,
		.instance_name_template =
			config_get_string(settings->config, OPTION_INSTANCE_NAME_TEMPLATE),
		.server_name_is_domain = settings->server_name_is_domain,
		.down_time = config_get_integer(settings->config, OPTION_SERVICE_DOWN_TIME) *
			     CLOCK_SECOND,
		.timeout = (unsigned)config_get_integer(settings->config, OPTION_DATABASE_TIMEOUT),
	};
	struct store *store = store_open(&options, error);
	if (store == NULL)
		return NULL;
	store_close(store);
	options.access = STORE_WRITE;
	return store_open(&options, error);
}

static json_t *
run_here(const struct settings *settings, const struct host_command *command, GError **error)
{
	if (!settings_check_own(settings, error))
		return NULL;
	CLEANUP(store_close) struct store *store = open_store(settings, error);
	if (store == NULL)
		return NULL;
	g_autoptr(GHashTable) changed =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) hosts = store_run_command(store, command, clock_now(), changed, error);
	return hosts == NULL ? NULL : host_records_format(hosts);
}

static json_t *
run(const struct settings *settings, const struct host_command *command, GError **error)
{
	g_autoptr(GError) unserved = NULL;
	json_t *request = host_command_format(command);
	json_t *hosts = control_call(settings->socket, request, &unserved);
	json_decref(request);
	if (hosts == NULL && g_error_matches(unserved, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE))
		return run_here(settings, command, error);
	if (hosts == NULL)
		g_propagate_error(error, g_steal_pointer(&unserved));
	return hosts;
}

static void
print_outcome(enum host_action action, const json_t *hosts)
{
	static const struct table_column columns[] = {
		{"HOST", "host"},
		{"HYPERVISOR", "hypervisor_hostname"},
		{"UUID", "uuid"},
		{"DISABLED", "disabled"},
		{"REASON", "disabled_reason"},
		{"REPORTS", "reports"},
		{"LAST SEEN (UTC)", "last_seen_up"},
		{"CONNECTION", "connection"},
	};
	static const char *const done[] = {
		[HOST_DISABLE] = "disabled",
		[HOST_ENABLE] = "enabled",
		[HOST_REMOVE] = "removed",
	};
	if (action == HOST_LIST) {
		table_print(hosts, columns, G_N_ELEMENTS(columns));
		return;
	}
	for (size_t i = 0; i < json_array_size(hosts); i++) {
		const json_t *host = json_array_get(hosts, i);
		printf("%s: %s\n", json_string_value(json_object_get(host, "host")), done[action]);
		if (action == HOST_REMOVE && json_is_true(json_object_get(host, "reports")))
			puts("It still reports: unless its connection is taken out of the "
			     "configuration, it "
			     "comes back.");
	}
}

int
command_host(int argc, char **argv)
{
	g_auto(GStrv) files = NULL;
	g_autofree char *database = NULL;
	g_autofree char *reason = NULL;
	gboolean as_json = FALSE;
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME_ARRAY, &files,
			"The server's configuration", "FILE"},
		{"database", 0, 0, G_OPTION_ARG_STRING, &database, "The server's database", "URL"},
		{"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "Why it is disabled", "TEXT"},
		{"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
		G_OPTION_ENTRY_NULL,
	};
	const char *usage = "host list|disable|enable|remove [NAME] [--reason TEXT] "
			    "[--config FILE]... [--database URL] [--json]";
	arguments_parse(&argc, &argv, entries, usage,
		"list          all hosts, those that are no longer configured too\n"
		"disable NAME  take a host out of service, with a reason\n"
		"enable NAME   put it back\n"
		"remove NAME   forget a host that is no longer configured\n\n"
		"NAME is the host, the hypervisor's hostname or uuid, or the connection.",
		1, 2);

	struct host_command command = {.name = argc > 2 ? argv[2] : NULL, .reason = reason};
	bool known = host_action_parse(argv[1], &command.action);
	bool named = command.name != NULL;
	if (!known || named == (command.action == HOST_LIST) ||
		(command.action == HOST_DISABLE) != (reason != NULL)) {
		fprintf(stderr,
			"muster: host %s: expected list, disable NAME --reason TEXT, enable NAME "
			"or remove NAME\n",
			argv[1]);
		return EXIT_USAGE;
	}

	g_autoptr(GError) error = NULL;
	const struct settings_arguments arguments = {.config = files, .database = database};
	CLEANUP(settings_free) struct settings *settings = settings_load(&arguments, &error);
	if (settings == NULL)
		return arguments_fail(error);
	json_t *hosts = run(settings, &command, &error);
	if (hosts == NULL)
		return arguments_fail(error);
	if (as_json) {
		json_dumpf(hosts, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		print_outcome(command.action, hosts);
	}
	json_decref(hosts);
	return EXIT_SUCCESS;
}
