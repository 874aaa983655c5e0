/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Made-up nova-computes on a real broker, on a thread of their own. What a host does is
 * told by the first word of its name, as in "up.17":
 *
 *   up       answers COMPUTE_UPTIME
 *   without  answers None
 *   unable   raises NotImplementedError
 *   failing  raises another exception
 *   busy     says that it is still at it, then answers
 *   garbage  answers what is no reply
 *   huge     answers with more than is taken
 *   hung     has a queue, and takes nothing from it
 *
 * All else has no queue.
 */
#pragma once

#include "base/cleanup.h"

#define COMPUTE_UPTIME " 10:00:00 up 42 days,  1:23,  0 users,  load average: 0.10, 0.12, 0.14\n"

struct computes;

/* The exchange is made where there is none, and goes with the last of them. */
struct computes *computes_start(const char *transport_url, const char *exchange);
void computes_stop(struct computes *computes);
CLEANUP_DEFINE(struct computes, computes_stop)

/* Waits until the queue of those who hang is empty. */
void computes_await_empty_queue(struct computes *computes);
