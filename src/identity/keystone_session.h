/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Muster's own standing with Keystone: a token of its own, fetched when it is first
 * needed, renewed before it expires or when Keystone no longer takes it; and under it
 * the one question that is asked, whose a token is. The answers come on the HTTP
 * client's thread; none is later than KEYSTONE_TIMEOUT. That Keystone is away, and that it is
 * back, is logged once.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "config/config.h"
#include "identity/caller.h"

#define KEYSTONE_TIMEOUT (10 * G_TIME_SPAN_SECOND) /* of a question, with all that it takes */

struct keystone_session;

/* Reads [keystone_authtoken]; the configuration is lent. MUSTER_ERROR_INVALID. */
struct keystone_session *keystone_session_new(
	const struct config *config, int64_t (*now)(void), GError **error);
/* auth_url without a version at its end; the caller frees it. */
char *keystone_session_format_root(const struct config *config);
/* Every question still gets its answer. */
void keystone_session_free(struct keystone_session *session);
CLEANUP_DEFINE(struct keystone_session, keystone_session_free)

/* Whose token it is, taken, and when it expires (µs); NULL without an error where it is none;
 * NULL and an error, lent, where Keystone could not say. */
typedef void keystone_answer(
	struct caller *caller, int64_t expires_at, const GError *error, void *data);

/* Asks GET /v3/auth/tokens of a token, one that has expired too where allow_expired. Always
 * answers once, maybe before it returns. Any thread. */
void keystone_session_ask(struct keystone_session *session, const char *subject, bool allow_expired,
	keystone_answer *answer, void *data);
