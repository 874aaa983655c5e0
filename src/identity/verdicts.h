/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdicts that are known, and those that are being found out, by the digest of
 * what the request brought: a strategy's memory. Known ones are kept until a moment of
 * their own, the least recently used leave first where there are too many, and
 * refusals have a room apart, so that whoever invents tokens drives out no valid one.
 * However many requests bring the same unknown thing, it is found out once, and all of
 * them wait for that, suspended. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "http/request.h"
#include "identity/digest.h"
#include "identity/verdict.h"

struct verdicts;

/* How many are kept at most. */
struct verdicts *verdicts_new(unsigned callers_max, unsigned refusals_max);
/* No verdict may be owed any more: see verdicts_find(). */
void verdicts_free(struct verdicts *verdicts);
CLEANUP_DEFINE(struct verdicts, verdicts_free)

/*
 * The verdict on the request, a new reference: the one it waited for, or one that is known at
 * `now` (µs), or a 503 where no more may wait. NULL: the request is suspended and will be answered
 * anew. Where *is_first is set then, nobody is at it yet, and the caller owes a
 * verdicts_settle() of that key, from any thread, in bounded time.
 */
struct verdict *verdicts_find(struct verdicts *verdicts, const struct digest *key,
	const struct http_request *request, int64_t now, bool *is_first);

/* Remembers the verdict until the moment `until` (not after `now`: not at all), and hands it to
 * all who wait for it. */
void verdicts_settle(struct verdicts *verdicts, const struct digest *key, struct verdict *verdict,
	int64_t until, int64_t now);
