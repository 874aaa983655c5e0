/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Muster itself gets a token from Keystone: [keystone_authtoken], with the options
 * of keystoneauth's plug-ins password and v3applicationcredential, held against what
 * they need.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "config/config.h"

/* Whether the options make a login. MUSTER_ERROR_INVALID says which is missing or too much. */
bool keystone_login_check(const struct config *config, GError **error);

/* The body of POST /v3/auth/tokens, of options that keystone_login_check() has passed. It holds
 * the secret; the caller frees it. */
char *keystone_login_format(const struct config *config);
