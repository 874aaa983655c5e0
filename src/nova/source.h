/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the reading of a database stands, a cell's or the API database, as the refresh
 * keeps it. What is wrong with it is told to health, and to the log where that is news.
 * One thread, that of the refresh.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/health.h"

struct refresh;

struct source {
	struct refresh *refresh;
	struct health *health;
	char *part;        /* of health */
	char *words;       /* what a client is told while it is away */
	bool pending;      /* a reading is under way */
	bool again;        /* and is too old for this round: another must follow */
	GError *error;     /* of the last one, or that it takes too long; NULL: it went well */
	int64_t asked;     /* monotonic: when it was asked for */
	unsigned given_up; /* readings that were, since one has ended */

	/* Of a cell. */
	int64_t id;
	bool is_cell0;          /* which has no hypervisors: it may be away */
	bool loaded;            /* it has been read once */
	GSource *timer;         /* until its next slice is compared; NULL: a slice is under way */
	int64_t compared_since; /* when this pass over all began, monotonic */
	int64_t slice_begun;    /* monotonic */
};

/* Ends the timer, and takes its trouble from health; frees what it holds, and not itself. */
void source_clear(struct source *source);
/* With itself: a GDestroyNotify. */
void source_free(void *source);

/* Notes how a reading went; error: copied, NULL where it went well. */
void source_set_error(struct source *source, const GError *error);

/* Notes that it has not answered for `timeout` µs, if it has not: of one that hangs no error
 * comes. now: monotonic. */
void source_note_late(struct source *source, int64_t timeout, int64_t now);

/* Whether what it has is not of this round. */
bool source_is_away(const struct source *source);

/* Whether a reading that hangs may be given up once more: each leaves a thread behind. Counts it.
 */
bool source_may_give_up(struct source *source);

void source_stop_timer(GSource **timer);
