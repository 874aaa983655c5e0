/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strategy keystone: who has the token in X-Auth-Token, as keystonemiddleware's
 * auth_token finds it out (keystonemiddleware/auth_token/__init__.py). What is not
 * remembered is asked of Keystone, off the HTTP threads and in bounded time: once for
 * each token, however many requests bring it.
 *
 *   200  the caller, remembered for token_cache_time, but never beyond the token's expiry
 *   404  401 with Keystone's address in WWW-Authenticate, remembered for a short while
 *   401  Muster's own token is no longer valid: a new one is fetched, and it is asked once more
 *   else, or no answer: 503, and nothing is remembered; nobody is let in
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "config/config.h"
#include "http/request.h"
#include "identity/verdict.h"

struct keystone;

/* Reads [keystone_authtoken]; the configuration is lent until keystone_free(). now: the clock, in
 * µs. MUSTER_ERROR_INVALID says what is missing. Starts a thread (http/client.h). */
struct keystone *keystone_new(const struct config *config, int64_t (*now)(void), GError **error);
/* Whoever waits still gets his 503. */
void keystone_free(struct keystone *keystone);
CLEANUP_DEFINE(struct keystone, keystone_free)

/* The verdict, a new reference; NULL: the request is suspended. Any HTTP thread. */
struct verdict *keystone_find(struct keystone *keystone, const struct http_request *request);
