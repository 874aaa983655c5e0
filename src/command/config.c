/* SPDX-License-Identifier: Apache-2.0 */
/* muster config sample|check|man */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/policy_settings.h"
#include "command/settings.h"
#include "config/sample.h"
#include "identity/identity.h"

static int
check(const struct settings_arguments *arguments)
{
	log_open(false);
	g_autoptr(GError) error = NULL;
	CLEANUP(settings_free) struct settings *settings = settings_load(arguments, &error);
	CLEANUP(policy_close)
	struct policy *policy = settings == NULL ? NULL : policy_settings_open(settings, &error);
	CLEANUP(identity_close)
	struct identity *identity =
		policy == NULL ? NULL : identity_open(settings->config, clock_now, &error);
	if (identity == NULL)
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
		"check   read the configuration and the policy files, and say what is wrong\n"
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
