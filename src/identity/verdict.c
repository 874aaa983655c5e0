/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/verdict.h"

/* In the words of keystonemiddleware, which clients know. */
#define UNAUTHORIZED "The request you have made requires authentication."

struct verdict *
verdict_new(struct caller *caller)
{
	struct verdict *verdict = g_atomic_rc_box_new0(struct verdict);
	verdict->caller = caller;
	return verdict;
}

struct verdict *
verdict_new_challenge(const char *challenge)
{
	struct verdict *verdict = verdict_new_refusal(401, UNAUTHORIZED);
	verdict->challenge = g_strdup(challenge);
	return verdict;
}

struct verdict *
verdict_new_refusal(unsigned status, const char *message)
{
	struct verdict *verdict = g_atomic_rc_box_new0(struct verdict);
	verdict->status = status;
	verdict->message = g_strdup(message);
	return verdict;
}

struct verdict *
verdict_ref(struct verdict *verdict)
{
	return g_atomic_rc_box_acquire(verdict);
}

static void
clear(void *data)
{
	struct verdict *verdict = data;
	if (verdict->caller != NULL)
		caller_unref(verdict->caller);
	g_free(verdict->message);
	g_free(verdict->challenge);
}

void
verdict_unref(struct verdict *verdict)
{
	g_atomic_rc_box_release_full(verdict, clear);
}
