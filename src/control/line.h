/* SPDX-License-Identifier: Apache-2.0 */
/* What both ends of the control socket do: send and receive one JSON object a line. */
#pragma once

#include <gio/gio.h>
#include <jansson.h>

/* Sends the object. MUSTER_ERROR_IO. */
gboolean line_send(GIOStream *stream, const json_t *object, GError **error);

/* Waits for an object in a line of `most` bytes at most; a new reference. cancel: ends the wait;
 * may be NULL. MUSTER_ERROR_IO, MUSTER_ERROR_INVALID, MUSTER_ERROR_LIMIT. */
json_t *line_receive(GIOStream *stream, size_t most, GCancellable *cancel, GError **error);
