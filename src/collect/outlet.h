/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outlet: all that the threads of the hosts know of the rest of Muster. They
 * deliver reports into it and ring for the supervisor. It is counted and can be
 * closed, so that a thread that hangs in libvirt past the end of the collectors
 * finds it there, and shut.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "collect/collector.h"

struct outlet;

struct outlet *outlet_new(collector_deliver *deliver, void *data);
struct outlet *outlet_ref(struct outlet *outlet);
void outlet_unref(struct outlet *outlet);
CLEANUP_DEFINE(struct outlet, outlet_unref)

/* Takes the report; a closed outlet frees it and gives false. */
bool outlet_deliver(struct outlet *outlet, struct report *report);

/* Nothing is delivered any more when this returns. */
void outlet_close(struct outlet *outlet);

/* Tells the supervisor that a host's state has changed. */
void outlet_ring(struct outlet *outlet);
/* Waits for a ring, or for a moment of the monotonic clock; false: the outlet is closed. */
bool outlet_wait(struct outlet *outlet, int64_t until);
