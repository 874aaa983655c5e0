/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All suspended connections of a server: bounded, and resumed together at its end,
 * since libmicrohttpd must not be stopped while one is suspended. A waiter is held
 * by its exchange and by whoever is to resume it; the latter may come late, when
 * the server is gone, so a waiter outlives it and holds the waiters, too.
 *
 * One lock orders all: a connection is suspended, and resumed, under it. So no
 * connection is resumed before it is suspended, nor after waiters_end() has returned.
 */
#pragma once

#include <microhttpd.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "http/waiter.h"
#include "http/worker.h"

struct waiters;

/* max: of each kind, so that one party that is dead stops nothing else. */
struct waiters *waiters_new(unsigned max);
void waiters_unref(struct waiters *waiters);
CLEANUP_DEFINE(struct waiters, waiters_unref)

/* Suspends the connection, on its own thread, that of the worker. NULL: as many wait for its kind
 * of outcome as may, or waiters_end() was called. The waiter is both the exchange's, to
 * waiter_unref(), and the resumer's. */
struct http_waiter *waiters_add(struct waiters *waiters, struct MHD_Connection *mhd,
	struct worker *worker, GDestroyNotify free_outcome);
/* Resumes all, without an outcome, and lets none be added any more. */
void waiters_end(struct waiters *waiters);
/* Connections suspended at this moment. */
unsigned waiters_get_size(struct waiters *waiters);

/* The outcome, lent, if it is of that kind; NULL: it is not, or the waiter was cut off. */
void *waiter_get_outcome(const struct http_waiter *waiter, GDestroyNotify free_outcome);
/* Whether it was waiters_end() that resumed it. */
bool waiter_is_cut_off(const struct http_waiter *waiter);
void waiter_unref(struct http_waiter *waiter);
