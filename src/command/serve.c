/* SPDX-License-Identifier: Apache-2.0 */
/* muster serve: starts the server, tells systemd, and waits for a signal. */
#include <glib-unix.h>
#include <glib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/log.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/server.h"
#include "command/settings.h"

static gboolean
on_signal(gpointer asked_to_end)
{
	g_message("asked to end");
	*(bool *)asked_to_end = true;
	return G_SOURCE_CONTINUE;
}

/* Asked during the start, which runs on the thread that hears of signals. */
static int
hear_signals(void *asked_to_end)
{
	g_main_context_iteration(NULL, FALSE);
	return *(bool *)asked_to_end;
}

static gboolean
on_hangup(gpointer server)
{
	server_reload(server);
	return G_SOURCE_CONTINUE;
}

/* libvirt's thread would iterate the main context as well: until the end it is kept from it, since
 * what is heard here is for this thread. */
static int
serve_until_signal(const struct settings *settings)
{
	static bool asked_to_end; /* static: signals are heard, by libvirt's thread, to the last */
	g_main_context_acquire(NULL);
	g_unix_signal_add(SIGTERM, on_signal, &asked_to_end);
	g_unix_signal_add(SIGINT, on_signal, &asked_to_end);
	signal(SIGHUP, SIG_IGN); /* until there is something to read again */
	g_autoptr(GError) error = NULL;
	CLEANUP(server_stop)
	struct server *server = server_start(settings, hear_signals, &asked_to_end, &error);
	if (server == NULL)
		return asked_to_end ? EXIT_SUCCESS : arguments_fail(error);
	guint hangup = g_unix_signal_add(SIGHUP, on_hangup, server);
	sd_notify(0, "READY=1");
	while (!asked_to_end)
		g_main_context_iteration(NULL, TRUE);
	g_source_remove(hangup);
	sd_notify(0, "STOPPING=1");
	g_main_context_release(NULL);
	return EXIT_SUCCESS;
}

static int
serve(const struct settings_arguments *arguments)
{
	g_autoptr(GError) error = NULL;
	CLEANUP(settings_free) struct settings *settings = settings_load(arguments, &error);
	if (settings == NULL)
		return arguments_fail(error);
	if (geteuid() == 0)
		g_warning("running as root; a user of its own in the group libvirt is enough");
	return serve_until_signal(settings);
}

int
command_serve(int argc, char **argv)
{
	g_auto(GStrv) files = NULL;
	g_auto(GStrv) connect = NULL;
	g_autofree char *listen = NULL;
	g_autofree char *database = NULL;
	gboolean verbose = FALSE;
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME_ARRAY, &files,
			"Read this file (default: /etc/muster/muster.conf, where there is one); "
			"may be given several times, later ones win",
			"FILE"},
		{"listen", 0, 0, G_OPTION_ARG_STRING, &listen,
			"Serve HTTP here (default: 127.0.0.1:8774, beside Nova 127.0.0.1:8784)",
			"ADDR:PORT"},
		{"connect", 0, 0, G_OPTION_ARG_STRING_ARRAY, &connect,
			"Collect from this libvirt connection (default: qemu:///system), or from "
			"none; may be given several times",
			"URI|none"},
		{"database", 0, 0, G_OPTION_ARG_STRING, &database,
			"Keep the records here (default: SQLite in the state directory)", "URL"},
		{"verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "Log a line a request", NULL},
		G_OPTION_ENTRY_NULL,
	};
	arguments_parse(&argc, &argv, entries, "serve [OPTION]...",
		"Collects from libvirt, or reads a running Nova, and serves the os-hypervisors API "
		"until SIGTERM or SIGINT.",
		0, 0);

	log_open(verbose);
	const struct settings_arguments arguments = {
		.config = files,
		.listen = listen,
		.database = database,
		.connect = connect,
	};
	return serve(&arguments);
}
