/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket: a Unix socket (0600) in the state directory, over which
 * `muster status` and `muster host` speak to the server that runs. One JSON
 * object a line in, one out: {"command": …} and {"result": …} or {"error": …}.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "base/cleanup.h"

#define CONTROL_REQUEST_MAX (64 * 1024)      /* bytes: a command with a name and a reason */
#define CONTROL_REPLY_MAX (64 * 1024 * 1024) /* bytes: a list of 100,000 hosts has 40 MB */
#define CONTROL_CLIENTS_MAX 8                /* served at once; an operator's shell or two */
#define CONTROL_TIMEOUT 30                   /* s in which a line must have come */

/* Does a command: gives its result (a new reference), or NULL and an error. Called from a
 * thread of the client's own; may wait. */
typedef json_t *control_handler(const json_t *request, void *data, GError **error);

struct control_server;

/* Listens at the path. MUSTER_ERROR_BUSY where another process serves there, MUSTER_ERROR_IO. Needs
 * the main thread's GMainContext to be iterated. */
struct control_server *control_server_start(
	const char *path, control_handler *handler, void *data, GError **error);
/* Ends it: takes no more clients, and waits for commands under way. */
void control_server_stop(struct control_server *server);
CLEANUP_DEFINE(struct control_server, control_server_stop)
