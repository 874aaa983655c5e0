/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identity: who asks. The strategy is noauth: whoever reaches the socket is the
 * administrator. That is safe only for a caller on this machine, so the socket
 * is on loopback (identity_check_address) and a request that somebody else may
 * have caused (a proxy's, a browser page's) is refused.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "http/request.h"
#include "identity/caller.h"

/* The caller of a request, lent for the program's life. NULL and MUSTER_ERROR_FORBIDDEN where it
 * came through a proxy or from a web page. Any thread. */
const struct caller *identity_get_caller(const struct http_request *request, GError **error);

/* Whether noauth may listen on "ADDR:PORT": only on loopback, else MUSTER_ERROR_FORBIDDEN. */
bool identity_check_address(const char *address, GError **error);
