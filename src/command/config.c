/* SPDX-License-Identifier: Apache-2.0 */
/* muster config sample|check|man */
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/policy_settings.h"
#include "command/settings.h"
#include "config/sample.h"
#include "http/tls.h"
#include "identity/identity.h"

/* Each part that reads files of its own tries them, as the start of the server would. */
static bool
try_parts(const struct settings *settings, GError **error)
{
	CLEANUP(policy_close) struct policy *policy = policy_settings_open(settings, error);
	if (policy == NULL)
		return false;
	CLEANUP(identity_close)
	struct identity *identity = identity_open(settings->config, clock_now, error);
	if (identity == NULL)
		return false;
	const struct http_tls files = settings_get_tls(settings);
	if (!tls_is_wanted(&files))
		return true;
	CLEANUP(tls_close) struct tls *tls = tls_open(&files, error);
	return tls != NULL;
}

static int
check(const struct settings_arguments *arguments)
{
	log_open(false);
	g_autoptr(GError) error = NULL;
	CLEANUP(settings_free) struct settings *settings = settings_load(arguments, &error);
	if (settings == NULL || !try_parts(settings, &error))
		return arguments_fail(error);
	puts("muster: the configuration is valid");
	return EXIT_SUCCESS;
}

int
command_config(int argc, char **argv)
{
	g_auto(GStrv) files = NULL;
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME_ARRAY, &files,
			"Check this file; may be given several times, later ones win", "FILE"},
		G_OPTION_ENTRY_NULL,
	};
	arguments_parse(&argc, &argv, entries, "config sample|check|man [--config FILE]...",
		"sample  print a configuration file with every option, commented out\n"
		"check   read the configuration and the files that it names, and say what is wrong\n"
		"man     print the manual page muster.conf(5)",
		1, 1);

	g_autofree char *text = NULL;
	if (g_str_equal(argv[1], "check"))
		return check(&(struct settings_arguments){.config = files});
	if (g_str_equal(argv[1], "sample"))
		text = config_format_sample();
	else if (g_str_equal(argv[1], "man"))
		text = config_format_man();
	if (text == NULL) {
		fprintf(stderr, "muster: config %s: expected sample, check or man\n", argv[1]);
		return EXIT_USAGE;
	}
	fputs(text, stdout);
	return EXIT_SUCCESS;
}
