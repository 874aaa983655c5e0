/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

static struct {
	bool verbose;
	bool journal;
} writer;

static const struct {
	GLogLevelFlags level;
	const char *word;
	const char *priority;
} levels[] = {
	{G_LOG_LEVEL_ERROR, "fatal", "<2>"},
	{G_LOG_LEVEL_CRITICAL, "error", "<3>"},
	{G_LOG_LEVEL_WARNING, "warning", "<4>"},
	{G_LOG_LEVEL_MESSAGE, "notice", "<5>"},
	{G_LOG_LEVEL_INFO, "info", "<6>"},
};

static void
append_escaped(GString *line, const char *message)
{
	for (const char *c = message; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			g_string_append_printf(line, "\\x%02x", (unsigned char)*c);
		else
			g_string_append_c(line, *c);
	}
	g_string_append_c(line, '\n');
}

static void
write_line(const GString *line)
{
	/* One write a line, so that the lines of several threads do not mix. */
	for (size_t done = 0; done < line->len;) {
		ssize_t n = write(STDERR_FILENO, line->str + done, line->len - done);
		if (n < 0 && errno != EINTR)
			return;
		if (n > 0)
			done += (size_t)n;
	}
}

static GLogWriterOutput
log_write(GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer data)
{
	GLogLevelFlags level = flags & G_LOG_LEVEL_MASK;
	if (level > (writer.verbose ? G_LOG_LEVEL_INFO : G_LOG_LEVEL_MESSAGE))
		return G_LOG_WRITER_HANDLED;

	const char *message = "";
	for (gsize i = 0; i < n_fields; i++)
		if (g_str_equal(fields[i].key, "MESSAGE"))
			message = fields[i].value;

	g_autoptr(GString) line = g_string_sized_new(256);
	for (gsize i = 0; i < G_N_ELEMENTS(levels); i++) {
		if (levels[i].level != level)
			continue;
		if (writer.journal) {
			g_string_append_printf(line, "%smuster: ", levels[i].priority);
		} else {
			g_autofree char *now = clock_format_iso(clock_now());
			g_string_append_printf(line, "%.23sZ muster %s: ", now, levels[i].word);
		}
	}
	append_escaped(line, message);
	write_line(line);
	return G_LOG_WRITER_HANDLED;
}

void
log_open(bool verbose)
{
	writer.verbose = verbose;
	writer.journal = getenv("JOURNAL_STREAM") != NULL;
	g_log_set_writer_func(log_write, NULL, NULL);
}

bool
log_is_verbose(void)
{
	return writer.verbose;
}
