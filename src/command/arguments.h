/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing a subcommand's arguments, and telling what is wrong: for all subcommands alike. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/*
 * Parses the options into their variables; what remains stays in argv, and must be between
 * `least` and `most` words. Prints the help and exits for --help; says what is wrong and exits with
 * EXIT_USAGE for what is no option.
 */
void arguments_parse(int *argc, char ***argv, const GOptionEntry *entries, const char *usage,
	const char *summary, int least, int most);

/* Says "muster: MESSAGE" on stderr and gives EXIT_FAILURE. */
int arguments_fail(const GError *error);
