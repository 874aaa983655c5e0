/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports become rows: a batch in one transaction, each report in a savepoint of
 * its own. The writer remembers which connections report, so that of two that
 * reach one machine the second is refused, and what it has logged of each.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "store/own.h"
#include "store/database.h"

struct writer;

/* down_time: µs for which a connection that reported holds its machine. */
struct writer *writer_new(struct database *database, int64_t down_time);
void writer_free(struct writer *writer);
CLEANUP_DEFINE(struct writer, writer_free)

/* As store_write_reports(). */
struct store_written *writer_write(
	struct writer *writer, GPtrArray *reports, int64_t now, GError **error);
