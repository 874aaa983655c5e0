/* SPDX-License-Identifier: Apache-2.0 */
/* muster: picks the subcommand. */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/command.h"

static const struct {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"serve", "collect from libvirt and serve the API", command_serve},
	{"config", "print a sample configuration or muster.conf(5), or check a configuration",
		command_config},
	{"status", "how the server that runs here is", command_status},
	{"policy", "print the rules in force, or try one", command_policy},
	{"host", "list, disable, enable or remove hosts", command_host},
};

static int
print_help(FILE *to, int status)
{
	fputs("Usage: muster COMMAND [OPTION]...\n\n"
	      "Serves OpenStack's os-hypervisors API over the hypervisors that libvirt knows.\n\n",
		to);
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\n`muster COMMAND --help` tells a command's options; muster(1) tells all.\n", to);
	return status;
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return print_help(stderr, EXIT_USAGE);
	const char *name = argv[1];
	if (g_str_equal(name, "--help") || g_str_equal(name, "-h"))
		return print_help(stdout, EXIT_SUCCESS);
	if (g_str_equal(name, "--version")) {
		puts("muster " MUSTER_VERSION);
		return EXIT_SUCCESS;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (g_str_equal(name, commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "muster: %s is no command\n", name);
	return print_help(stderr, EXIT_USAGE);
}
