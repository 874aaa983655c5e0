/* SPDX-License-Identifier: Apache-2.0 */
#include "control/line.h"

#include "base/error.h"

gboolean
line_send(GIOStream *stream, const json_t *object, GError **error)
{
	char *text = json_dumps(object, JSON_COMPACT);
	g_autoptr(GString) line = g_string_new(text);
	free(text);
	g_string_append_c(line, '\n');

	g_autoptr(GError) cause = NULL;
	GOutputStream *out = g_io_stream_get_output_stream(stream);
	if (g_output_stream_write_all(out, line->str, line->len, NULL, NULL, &cause))
		return TRUE;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO, "control socket: sending: %s",
		cause->message);
	return FALSE;
}

json_t *
line_receive(GIOStream *stream, size_t most, GCancellable *cancel, GError **error)
{
	GInputStream *in = g_io_stream_get_input_stream(stream);
	g_autoptr(GString) line = g_string_new(NULL);
	while (line->len == 0 || line->str[line->len - 1] != '\n') {
		char part[4096];
		g_autoptr(GError) cause = NULL;
		gssize size = g_input_stream_read(in, part, sizeof(part), cancel, &cause);
		if (size <= 0) {
			g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO,
				"control socket: receiving: %s",
				size < 0 ? cause->message : "the other end has closed");
			return NULL;
		}
		g_string_append_len(line, part, size);
		if (line->len > most) {
			g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT,
				"control socket: receiving: expected a line of %zu bytes at most",
				most);
			return NULL;
		}
	}

	json_error_t where;
	json_t *object = json_loadb(line->str, line->len, 0, &where);
	if (object == NULL)
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"control socket: a line that is not JSON: %s", where.text);
	return object;
}
