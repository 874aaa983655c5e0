/* SPDX-License-Identifier: Apache-2.0 */
/* The log's writer. GLib takes one writer a process, so each test logs in a process of its
 * own, and looks at what that wrote into the pipe on its stderr. */
#include "base/log.h"

#include <glib.h>

/* In the child: logs are not fatal there, unlike in other tests. */
static void
open_log(bool verbose, bool journal)
{
	g_log_set_always_fatal(G_LOG_FATAL_MASK);
	if (journal)
		g_setenv("JOURNAL_STREAM", "8:1", TRUE);
	else
		g_unsetenv("JOURNAL_STREAM");
	log_open(verbose);
}

static void
run_child(void)
{
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_passed();
}

static void
test_begins_with_time_and_level(void)
{
	if (g_test_subprocess()) {
		open_log(true, false);
		g_warning("a disk is full");
		g_message("started");
		g_info("GET /");
		return;
	}
	run_child();
	const char *time = "20*-*-*T*:*:*.???Z";
	g_autofree char *expected = g_strdup_printf("%s muster warning: a disk is full\n"
						    "%s muster notice: started\n"
						    "%s muster info: GET /\n",
		time, time, time);
	g_test_trap_assert_stderr(expected);
}

static void
test_escapes_control_characters(void)
{
	if (g_test_subprocess()) {
		open_log(false, false);
		g_message("one\ntwo\r\x1b[31m\tthree\x7f caf\xc3\xa9");
		return;
	}
	run_child();
	g_test_trap_assert_stderr(
		"*Z muster notice: one\\x0atwo\\x0d\\x1b[31m\\x09three\\x7f caf\xc3\xa9\n");
}

static void
test_leaves_out_requests_unless_verbose(void)
{
	if (g_test_subprocess()) {
		open_log(false, false);
		g_info("GET /");
		g_debug("a detail");
		g_message("started");
		return;
	}
	run_child();
	g_test_trap_assert_stderr_unmatched("*GET*");
	g_test_trap_assert_stderr_unmatched("*detail*");
	g_test_trap_assert_stderr("*started\n");
}

static void
test_gives_the_journal_a_priority_and_no_time(void)
{
	if (g_test_subprocess()) {
		open_log(true, true);
		g_warning("a disk is full");
		g_message("started");
		g_info("GET /");
		g_debug("a detail");
		return;
	}
	run_child();
	g_test_trap_assert_stderr("<4>muster: a disk is full\n<5>muster: started\n"
				  "<6>muster: GET /\n");
}

static void
test_writes_a_long_line_whole(void)
{
	enum { LENGTH = 100000 }; /* more than a pipe takes at once */
	g_autofree char *line = g_strnfill(LENGTH, 'x');
	if (g_test_subprocess()) {
		open_log(false, true);
		g_message("%s", line);
		return;
	}
	run_child();
	g_autofree char *expected = g_strdup_printf("<5>muster: %s\n", line);
	g_test_trap_assert_stderr(expected);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/log/begins-with-time-and-level", test_begins_with_time_and_level);
	g_test_add_func("/log/escapes-control-characters", test_escapes_control_characters);
	g_test_add_func(
		"/log/leaves-out-requests-unless-verbose", test_leaves_out_requests_unless_verbose);
	g_test_add_func(
		"/log/gives-the-journal-a-priority", test_gives_the_journal_a_priority_and_no_time);
	g_test_add_func("/log/writes-a-long-line-whole", test_writes_a_long_line_whole);
	return g_test_run();
}
