/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of a host that may be slow to come: its name (which can stall for
 * seconds in DNS on the far side), its address, its disk (which can hang with its
 * storage). A thread reads them, one pass at a time, and a report takes what is
 * known last, so that they never hold up the domains.
 *
 * A connection is for one thread (connection.h), so the passes have one of their own.
 *
 * Owned by a session, whose thread alone calls these functions.
 */
#pragma once

#include <stdint.h>

#include "base/cleanup.h"
#include "collect/source.h"
#include "model/report.h"

struct facts;

/* changed(data) is called from the other thread when a fact has become another one. */
struct facts *facts_new(struct source *source, void (*changed)(void *data), void *data);
/* Waits for the pass under way, however long it takes. */
void facts_free(struct facts *facts);
CLEANUP_DEFINE(struct facts, facts_free)

/* Starts a pass, unless one is under way. */
void facts_refresh(struct facts *facts);
/* Waits for it, but only up to that moment of the monotonic clock. */
void facts_wait(struct facts *facts, int64_t until);

/* Puts what is known into the report. Gives what could not be read, in words that the caller
 * frees; NULL: nothing. */
char *facts_fill(struct facts *facts, struct report *report);
