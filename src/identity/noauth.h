/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strategy noauth: whoever reaches the socket is the administrator. That is safe
 * only for a caller on this machine, so the socket is on loopback, and a request that
 * somebody else may have caused (a proxy's, a browser page's) is refused.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "http/request.h"
#include "identity/verdict.h"

struct noauth;

struct noauth *noauth_new(void);
void noauth_free(struct noauth *noauth);

/* The verdict, a new reference: the administrator, or a 403 where the request came through a proxy
 * or from a web page. Any thread. */
struct verdict *noauth_find(struct noauth *noauth, const struct http_request *request);

/* Whether noauth may listen on "ADDR:PORT": only on loopback, else MUSTER_ERROR_FORBIDDEN. */
bool noauth_check_address(const char *address, GError **error);
