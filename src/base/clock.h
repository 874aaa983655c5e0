/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moments are microseconds since the Unix epoch, UTC, in an int64_t; they are
 * passed in, so that a test can choose them. Only the edges (main, the HTTP
 * server, the collectors) ask the machine for the time.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_UNKNOWN INT64_MIN /* a moment that is not known: SQL's NULL */
#define CLOCK_NEVER INT64_MAX   /* a moment that does not come */

/* The wall clock, in µs since the epoch. Any thread. */
int64_t clock_now(void);

/* "2026-11-01T00:00:00.000000", the form of Nova's JSON; NULL for CLOCK_UNKNOWN and beyond the
 * year 9999. The caller frees it. */
char *clock_format_iso(int64_t moment);

/* "2026-11-01 00:00:00.000000", as SQLAlchemy stores a DATETIME in SQLite; else the same. */
char *clock_format_sql(int64_t moment);

/* Reads "YYYY-MM-DD HH:MM:SS[.ffffff]", as databases give it (UTC; a T instead of the
 * space is fine). False where text is something else; *moment is then CLOCK_UNKNOWN. */
bool clock_parse_sql(const char *text, int64_t *moment);
