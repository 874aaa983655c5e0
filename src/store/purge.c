/* SPDX-License-Identifier: Apache-2.0 */
#include "store/purge.h"

#include "base/clock.h"
#include "store/statement.h"

static const char *const tables[] = {"instances", "compute_nodes", "services"};

/* Where the next slice begins. */
struct place {
	size_t table;
	int64_t id;
};

struct purge {
	struct database *database;
	struct place next;
};

struct purge *
purge_new(struct database *database)
{
	struct purge *purge = g_new0(struct purge, 1);
	purge->database = database;
	return purge;
}

void
purge_free(struct purge *purge)
{
	g_free(purge);
}

/* A slice in the making. */
struct slice {
	struct database *database;
	const char *before;
	struct place from;
	int64_t end;  /* the row at which it ends, which is none of it */
	bool deletes; /* something in it is to be deleted, or the row at its end */
};

/* The newest row of a table is in no slice: SQLite would give its id to the next. */
static bool
find_slice(void *data, GError **error)
{
	struct slice *slice = data;
	g_autofree char *sql = g_strdup_printf(
		"SELECT max(id), max(deleted <> 0 AND deleted_at < ?2) FROM "
		"(SELECT id, deleted, deleted_at FROM %s WHERE id >= ?1 ORDER BY id LIMIT %d) slice",
		tables[slice->from.table], PURGE_ROWS + 1);
	CLEANUP(statement_free)
	struct statement *row = statement_new(slice->database, sql,
		VALUES(value_integer(slice->from.id), value_text(slice->before)));
	if (statement_next(row)) {
		slice->end = statement_get_integer(row, 0).value;
		slice->deletes = statement_get_integer(row, 1).value != 0;
	}
	return statement_check(row, error);
}

static bool
delete_slice(void *data, GError **error)
{
	const struct slice *slice = data;
	g_autofree char *sql = g_strdup_printf("DELETE FROM %s WHERE id >= ?1 AND id < ?2 "
					       "AND deleted <> 0 AND deleted_at < ?3",
		tables[slice->from.table]);
	return statement_run(slice->database, sql,
		VALUES(value_integer(slice->from.id), value_integer(slice->end),
			value_text(slice->before)),
		error);
}

/* Nobody else writes, so what was read is what will be deleted. Most slices have nothing to
 * delete, and wait for no lock. */
bool
purge_slice(struct purge *purge, int64_t before, bool *done, GError **error)
{
	g_autofree char *text = clock_format_sql(before);
	struct slice slice = {purge->database, text, purge->next};
	if (!database_read(purge->database, find_slice, &slice, error) ||
		(slice.deletes && !database_write(purge->database, delete_slice, &slice, error)))
		return false;
	if (slice.end > slice.from.id)
		purge->next.id = slice.end;
	else
		purge->next = (struct place){slice.from.table + 1, 0};
	*done = purge->next.table == G_N_ELEMENTS(tables);
	if (*done)
		purge->next = (struct place){0};
	return true;
}
