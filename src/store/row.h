/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row of one of Nova's tables, to be written by its column names: what has an
 * id, updated_at, deleted and deleted_at.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/database.h"
#include "store/statement.h"

struct column {
	const char *name;
	struct value value;
};

struct row {
	const char *table;
	int64_t id;
	const struct column *columns;
	size_t size;
};

/* Inserts the row and sets its id. */
bool row_insert(struct database *database, struct row *row, GError **error);

/* Writes the columns, and `now` into updated_at, where any of them differs. *changed tells. */
bool row_update(struct database *database, const struct row *row, const char *now, bool *changed,
	GError **error);

/* Deletes the row as Nova does: it stays, with deleted and deleted_at set. */
bool row_delete(
	struct database *database, const char *table, int64_t id, const char *now, GError **error);
