/* SPDX-License-Identifier: Apache-2.0 */
/* The other end of the control socket. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* Whether a server answers at the path. */
bool control_is_served(const char *path);

/*
 * Sends a command and waits for its result (a new reference). MUSTER_ERROR_UNAVAILABLE where no
 * server listens; the server's own error, with its code, where it refuses.
 */
json_t *control_call(const char *path, const json_t *request, GError **error);
