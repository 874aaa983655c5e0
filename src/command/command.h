/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands of `muster`. Each parses its own arguments (argv[0] is its own name) and
 * gives the exit status. */
#pragma once

#define EXIT_USAGE 2 /* the command line is wrong; EXIT_FAILURE: the command failed */

int command_serve(int argc, char **argv);
int command_config(int argc, char **argv);
int command_status(int argc, char **argv);
int command_host(int argc, char **argv);
int command_policy(int argc, char **argv);
