/* SPDX-License-Identifier: Apache-2.0 */
#include "command/arguments.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"

static void G_GNUC_NORETURN
refuse(const char *usage, const char *words)
{
	fprintf(stderr, "muster: %s\nUsage: muster %s\n", words, usage);
	exit(EXIT_USAGE);
}

void
arguments_parse(int *argc, char ***argv, const GOptionEntry *entries, const char *usage,
	const char *summary, int least, int most)
{
	setlocale(LC_CTYPE, ""); /* GLib takes arguments to be in the locale's encoding */
	/* GLib's usage line is the program's name and then this. */
	g_autofree char *prgname = g_strdup_printf("muster %s", (*argv)[0]);
	g_set_prgname(prgname);
	const char *parameters = strchr(usage, ' ');
	g_autoptr(GOptionContext) context =
		g_option_context_new(parameters == NULL ? NULL : parameters + 1);
	g_option_context_set_summary(context, summary);
	if (entries != NULL)
		g_option_context_add_main_entries(context, entries, NULL);

	g_autoptr(GError) error = NULL;
	if (!g_option_context_parse(context, argc, argv, &error))
		refuse(usage, error->message);
	int words = *argc - 1;
	if (words < least)
		refuse(usage, "an argument is missing");
	if (words > most) {
		g_autofree char *message =
			g_strdup_printf("one argument too many: %s", (*argv)[1 + most]);
		refuse(usage, message);
	}
}

int
arguments_fail(const GError *error)
{
	fprintf(stderr, "muster: %s\n", error->message);
	return EXIT_FAILURE;
}
