/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the API database that make the aggregates: aggregates,
 * aggregate_hosts and aggregate_metadata. Of a row without what it needs (an
 * aggregate's name, a host, a key and a value) nothing is shown.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/aggregates.h"
#include "store/database.h"

/* MUSTER_ERROR_INVALID names a column that a table lacks. */
bool aggregate_rows_check_tables(struct database *database, GError **error);

/* In a transaction of the caller's. NULL at an error. */
struct aggregates *aggregate_rows_read(struct database *database, GError **error);
