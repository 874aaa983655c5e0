/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both texts go through the table once, in its order. What the format of the file is
 * stands in the manual page's head here, beside what is printed, since the two change
 * together.
 */
#include "config/sample.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "config/option_value.h"
#include "config/options.h"

#define WIDTH 78 /* columns of what is printed */

/* The option stands first in its section: the table keeps a section's options together. */
static bool
begins_section(enum option option)
{
	return option == 0 ||
	       !g_str_equal(option_get_info(option)->section, option_get_info(option - 1)->section);
}

/* The text in lines that each begin with the prefix; a line feed in it begins another. */
static void
append_wrapped(GString *out, const char *prefix, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		g_auto(GStrv) words = g_strsplit(*line, " ", -1);
		size_t column = 0;
		for (char **word = words; *word != NULL; word++) {
			bool fits = column + 1 + strlen(*word) <= WIDTH;
			if (word == words || !fits) {
				g_string_append_printf(
					out, "%s%s", word == words ? "" : "\n", prefix);
				column = strlen(prefix);
			} else {
				g_string_append_c(out, ' ');
				column++;
			}
			g_string_append(out, *word);
			column += strlen(*word);
		}
		g_string_append_c(out, '\n');
	}
}

char *
config_format_sample(void)
{
	GString *out = g_string_new(NULL);
	append_wrapped(out, "# ",
		"The configuration of muster, in the format of nova.conf, whose options of "
		"the same names mean the same. See muster.conf(5).");
	append_wrapped(out, "# ", "Every option stands here with its default.");
	for (enum option option = 0; option < OPTION_COUNT; option++) {
		const struct option_info *info = option_get_info(option);
		if (begins_section(option))
			g_string_append_printf(out, "\n[%s]\n", info->section);
		g_autofree char *expected = option_format_expected(info);
		g_autofree char *value = g_strdup_printf("Value: %s.", expected);
		g_string_append_c(out, '\n');
		append_wrapped(out, "# ", info->help);
		append_wrapped(out, "# ", value);
		g_string_append_printf(out, "#%s =%s%s\n", info->name,
			info->fallback != NULL ? " " : "",
			info->fallback != NULL ? info->fallback : "");
	}
	return g_string_free(out, FALSE);
}

static const char man_head[] =
	".\\\" SPDX-License-Identifier: Apache-2.0\n"
	".\\\" Printed by `muster config man` from the table of options: edit that.\n"
	".Dd November 23, 2026\n"
	".Dt MUSTER.CONF 5\n"
	".Os\n"
	".Sh NAME\n"
	".Nm muster.conf\n"
	".Nd configuration of muster\n"
	".Sh DESCRIPTION\n"
	"The configuration of\n"
	".Xr muster 1\n"
	"is in the format of nova.conf.\n"
	"An option that Nova has bears the section and the name that Nova gives it,\n"
	"so that a nova.conf can be read as it is;\n"
	"options of Nova's that Muster has no use for are passed over.\n"
	"A misspelt option in the section\n"
	".Bq muster\n"
	"or a bad value stops the start.\n"
	".Pp\n"
	"A file is UTF-8, of at most 1 MiB, and consists of lines:\n"
	".Bl -tag -width Ds\n"
	".It Bq Ar section\n"
	"begins a section; case does not matter, and a section may come several times.\n"
	".It Ar name No = Ar value\n"
	"sets an option; a colon may stand for the equals sign.\n"
	"Quotes around a whole value are taken off.\n"
	"An empty value stands for the default.\n"
	"Where an option is set several times, the last value counts,\n"
	"except for options that may be given several times: these have all their values;\n"
	"an empty value drops those before it.\n"
	".It Space or tab\n"
	"at the beginning of a line continues the value of the line before.\n"
	".It Li # No or Li \\&;\n"
	"at the beginning of a line makes it a comment;\n"
	"elsewhere it is part of the value.\n"
	".El\n"
	".Pp\n"
	"In a value,\n"
	".Li $ Ns Ar option ,\n"
	".Li ${ Ns Ar option Ns Li }\n"
	"and\n"
	".Li ${ Ns Ar section . Ns Ar option Ns Li }\n"
	"stand for the value of that option,\n"
	"which without a section is of the same section or else of\n"
	".Bq DEFAULT ;\n"
	".Li $$\n"
	"and\n"
	".Li \\e$\n"
	"stand for a dollar sign.\n"
	"What names no option stays as it is.\n"
	".Pp\n"
	"Where several files are given, they are read in order, and a later one wins.\n"
	"What the command line says wins over every file.\n";

static const char man_tail[] = ".Sh FILES\n"
			       ".Bl -tag -width Ds\n"
			       ".It Pa /etc/muster/muster.conf\n"
			       "read where no file is given and this one exists.\n"
			       ".El\n"
			       ".Sh EXAMPLES\n"
			       "Two hosts, served to the local network's proxy:\n"
			       ".Bd -literal -offset indent\n"
			       "[api]\n"
			       "compute_link_prefix = https://cloud.example.org/compute\n"
			       "[muster]\n"
			       "connect = qemu:///system\n"
			       "connect = qemu+ssh://root@two.example.org/system\n"
			       ".Ed\n"
			       ".Sh SEE ALSO\n"
			       ".Xr muster 1\n";

/* Text that roff takes for text, each sentence on lines of its own, as mdoc wants it. */
static void
append_roff(GString *out, const char *text)
{
	g_autoptr(GString) roff = g_string_new(text);
	g_string_replace(roff, "\\", "\\e", 0);
	g_string_replace(roff, " .", " \\&.", 0);
	g_string_replace(roff, " '", " \\&'", 0);
	g_string_replace(roff, ". ", ".\n", 0);
	append_wrapped(out, "", roff->str);
}

char *
config_format_man(void)
{
	GString *out = g_string_new(man_head);
	g_string_append(out, ".Sh OPTIONS\n");
	for (enum option option = 0; option < OPTION_COUNT; option++) {
		const struct option_info *info = option_get_info(option);
		if (begins_section(option))
			g_string_append_printf(out, "%s.Ss [%s]\\&\n.Bl -tag -width Ds\n",
				option == 0 ? "" : ".El\n", info->section);
		g_string_append_printf(out, ".It Va %s\n", info->name);
		append_roff(out, info->help);
		g_autofree char *expected = option_format_expected(info);
		g_autofree char *value = info->fallback != NULL
						 ? g_strdup_printf("Value: %s. Default: %s.",
							   expected, info->fallback)
						 : g_strdup_printf("Value: %s.", expected);
		append_roff(out, value);
	}
	g_string_append(out, ".El\n");
	g_string_append(out, man_tail);
	return g_string_free(out, FALSE);
}
