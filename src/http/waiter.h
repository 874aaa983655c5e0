/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer that must wait. A handler that cannot answer from memory suspends its
 * request and returns NULL; its thread goes on with other connections. Whoever has
 * found out what was missing, on whatever thread, resumes the waiter; answer() is
 * then called again for the very same request, and finds the outcome there:
 *
 *     verdict = http_request_get_outcome(request, verdict_unref);
 *     if (verdict == NULL) {
 *             waiter = http_request_suspend(request, verdict_unref);
 *             ...have somebody call http_waiter_resume(waiter, verdict)...
 *             return NULL;
 *     }
 */
#pragma once

#include <glib.h>

#include "http/request.h"

struct http_waiter;

/*
 * Suspends a request that is being answered, on its thread; answer() must then return NULL, and
 * the caller sees to it that the waiter is resumed, exactly once and in bounded time: a suspended
 * connection notices neither a time-out nor a client that left. free_outcome frees the outcome in
 * the end; it also names it, so a request may wait several times, for different things.
 *
 * NULL where as many wait for such an outcome as may (struct http_options, waiting_max), where the
 * server is being stopped, and for a request that no server handed over: nothing is suspended then.
 */
struct http_waiter *http_request_suspend(
	const struct http_request *request, GDestroyNotify free_outcome);

/* Has the request answered, and takes the waiter and the outcome, which is not NULL. Any thread; it
 * may be the one that suspends, and the server may have been stopped since. */
void http_waiter_resume(struct http_waiter *waiter, void *outcome);

/* The outcome of the latest wait that was begun with this free_outcome, lent for as long as the
 * request is; NULL: none has ended with one. */
void *http_request_get_outcome(const struct http_request *request, GDestroyNotify free_outcome);
