/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/batch.h"
#include "store/commands.h"
#include "store/lock.h"
#include "store/own.h"
#include "store/reader.h"
#include "store/schema.h"
#include "store/statement.h"
#include "store/url.h"
#include "store/writer.h"

struct store {
	bool own;
	int64_t down_time;
	struct lock *lock; /* NULL: opened to read */
	struct sqlite *sqlite;
	struct reader *reader;
	struct writer *writer; /* NULL: opened to read */
};

/*
 * A database that is to be written is looked at first without touching it or its folder: it
 * must be Muster's own or have no table yet.
 */
static bool
check_may_write(const char *path, GError **error)
{
	struct stat status;
	if (stat(path, &status) != 0 || (S_ISREG(status.st_mode) && status.st_size == 0))
		return true; /* to be made */
	CLEANUP(sqlite_close) struct sqlite *sqlite = sqlite_open(path, SQLITE_MODE_READ, error);
	bool empty, own;
	if (sqlite == NULL || !schema_is_empty(sqlite, &empty, error) ||
		!schema_is_own(sqlite, &own, error))
		return false;
	if (!empty && !own)
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_FORBIDDEN,
			"%s has tables but no muster_meta: it is not Muster's own, so nothing is "
			"collected into it; expected an empty database or one that Muster made",
			path);
	return empty || own;
}

static bool
open_to_write(struct store *store, const char *path, GError **error)
{
	if (!check_may_write(path, error))
		return false;
	store->lock = lock_take(path, error);
	if (store->lock == NULL)
		return false;
	store->sqlite = sqlite_open(path, SQLITE_MODE_WRITE, error);
	bool empty;
	if (store->sqlite == NULL || !schema_is_empty(store->sqlite, &empty, error))
		return false;
	g_autofree char *now = clock_format_sql(clock_now());
	return !empty || schema_create(store->sqlite, now, error);
}

struct store *
store_open(const struct store_options *options, GError **error)
{
	g_autofree char *path = url_get_sqlite_path(options->url, error);
	if (path == NULL)
		return NULL;
	CLEANUP(store_close) struct store *store = g_new0(struct store, 1);
	store->down_time = options->down_time;
	if (options->access == STORE_WRITE) {
		if (!open_to_write(store, path, error))
			return NULL;
	} else {
		store->sqlite = sqlite_open(path, SQLITE_MODE_READ, error);
	}
	if (store->sqlite == NULL || !schema_is_own(store->sqlite, &store->own, error) ||
		(store->own && !schema_check_version(store->sqlite, error)))
		return NULL;

	struct instance_name *names = NULL;
	if (!options->server_name_is_domain) {
		names = instance_name_new(options->instance_name_template, error);
		if (names == NULL)
			return NULL;
	}
	store->reader = reader_new(store->sqlite, names, error);
	if (store->reader == NULL)
		return NULL;
	if (options->access == STORE_WRITE)
		store->writer = writer_new(store->sqlite, options->down_time);
	return g_steal_pointer(&store);
}

void
store_close(struct store *store)
{
	g_clear_pointer(&store->writer, writer_free);
	g_clear_pointer(&store->reader, reader_free);
	g_clear_pointer(&store->sqlite, sqlite_close);
	g_clear_pointer(&store->lock, lock_free); /* last: the files are closed by now */
	g_free(store);
}

bool
store_is_own(const struct store *store)
{
	return store->own;
}

void
store_set_interrupt(struct store *store, int (*is_wanted)(void *data), void *data)
{
	sqlite_set_interrupt(store->sqlite, is_wanted, data);
}

GPtrArray *
store_read_all(struct store *store, GError **error)
{
	return reader_read_all(store->reader, error);
}

struct host *
store_read_host(struct store *store, const char *name, GError **error)
{
	return reader_read_host(store->reader, name, error);
}

bool
store_has_changed(struct store *store)
{
	return sqlite_has_changed(store->sqlite);
}

bool
store_can_write(const struct store *store)
{
	return store->writer != NULL;
}

struct store_written *
store_write_reports(struct store *store, GPtrArray *reports, int64_t now, GError **error)
{
	g_assert(store->writer != NULL);
	return writer_write(store->writer, reports, now, error);
}

GPtrArray *
store_run_command(struct store *store, const struct host_command *command, int64_t now,
	GHashTable *changed, GError **error)
{
	g_assert(store->writer != NULL);
	g_autofree char *stamp = clock_format_sql(now);
	struct batch batch = {store->sqlite, now, store->down_time, stamp, changed};
	return commands_run(&batch, command, error);
}

/* The newest row of a table stays, since SQLite would give its id to the next. */
static bool
purge_table(struct sqlite *sqlite, const char *table, const char *before, GError **error)
{
	g_autofree char *sql =
		g_strdup_printf("DELETE FROM %s WHERE deleted <> 0 AND deleted_at < ?1 "
				"AND id < (SELECT max(id) FROM %s)",
			table, table);
	return statement_run(sqlite, sql, VALUES(value_text(before)), error);
}

bool
store_purge(struct store *store, int64_t before, GError **error)
{
	g_assert(store->writer != NULL);
	g_autofree char *text = clock_format_sql(before);
	return purge_table(store->sqlite, "instances", text, error) &&
	       purge_table(store->sqlite, "compute_nodes", text, error) &&
	       purge_table(store->sqlite, "services", text, error);
}
