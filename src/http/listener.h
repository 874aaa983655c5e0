/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket that the HTTP server listens on, made by us and not by
 * libmicrohttpd, so that a bad address and a port in use are told apart and
 * named in the error.
 */
#pragma once

#include <gio/gio.h>

/*
 * Listens on "ADDR:PORT" or "[ADDR]:PORT"; ADDR is numeric or `localhost` (127.0.0.1), port 0
 * is the kernel's choice. The caller owns the socket, which is not blocking. Errors:
 * MUSTER_ERROR_INVALID for an address that is none, MUSTER_ERROR_BUSY where the port is taken,
 * MUSTER_ERROR_IO for what else the kernel refuses.
 */
GSocket *listener_open(const char *address, GError **error);

/* Another descriptor of the socket, for libmicrohttpd, which closes it in the end. */
int listener_duplicate(GSocket *listener);

/* The port that it listens on; 0 where the kernel does not tell. */
unsigned listener_get_port(GSocket *listener);
