/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows become hosts. All of them in three queries, each in the order of the ids,
 * that are merged by host; or one host by its indexes.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "config/instance_name.h"
#include "model/host.h"
#include "store/database.h"

struct reader;

/* Checks that all that is read is there: MUSTER_ERROR_INVALID names a column that is missing.
 * Takes names, which gives a server's name; NULL: a server's name is its display_name.
 * caseless: "A" and "a" name one host. */
struct reader *reader_new(
	struct database *database, struct instance_name *names, bool caseless, GError **error);
void reader_free(struct reader *reader);
CLEANUP_DEFINE(struct reader, reader_free)

GPtrArray *reader_read_all(struct reader *reader, GError **error);
struct host *reader_read_host(struct reader *reader, const char *name, GError **error);
