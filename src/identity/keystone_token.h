/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Keystone says of a token, in JSON: the body of GET and POST /v3/auth/tokens
 * (Keystone's api-ref, "Authentication and token management").
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "identity/caller.h"

/* Gives who has the token, and when it expires (µs). A token may have no roles and no scope.
 * MUSTER_ERROR_INVALID for what is no such body; the message holds nothing of it. */
bool keystone_token_parse(
	const char *body, size_t size, struct caller **caller, int64_t *expires_at, GError **error);
