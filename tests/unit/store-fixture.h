/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real stores in a directory of a test's own, and reports to write into them.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/report.h"
#include "store/own.h"
#include "store/store.h"

#define DOWN_TIME (60 * CLOCK_SECOND)
/* 2026-11-01 00:00:00 */
#define START INT64_C(1793491200000000)

struct fixture {
	char *directory;
	char *path; /* of the database */
	char *url;
	struct store *store; /* NULL until fixture_open() */
	int64_t now;
};

void fixture_set_up(struct fixture *fixture, const void *data);
void fixture_tear_down(struct fixture *fixture, const void *data);

/* Opens the store, which must work, or says why it does not. */
void fixture_open(struct fixture *fixture, enum store_access access);
GError *fixture_fail_to_open(struct fixture *fixture, enum store_access access);
void fixture_close(struct fixture *fixture);

/* Makes a database with Nova's tables alone, as another program would, and no -wal. */
void fixture_make_foreign(struct fixture *fixture);
/* Runs SQL on the file by a connection of its own. */
void fixture_execute(struct fixture *fixture, const char *sql);
/* The first column of the first row as text; NULL for NULL or no row. */
char *fixture_select(struct fixture *fixture, const char *sql);
#define assert_select(fixture, sql, expected)                                                      \
	do {                                                                                       \
		g_autofree char *selected = fixture_select(fixture, sql);                          \
		g_assert_cmpstr(selected, ==, expected);                                           \
	} while (0)

/* The file's bytes as a digest, and what lies in its directory ("a b c"). */
char *fixture_digest(struct fixture *fixture);
char *fixture_list_directory(struct fixture *fixture);

/* A report with all that a first one needs; guests are none yet. */
struct report *make_report(
	struct fixture *fixture, const char *connection, const char *machine, const char *hostname);
void add_guest(struct report *report, const char *uuid, const char *name, enum guest_state state);

/* Writes one report, which it frees, at the fixture's now, and gives what came of it. */
struct store_written *write_report(struct fixture *fixture, struct report *report);
enum store_outcome write_for_outcome(struct fixture *fixture, struct report *report);

/* "host1 host2", sorted: the hosts that changed. The caller frees it. */
char *format_changed(const struct store_written *written);
