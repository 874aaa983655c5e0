/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session: one libvirt connection from its opening to its end, with the thread
 * that opens it, collects, delivers, and closes it.
 *
 *	OPENING  ──first report──▶  UP  ──lost──▶  OVER  ──closed──▶  GONE
 *
 * Any step may hang in libvirt, which knows no time limit. Then the session is given up:
 * told to end and left behind. Its thread holds references to all that it uses, ends
 * when libvirt lets it go, and delivers nothing after that.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "collect/outlet.h"
#include "collect/source.h"

enum session_phase {
	SESSION_OPENING,
	SESSION_UP,
	SESSION_OVER, /* has failed or was told to end; may still hang in a call */
	SESSION_GONE, /* its thread is at its end */
};

struct session;

/* Starts the thread. NULL and *error: the system gives no thread (MUSTER_ERROR_LIMIT). */
struct session *session_start(struct source *source, struct outlet *outlet, GError **error);
void session_unref(struct session *session);
CLEANUP_DEFINE(struct session, session_unref)

/* Tells it to end, and does not wait. Any thread. */
void session_end(struct session *session);

/* How a session stands; the strings are copies. */
struct session_state {
	enum session_phase phase;
	int64_t deadline; /* monotonic: past it, give it up; CLOCK_NEVER: it has no call under way
			   */
	int64_t last_report; /* µs since the epoch, or CLOCK_UNKNOWN */
	char *trouble;       /* what is wrong, or why it is over; NULL: nothing */
};
/* Any thread. The state is cleared with session_state_clear(). */
void session_get_state(struct session *session, struct session_state *state);
void session_state_clear(struct session_state *state);
