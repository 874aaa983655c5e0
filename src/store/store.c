/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/batch.h"
#include "store/commands.h"
#include "store/own.h"
#include "store/purge.h"
#include "store/reader.h"
#include "store/schema.h"
#include "store/url.h"
#include "store/writer.h"

struct store {
	bool own;
	bool caseless;
	int64_t down_time;
	struct database *database;
	struct reader *reader;
	struct writer *writer; /* NULL: opened to read; so is purge */
	struct purge *purge;
};

/* Whether the URL names an SQLite file that is not there, or is empty. */
static bool
is_file_to_be_made(const char *url)
{
	g_autofree char *path = url_get_sqlite_path(url, NULL);
	struct stat status;
	return path != NULL &&
	       (stat(path, &status) != 0 || (S_ISREG(status.st_mode) && status.st_size == 0));
}

/*
 * A database that is to be written is looked at first without touching it or its folder: it
 * must be Muster's own or have no table yet.
 */
static bool
check_may_write(const struct store_options *options, GError **error)
{
	if (is_file_to_be_made(options->url))
		return true;
	CLEANUP(database_close)
	struct database *database =
		database_open(options->url, DATABASE_READ, options->timeout, error);
	enum schema_state state;
	if (database == NULL || !schema_find(database, &state, error))
		return false;
	if (state == SCHEMA_FOREIGN)
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_FORBIDDEN,
			"%s has tables but no muster_meta: it is not Muster's own, so nothing is "
			"collected into it; expected an empty database or one that Muster made",
			database_get_name(database));
	return state != SCHEMA_FOREIGN;
}

static bool
open_to_write(struct store *store, const struct store_options *options, GError **error)
{
	if (!check_may_write(options, error))
		return false;
	store->database = database_open(options->url, DATABASE_WRITE, options->timeout, error);
	enum schema_state state;
	if (store->database == NULL || !schema_find(store->database, &state, error))
		return false;
	return state == SCHEMA_OWN || schema_create(store->database, error);
}

static bool
open_to_read(struct store *store, const struct store_options *options, GError **error)
{
	store->database = database_open(options->url, DATABASE_READ, options->timeout, error);
	return store->database != NULL;
}

static bool
open_database(struct store *store, const struct store_options *options, GError **error)
{
	return options->access == STORE_WRITE ? open_to_write(store, options, error)
					      : open_to_read(store, options, error);
}

struct store *
store_open(const struct store_options *options, GError **error)
{
	CLEANUP(store_close) struct store *store = g_new0(struct store, 1);
	store->down_time = options->down_time;
	enum schema_state state;
	if (!open_database(store, options, error) || !schema_find(store->database, &state, error))
		return NULL;
	store->own = state == SCHEMA_OWN;
	if ((store->own && !schema_check_version(store->database, error)) ||
		!database_compare_case(
			store->database, "services", "host", &store->caseless, error))
		return NULL;

	struct instance_name *names = NULL;
	if (!options->server_name_is_domain) {
		names = instance_name_new(options->instance_name_template, error);
		if (names == NULL)
			return NULL;
	}
	store->reader = reader_new(store->database, names, store->caseless, error);
	if (store->reader == NULL)
		return NULL;
	if (options->access == STORE_WRITE) {
		store->writer = writer_new(store->database, options->down_time);
		store->purge = purge_new(store->database);
	}
	return g_steal_pointer(&store);
}

void
store_close(struct store *store)
{
	g_clear_pointer(&store->writer, writer_free);
	g_clear_pointer(&store->purge, purge_free);
	g_clear_pointer(&store->reader, reader_free);
	g_clear_pointer(&store->database, database_close);
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
	database_set_interrupt(store->database, is_wanted, data);
}

bool
store_is_caseless(const struct store *store)
{
	return store->caseless;
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
	return database_has_changed(store->database);
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
	struct batch batch = {store->database, now, store->down_time, stamp, changed};
	return commands_run(&batch, command, error);
}

bool
store_purge(struct store *store, int64_t before, bool *done, GError **error)
{
	g_assert(store->writer != NULL);
	return purge_slice(store->purge, before, done, error);
}
