/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the computes answered when they were asked for their uptime, by the cell and
 * the host of their service: whom Nova asks (HostAPI.get_host_uptime). An answer is
 * shown as it is for `ttl`, then up to `max_age` while a newer one is asked for
 * behind it, and after that it is unknown. A silence is an answer too, of a shorter
 * life: a host that hangs costs a request the deadline once, and not each time.
 * Whoever asks says so with uptimes_begin(), by which a host is asked once at a
 * time. Entries that have nothing to show any more are dropped as others are
 * asked. Times are passed in, µs. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/* What came of a question. */
enum uptime_outcome {
	UPTIME_TEXT,
	UPTIME_NONE,        /* the driver gave null */
	UPTIME_UNSUPPORTED, /* the driver has no such call */
	UPTIME_SILENT,      /* no answer in time, or nobody there to be asked */
};

/* What whoever shows it has to do about it. */
enum uptime_state {
	UPTIME_FRESH,   /* nothing */
	UPTIME_AGEING,  /* show it, and have the host asked behind it */
	UPTIME_UNKNOWN, /* have the host asked, and wait */
};

struct uptime {
	enum uptime_state state;
	enum uptime_outcome outcome; /* unless it is unknown */
	char *text;                  /* of UPTIME_TEXT; else NULL */
	int64_t until; /* the first moment at which this may be otherwise although nobody answered;
			  of one that is ageing: when it will be unknown; CLOCK_NEVER: none */
};
void uptime_clear(struct uptime *uptime);

struct uptimes;

/* ttl and max_age: [muster] uptime_ttl and uptime_max_age, µs. */
struct uptimes *uptimes_new(int64_t ttl, int64_t max_age);
void uptimes_free(struct uptimes *uptimes);
CLEANUP_DEFINE(struct uptimes, uptimes_free)

/* What is known of a host's uptime at `now`. The caller clears it. */
void uptimes_get(struct uptimes *uptimes, int64_t cell, const char *host, int64_t now,
	struct uptime *uptime);

/* Whether the host is to be asked now; the caller then owes an uptimes_end(), in bounded time.
 * False where it is being asked already. */
bool uptimes_begin(struct uptimes *uptimes, int64_t cell, const char *host, int64_t now);

/* What came of it; text: of UPTIME_TEXT, else NULL. */
void uptimes_end(struct uptimes *uptimes, int64_t cell, const char *host,
	enum uptime_outcome outcome, const char *text, int64_t now);

/* Moves with every answer: whoever keeps something made of uptimes reads it before them, and looks
 * again when it has moved, or when one of them is at its `until`. */
uint64_t uptimes_get_generation(const struct uptimes *uptimes);
