/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker: one of the threads that speak HTTP ("http"), with a daemon of libmicrohttpd of
 * its own on the common socket. The library's own threads are not used: release 0.9.75 takes
 * 128 events at a time from epoll, and where there were just as many it waits for more
 * before it looks at these, so that 256 clients with a request each wait for one another.
 * Here it is never let wait: the worker waits, for the daemon's epoll descriptor.
 */
#pragma once

#include <microhttpd.h>

#include "base/cleanup.h"
#include "http/connections.h"

struct worker;

/* connections: of all workers, lent. NULL: no descriptor is left. */
struct worker *worker_new(struct connections *connections);
/* Takes the daemon, which was started with MHD_USE_EPOLL and no thread, and starts the thread. */
void worker_start(struct worker *worker, struct MHD_Daemon *daemon);
/* Ends the thread and stops the daemon, where it was started. No connection may be suspended. */
void worker_free(struct worker *worker);
CLEANUP_DEFINE(struct worker, worker_free)

struct connections *worker_get_connections(const struct worker *worker);
/* Has the daemon run, as after one of its connections was resumed. Any thread. */
void worker_wake(struct worker *worker);
