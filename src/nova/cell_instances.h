/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which servers are on which host of a cell, as its reader remembers it: the host of
 * each live instance, so that a change tells whose lists to read again. Nova's
 * instances have an index on updated_at, and one that holds `deleted`, but none on
 * deleted_at; so what was inserted and changed is found by its time, and that
 * something is gone by the number and the sum of the live ids, which an index alone
 * gives. One thread owns it, with the cell's database.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "config/instance_name.h"
#include "nova/cell_delta.h"
#include "store/database.h"

struct cell_instances;

/* names is lent: it gives a server's name; NULL: a server's name is its display name. */
struct cell_instances *cell_instances_new(
	struct database *database, const struct instance_name *names, bool caseless);
void cell_instances_free(struct cell_instances *instances);
CLEANUP_DEFINE(struct cell_instances, cell_instances_free)

/*
 * In a transaction of the caller's, at `now` (µs, the wall clock's): put into the delta the lists
 * of all hosts, or of those whose list may be another since the last call. Where a call or its
 * transaction fails, cell_instances_doubt() must follow.
 */
bool cell_instances_read_all(
	struct cell_instances *instances, struct cell_delta *delta, int64_t now, GError **error);
bool cell_instances_read_changes(
	struct cell_instances *instances, struct cell_delta *delta, int64_t now, GError **error);

/* The lists of these hosts (char *), whether they have changed or not. */
bool cell_instances_read_hosts(struct cell_instances *instances, GPtrArray *hosts,
	struct cell_delta *delta, GError **error);

/* What is remembered may be wrong: the next call to read changes reads all. */
void cell_instances_doubt(struct cell_instances *instances);
