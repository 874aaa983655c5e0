/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identity: who asks. The strategy is [api] auth_strategy:
 *
 *   keystone    whoever has a token of Keystone's (keystone.h)
 *   http_basic  the users of a file, by password (http_basic.h)
 *   noauth      whoever reaches the socket is the administrator (noauth.h)
 *
 * A verdict that is remembered is given at once. Any other has the request suspended, and answered
 * anew when it is there (http/waiter.h).
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "config/config.h"
#include "http/request.h"
#include "identity/verdict.h"

struct identity;

/* The strategy that the configuration, which is lent, asks for; where it asks for none, keystone if
 * a file has [keystone_authtoken] or [api_database], else noauth. now: the clock, in µs.
 * MUSTER_ERROR_INVALID and MUSTER_ERROR_IO for what the strategy lacks, MUSTER_ERROR_FORBIDDEN for
 * noauth on an address other than loopback. */
struct identity *identity_open(const struct config *config, int64_t (*now)(void), GError **error);
/* After the HTTP server has been stopped. */
void identity_close(struct identity *identity);
CLEANUP_DEFINE(struct identity, identity_close)

/* The verdict on a request, a new reference; NULL: the request is suspended, and answer() returns
 * NULL. Any HTTP thread. */
struct verdict *identity_find(struct identity *identity, const struct http_request *request);

/* "keystone", "http_basic" or "noauth". */
const char *identity_get_strategy(const struct identity *identity);
