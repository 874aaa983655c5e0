/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lane: a thread that waits for a database, and the jobs that wait for the thread.
 * Whoever gives a job never waits. A lane that is ended while its thread hangs in a
 * library is left behind: the thread owns what it works with, and frees it when it
 * comes back.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct lane;

struct lane_options {
	const char *name;                           /* the thread's: 15 bytes at most */
	void (*work)(GPtrArray *jobs, void *state); /* all that wait, in their order; takes none */
	GDestroyNotify free_job;                    /* also of a job that is never worked at */
	GDestroyNotify free_state;
};

/* Takes the state, which the thread alone uses. */
struct lane *lane_start(const struct lane_options *options, void *state);

/* Takes the job. Any thread, until lane_stop(). */
void lane_push(struct lane *lane, void *job);

/* Frees the jobs that wait, and gives up the lane; the thread ends after what it is at. Waits for
 * that for `patience` µs. False: it was left behind. */
bool lane_stop(struct lane *lane, int64_t patience);
