/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of one of Nova's cells, over a database that a test changes. What a reading
 * brings is told as a text: "all-nodes" and "all-servers" where it brings all, "1@cmp-01" for
 * a node, "-1" for one that is gone, "cmp-01[i1 i2]" for the servers of a host.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "base/clock.h"
#include "nova-fixture.h"
#include "nova/cell_reader.h"

#define LATER (16 * CLOCK_SECOND) /* a row's time is old by then */

struct cell_fixture {
	struct nova nova;
	struct cell_mapping *mapping;
	struct cell_reader *reader;
	int64_t now;
};

/* Two hosts with a node each; two servers are on the first. */
void cell_fixture_set_up(struct cell_fixture *fixture, const void *data);
void cell_fixture_tear_down(struct cell_fixture *fixture, const void *data);

/* A reader of fixture->mapping, which has read nothing yet. */
void open_reader(struct cell_fixture *fixture);

/* The caller frees them. */
char *describe(const struct cell_delta *delta);
struct cell_delta *read_delta(struct cell_fixture *fixture);
struct cell_delta *compare_next(struct cell_fixture *fixture);
/* All slices of one pass, in one line each. */
char *compare_all(struct cell_fixture *fixture);

void skip_reading(struct cell_fixture *fixture);
void assert_reads(struct cell_fixture *fixture, const char *expected);
/* The error names the table, or whatever. */
void assert_fails(struct cell_fixture *fixture, const char *table);
