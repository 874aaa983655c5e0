/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logging: GLib's g_warning(), g_message() and g_info(), written to stderr one
 * line an event. Control characters in a message are escaped, so that nothing
 * from outside can start a line of its own. Under systemd a line begins with
 * the priority in angle brackets (sd-daemon(3)) and carries no time of its own.
 *
 *   g_warning  something is wrong and an operator should look
 *   g_message  an event of the server's life
 *   g_info     a line a request; shown with --verbose
 *   g_debug    never shown: the libraries' own
 */
#pragma once

#include <stdbool.h>

/* Installs the writer. Called once, by main, before any thread is started. */
void log_open(bool verbose);

/* Whether g_info() is shown: it takes a microsecond to format what is then thrown away. */
bool log_is_verbose(void);
