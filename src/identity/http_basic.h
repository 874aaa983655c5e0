/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strategy http_basic, as standalone Ironic has it (ironic_lib/auth_basic.py): the
 * users of [DEFAULT] http_basic_auth_user_file, by HTTP Basic (RFC 7617). All are
 * administrators but those that [muster] basic_readers names, who have the role
 * reader. bcrypt takes long on purpose, so passwords are checked on threads of their
 * own, and one that was right is remembered for a minute by its digest. The file is read
 * again when it changes; what was remembered of the old one is then forgotten.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "config/config.h"
#include "http/request.h"
#include "identity/verdict.h"

struct http_basic;

/* The configuration is lent. now: the clock, in µs. MUSTER_ERROR_INVALID where no file is named,
 * and the errors of htpasswd_open(). Starts threads. */
struct http_basic *http_basic_new(
	const struct config *config, int64_t (*now)(void), GError **error);
/* Whoever waits still gets a verdict. */
void http_basic_free(struct http_basic *basic);
CLEANUP_DEFINE(struct http_basic, http_basic_free)

/* The verdict, a new reference; NULL: the request is suspended. Any HTTP thread. */
struct verdict *http_basic_find(struct http_basic *basic, const struct http_request *request);
