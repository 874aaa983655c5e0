/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A running Nova's cells, read through struct freshness, over databases that a test changes,
 * breaks and locks; and those who wait for a refresh or a look-up.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdint.h>

#include "base/error.h"
#include "nova-fixture.h"
#include "nova/cloud.h"

struct cloud_fixture {
	struct nova nova;
	struct inventory *inventory;
	struct health *health;
	struct uptimes *uptimes;
	char *api_database;
	struct cloud_options options;
	struct cloud *cloud; /* NULL until cloud_fixture_start() */
	sqlite3 *lock;       /* NULL: nothing is held */
};

/* Two cells, with the hosts 1 and 2 in the first, 3 in the second; one server is on host 1. */
void cloud_fixture_set_up(struct cloud_fixture *fixture, const void *data);
void cloud_fixture_tear_down(struct cloud_fixture *fixture, const void *data);
void cloud_fixture_start(struct cloud_fixture *fixture);

#define UUID_1 "c1000000-0000-4000-8000-000000000001"
#define UUID_2 "c1000000-0000-4000-8000-000000000002"
#define UUID_3 "c2000000-0000-4000-8000-000000000003"

/* Whoever reads the database ("cell1") hangs until it is unlocked. */
void cloud_fixture_lock(struct cloud_fixture *fixture, const char *database);
void cloud_fixture_unlock(struct cloud_fixture *fixture);

/* One who waits for a number of wishes, and what became of the last. */
struct waiter {
	struct cloud_fixture *fixture;
	GMutex lock;
	GCond news;
	unsigned done;
	struct freshness_outcome *outcome;
	GHashTable *seen; /* the marks of the readings that were shown; NULL: nobody asks */
};
void waiter_init(struct waiter *waiter, struct cloud_fixture *fixture);
void waiter_clear(struct waiter *waiter);
/* A freshness_done, of which the user is the waiter. */
void waiter_done(struct freshness_outcome *outcome, void *user);
/* Gives the outcome of the last of so many wishes, which the caller frees. */
struct freshness_outcome *waiter_await(struct waiter *waiter, unsigned wishes);

void wish(
	struct cloud_fixture *fixture, enum freshness_part part, freshness_done *done, void *user);
void wish_node(struct cloud_fixture *fixture, const char *uuid, int64_t id, struct waiter *waiter);
/* The same, and waits. The caller frees the outcome. */
struct freshness_outcome *refresh(struct cloud_fixture *fixture, enum freshness_part part);
struct freshness_outcome *look_up(struct cloud_fixture *fixture, const char *uuid, int64_t id);

/* Of each node "CELL/ID@HOST VCPUS", the service joined to it as "CELL/ID" or a dash, "unmapped",
 * and its servers. The caller frees it. */
char *describe_inventory(struct cloud_fixture *fixture);
#define WHOLE "1/1@cmp-01 8 1/1 i1, 1/2@cmp-02 8 1/2, 2/3@cmp-03 8 2/3"
/* What is wrong, a line each. The caller frees it. */
char *describe_health(struct cloud_fixture *fixture);

void assert_refreshed(struct cloud_fixture *fixture, const char *expected);
void assert_found(
	struct cloud_fixture *fixture, const char *uuid, int64_t id, const char *expected);
void assert_not_found(struct cloud_fixture *fixture, const char *uuid, int64_t id);
/* Takes the outcome. */
void assert_fails(struct freshness_outcome *outcome, enum muster_error code, const char *word);
/* The cell, and no other. */
void assert_away(const struct freshness_outcome *outcome, int64_t cell);
