/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A keeper: keeps one session open to one host. It starts the next one when the
 * last is over, later each time that fails; gives up one that hangs; and logs
 * when the host comes and goes, not every try. Owned by the supervisor's thread
 * or whoever holds the collectors' lock; it never waits.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "collect/collector.h"
#include "collect/outlet.h"
#include "collect/source.h"

/* Sessions of one host that may hang at a time; then no other is tried until one returns. */
#define KEEPER_LEFT_MAX 3

struct keeper;

/* Takes a reference to each. */
struct keeper *keeper_new(struct source *source, struct outlet *outlet);
/* Tells its sessions to end, and does not wait for them. */
void keeper_free(struct keeper *keeper);
CLEANUP_DEFINE(struct keeper, keeper_free)

/* Does what is due. Gives the moment at which to call again, unless the outlet rings first;
 * both of the monotonic clock. */
int64_t keeper_tend(struct keeper *keeper, int64_t now);

/* The caller frees it. */
struct collector_status *keeper_get_status(const struct keeper *keeper);

/* How long to wait after so many failures in a row, µs: 1 s, doubled each time, 30 s at most; of
 * that the share (0 to 1) decides the upper half, so that many hosts do not come at once. */
int64_t keeper_get_delay(unsigned failures, double share);
