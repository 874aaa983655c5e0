/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a strategy says of a request: who asks, or why nobody is let in. Immutable
 * and reference-counted. A refusal says nothing that the caller did not know.
 */
#pragma once

#include "identity/caller.h"

struct verdict {
	struct caller *caller; /* NULL: refused */
	unsigned status;       /* of a refusal: 401, 403 or 503 */
	char *message;
	char *challenge; /* the value of WWW-Authenticate; of a 401 alone */
};

/* Takes the caller. */
struct verdict *verdict_new(struct caller *caller);
/* A 401: the answer to whoever comes without, or with the wrong, credentials. */
struct verdict *verdict_new_challenge(const char *challenge);
struct verdict *verdict_new_refusal(unsigned status, const char *message);
struct verdict *verdict_ref(struct verdict *verdict);
void verdict_unref(struct verdict *verdict);
CLEANUP_DEFINE(struct verdict, verdict_unref)
