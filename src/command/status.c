/* SPDX-License-Identifier: Apache-2.0 */
/* muster status: asks the server that runs over its control socket. */
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/arguments.h"
#include "command/command.h"
#include "command/settings.h"
#include "command/table.h"
#include "control/client.h"

static void
print_line(const json_t *status, const char *title, const char *key, const char *unit)
{
	const json_t *value = json_object_get(status, key);
	if (json_is_real(value))
		printf("%-18s %.1f%s\n", title, json_real_value(value), unit);
	else if (json_is_integer(value))
		printf("%-18s %" JSON_INTEGER_FORMAT "%s\n", title, json_integer_value(value),
			unit);
	else
		printf("%-18s unknown\n", title);
}

static void
print_lines(const char *title, const json_t *lines)
{
	for (size_t i = 0; i < json_array_size(lines); i++)
		printf("%-18s %s\n", i == 0 ? title : "",
			json_string_value(json_array_get(lines, i)));
}

static void
print_for_people(const json_t *status)
{
	static const struct table_column columns[] = {
		{"CONNECTION", "connection"},
		{"CONNECTED", "connected"},
		{"REPORT AGE, S", "report_age"},
		{"OPENS ABANDONED", "opens_abandoned"},
		{"TROUBLE", "trouble"},
	};
	const json_t *wrong = json_object_get(status, "wrong");
	printf("%-18s %s\n", "health", json_array_size(wrong) == 0 ? "ok" : "degraded");
	print_lines("", wrong);
	print_lines("warnings", json_object_get(status, "warnings"));
	printf("%-18s %s\n", "version", json_string_value(json_object_get(status, "version")));
	print_line(status, "pid", "pid", "");
	print_line(status, "running for", "uptime", " s");
	print_line(status, "snapshot age", "snapshot_age", " s");
	print_line(status, "hypervisors", "hypervisors", "");
	print_line(status, "services", "services", "");
	print_line(status, "reports queued", "reports_queued", "");
	print_line(status, "HTTP connections", "http_connections", "");
	print_line(status, "requests under way", "http_requests", "");
	print_line(status, "requests waiting", "http_waiting", "");
	print_line(status, "pages kept", "pages_kept", "");
	print_line(status, "bytes of pages", "pages_bytes", "");
	const json_t *connections = json_object_get(status, "connections");
	if (json_array_size(connections) == 0)
		return;
	putchar('\n');
	table_print(connections, columns, G_N_ELEMENTS(columns));
}

int
command_status(int argc, char **argv)
{
	g_auto(GStrv) files = NULL;
	gboolean as_json = FALSE;
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME_ARRAY, &files,
			"The server's configuration, which names the state directory", "FILE"},
		{"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
		G_OPTION_ENTRY_NULL,
	};
	arguments_parse(&argc, &argv, entries, "status [--config FILE]... [--json]",
		"Tells how the server that runs here is. Exit status 1 where none runs or its "
		"health is degraded.",
		0, 0);

	g_autoptr(GError) error = NULL;
	const struct settings_arguments arguments = {.config = files};
	CLEANUP(settings_free) struct settings *settings = settings_load(&arguments, &error);
	if (settings == NULL)
		return arguments_fail(error);
	json_t *request = json_pack("{s:s}", "command", "status");
	json_t *status = control_call(settings->socket, request, &error);
	json_decref(request);
	if (status == NULL)
		return arguments_fail(error);

	if (as_json) {
		json_dumpf(status, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		print_for_people(status);
	}
	bool well = json_array_size(json_object_get(status, "wrong")) == 0;
	json_decref(status);
	return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
