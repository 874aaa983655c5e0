/* SPDX-License-Identifier: Apache-2.0 */
#include "store/database.h"

#include "base/clock.h"
#include "base/error.h"
#include "store/database_ops.h"
#include "store/mariadb.h"
#include "store/mariadb_url.h"
#include "store/sqlite.h"
#include "store/url.h"

/* A connection that is found to be lost so soon broke while nobody used it (monotonic µs): a
 * reading is worth another try on a new one. */
#define BROKEN_WITHIN (CLOCK_SECOND / 2)

struct database *
database_open(const char *url, enum database_mode mode, unsigned timeout, GError **error)
{
	if (mariadb_url_matches(url)) {
		CLEANUP(mariadb_url_free)
		struct mariadb_url *place = mariadb_url_parse(url, error);
		return place == NULL ? NULL : mariadb_open(place, mode, timeout, error);
	}
	g_autofree char *path = url_get_sqlite_path(url, error);
	return path == NULL ? NULL : sqlite_open(path, mode, error);
}

void
database_close(struct database *database)
{
	database->ops->close(database);
}

const char *
database_get_name(const struct database *database)
{
	return database->name;
}

bool
database_has_changed(struct database *database)
{
	return database->ops->has_changed(database);
}

void
database_set_interrupt(struct database *database, int (*is_wanted)(void *data), void *data)
{
	database->is_interrupted = is_wanted;
	database->interrupt_data = data;
	database->ops->set_interrupt(database);
}

bool
database_is_interrupted(const struct database *database)
{
	return database->is_interrupted != NULL &&
	       database->is_interrupted(database->interrupt_data) != 0;
}

bool
database_open_twins(struct database *database, struct database **twins, unsigned n)
{
	return database->ops->open_twins(database, twins, n);
}

bool
database_compare_case(struct database *database, const char *table, const char *column,
	bool *caseless, GError **error)
{
	return database->ops->compare_case(database, table, column, caseless, error);
}

bool
database_execute(struct database *database, const char *sql, GError **error)
{
	return database->ops->execute(database, sql, error);
}

enum transaction { TRANSACTION_NONE, TRANSACTION_READ, TRANSACTION_WRITE };

static bool
begin(struct database *database, enum transaction transaction, GError **error)
{
	const struct database_ops *ops = database->ops;
	switch (transaction) {
	case TRANSACTION_NONE:
		return ops->attach(database, error);
	case TRANSACTION_READ:
		return ops->begin(database, DATABASE_READ, error);
	case TRANSACTION_WRITE:
		return ops->begin(database, DATABASE_WRITE, error);
	}
	g_assert_not_reached();
}

static bool
run_once(struct database *database, enum transaction transaction, database_work *work, void *data,
	GError **error)
{
	bool done = work(data, error);
	if (done && (transaction == TRANSACTION_NONE || database->ops->commit(database, error)))
		return true;
	database->ops->rollback(database);
	return false;
}

static bool
run(struct database *database, enum transaction transaction, database_work *work, void *data,
	GError **error)
{
	for (unsigned left = database->ops->tries; left > 0; left--) {
		g_autoptr(GError) failure = NULL;
		if (!begin(database, transaction, error))
			return false;
		if (run_once(database, transaction, work, data, &failure))
			return true;
		if (left == 1 || !g_error_matches(failure, MUSTER_ERROR, MUSTER_ERROR_BUSY)) {
			g_propagate_error(error, g_steal_pointer(&failure));
			return false;
		}
	}
	g_assert_not_reached();
}

/* A reading, tried again where the connection broke unused. */
static bool
read_all(struct database *database, enum transaction transaction, database_work *work, void *data,
	GError **error)
{
	int64_t begun = g_get_monotonic_time();
	g_autoptr(GError) failure = NULL;
	if (run(database, transaction, work, data, &failure))
		return true;
	if (g_error_matches(failure, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE) &&
		g_get_monotonic_time() - begun < BROKEN_WITHIN)
		return run(database, transaction, work, data, error);
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

bool
database_read(struct database *database, database_work *work, void *data, GError **error)
{
	return read_all(database, TRANSACTION_READ, work, data, error);
}

bool
database_read_apart(struct database *database, database_work *work, void *data, GError **error)
{
	return read_all(database, TRANSACTION_NONE, work, data, error);
}

bool
database_write(struct database *database, database_work *work, void *data, GError **error)
{
	return run(database, TRANSACTION_WRITE, work, data, error);
}

const char *
database_get_walk_hint(const struct database *database)
{
	return database->ops->walk_hint;
}

const char *
database_get_tables_query(const struct database *database)
{
	return database->ops->tables;
}

const char *
database_get_columns_query(const struct database *database)
{
	return database->ops->columns;
}

const char *const *
database_get_schema(const struct database *database)
{
	return database->ops->schema;
}
