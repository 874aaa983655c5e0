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

/* A database that sends a byte now and then lets no call of its library run into its time-out. So
 * work is held to as many times that: what reads all there is, and what asks for a few rows (and
 * may have to wait for a resolver that does not answer: half a minute by default). */
#define LANE_READING_TIMEOUTS 30
#define LANE_ASKING_TIMEOUTS 16

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

/* Whether the thread has been at the same work for longer than so many µs. Any thread. */
bool lane_is_stuck(struct lane *lane, int64_t limit);

/* Frees the jobs that wait, and gives up the lane; the thread ends after what it is at. Waits for
 * that for `patience` µs. False: it was left behind. */
bool lane_stop(struct lane *lane, int64_t patience);
