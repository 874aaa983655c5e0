/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "store/sqlite_private.h"
#include "store/statement.h"
#include "store/tables.h"

/* Instructions of SQLite's machine: a few hundred rows. */
#define INTERRUPT_STEPS 5000

/* Of the WAL that one commit, which somebody waits for, writes into the file: 3 to 4 ms. SQLite's
 * own 1,000 took 30, and more time in all, since each page is looked for in the WAL first. */
#define CHECKPOINT_PAGES 128

static enum muster_error
code_of(int result)
{
	switch (result & 0xff) { /* the primary code; the rest is detail */
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
	case SQLITE_ERROR: /* a table or a column is missing */
		return MUSTER_ERROR_INVALID;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return MUSTER_ERROR_FORBIDDEN;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return MUSTER_ERROR_BUSY;
	default:
		return MUSTER_ERROR_IO;
	}
}

bool
sqlite_fail(const struct sqlite *sqlite, const char *what, GError **error)
{
	int result = sqlite3_extended_errcode(sqlite->handle);
	if ((result & 0xff) == SQLITE_NOTADB)
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"%s is not an SQLite database", sqlite->path);
	else
		g_set_error(error, MUSTER_ERROR, code_of(result), "cannot %s %s: %s", what,
			sqlite->path, sqlite3_errmsg(sqlite->handle));
	return false;
}

static bool
fail_errno(const char *path, const char *what, GError **error)
{
	int number = errno;
	bool denied = number == EACCES || number == EPERM || number == EROFS;
	g_set_error(error, MUSTER_ERROR, denied ? MUSTER_ERROR_FORBIDDEN : MUSTER_ERROR_IO,
		"cannot %s the database %s: %s", what, path, g_strerror(number));
	return false;
}

/*
 * SQLite says "unable to open database file" for all of these. A file that is there is not
 * opened for it: to close it would take away the locks that another connection of this process
 * holds on it (fcntl(2)).
 */
static bool
check_file(const char *path, enum database_mode mode, GError **error)
{
	bool writes = mode == DATABASE_WRITE;
	const char *what = writes ? "write" : "read";
	int made = writes ? open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
	if (made >= 0)
		close(made);
	else if (writes && errno != EEXIST)
		return fail_errno(path, what, error);

	struct stat status;
	if (stat(path, &status) != 0 || access(path, writes ? R_OK | W_OK : R_OK) != 0)
		return fail_errno(path, what, error);
	if (!S_ISREG(status.st_mode))
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"%s is a directory or a device: expected a database's file", path);
	return S_ISREG(status.st_mode);
}

/*
 * A database that is kept in WAL mode and that nobody has open has no -wal file. To read it
 * SQLite would make one, and a -shm, and a reader could not remove them again. So such a file
 * is opened as an immutable one, and sqlite_has_changed() watches it by its looks.
 */
static bool
is_wal_at_rest(const char *path)
{
	g_autofree char *wal = g_strconcat(path, "-wal", NULL);
	unsigned char versions[2] = {0}; /* fileformat2.html, 1.3: to write, to read; 2 is WAL */
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	bool known = pread(file, versions, 2, 18) == 2;
	close(file);
	return known && versions[1] == 2 && access(wal, F_OK) != 0;
}

/* Whether the file at the path is the one that was opened; an immutable one also unchanged. */
static bool
looks_as_opened(const struct sqlite *sqlite)
{
	const struct stat *seen = &sqlite->seen;
	struct stat now;
	if (stat(sqlite->path, &now) != 0 || now.st_dev != seen->st_dev ||
		now.st_ino != seen->st_ino)
		return false;
	return !sqlite->immutable ||
	       (now.st_size == seen->st_size && now.st_mtim.tv_sec == seen->st_mtim.tv_sec &&
		       now.st_mtim.tv_nsec == seen->st_mtim.tv_nsec &&
		       is_wal_at_rest(sqlite->path));
}

static bool
connect_handle(struct sqlite *sqlite, enum database_mode mode, GError **error)
{
	g_autofree char *absolute = g_canonicalize_filename(sqlite->path, NULL);
	g_autofree char *uri = g_filename_to_uri(absolute, NULL, error);
	if (uri == NULL)
		return false;
	g_autofree char *name = g_strconcat(uri, sqlite->immutable ? "?immutable=1" : "", NULL);
	int flags = mode == DATABASE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
					   : SQLITE_OPEN_READONLY;
	/* One thread at a time uses a connection, so SQLite needs no lock of its own. */
	flags |= SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (sqlite3_open_v2(name, &sqlite->handle, flags, NULL) != SQLITE_OK)
		return sqlite_fail(sqlite, "open", error);

	sqlite3_busy_timeout(sqlite->handle, SQLITE_BUSY_MS);
	sqlite3_db_config(sqlite->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(sqlite->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(sqlite->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	return true;
}

/* Where it fails, no file looks as the one that was opened. */
static bool
open_handle(struct sqlite *sqlite, enum database_mode mode, GError **error)
{
	if (stat(sqlite->path, &sqlite->seen) != 0)
		sqlite->seen = (struct stat){0};
	sqlite->immutable = mode == DATABASE_READ && is_wal_at_rest(sqlite->path);
	bool opened = connect_handle(sqlite, mode, error);
	if (!opened)
		sqlite->seen = (struct stat){0};
	return opened;
}

static void
close_handle(struct sqlite *sqlite)
{
	g_hash_table_remove_all(sqlite->statements);
	sqlite3_close(g_steal_pointer(&sqlite->handle));
}

static bool
read_version(struct sqlite *sqlite, int64_t *version, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(&sqlite->base, "PRAGMA data_version", NULL, 0);
	if (statement_next(row))
		*version = statement_get_integer(row, 0).value;
	return statement_check(row, error);
}

static void
sqlite_close(struct database *database)
{
	struct sqlite *sqlite = (struct sqlite *)database;
	close_handle(sqlite);
	g_hash_table_unref(sqlite->statements);
	g_clear_pointer(&sqlite->lock, lock_free); /* last: the files are closed by now */
	g_free(sqlite->path);
	g_free(sqlite);
}

static bool
sqlite_has_changed(struct database *database)
{
	struct sqlite *sqlite = (struct sqlite *)database;
	if (sqlite->lock != NULL)
		return false; /* nobody else writes */
	int64_t version = sqlite->version;
	if (looks_as_opened(sqlite) && read_version(sqlite, &version, NULL)) {
		bool changed = version != sqlite->version;
		sqlite->version = version;
		return changed;
	}
	/* Another file is there, or none that can be read: the reader that comes next says so. */
	close_handle(sqlite);
	if (open_handle(sqlite, DATABASE_READ, NULL))
		read_version(sqlite, &sqlite->version, NULL);
	return true;
}

static void
sqlite_set_interrupt(struct database *database)
{
	struct sqlite *sqlite = (struct sqlite *)database;
	sqlite3_progress_handler(sqlite->handle, INTERRUPT_STEPS, database->is_interrupted,
		database->interrupt_data);
}

static bool
sqlite_compare_case(struct database *database, const char *table, const char *column,
	bool *caseless, GError **error)
{
	*caseless = false; /* BINARY is the collation of columns that name none */
	return true;
}

static bool
execute(struct sqlite *sqlite, const char *sql, const char *what, GError **error)
{
	if (sqlite3_exec(sqlite->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return sqlite_fail(sqlite, what, error);
}

static bool
sqlite_execute(struct database *database, const char *sql, GError **error)
{
	return execute((struct sqlite *)database, sql, "write", error);
}

/* The file may be another by now. */
static bool
sqlite_attach(struct database *database, GError **error)
{
	struct sqlite *sqlite = (struct sqlite *)database;
	if (sqlite->lock != NULL || looks_as_opened(sqlite))
		return true;
	close_handle(sqlite);
	return open_handle(sqlite, DATABASE_READ, error);
}

static bool
sqlite_begin(struct database *database, enum database_mode mode, GError **error)
{
	struct sqlite *sqlite = (struct sqlite *)database;
	if (mode == DATABASE_WRITE)
		return execute(sqlite, "BEGIN IMMEDIATE", "write", error);
	return sqlite_attach(database, error) && execute(sqlite, "BEGIN", "read", error);
}

static bool
sqlite_commit(struct database *database, GError **error)
{
	return execute((struct sqlite *)database, "COMMIT", "write", error);
}

static void
sqlite_rollback(struct database *database)
{
	struct sqlite *sqlite = (struct sqlite *)database;
	if (!sqlite3_get_autocommit(sqlite->handle))
		sqlite3_exec(sqlite->handle, "ROLLBACK", NULL, NULL, NULL);
}

static struct sqlite *sqlite_new(const char *path);

/* A file in the looks of which this one trusts is opened without another look: to open and close
 * it would take away the locks that this process holds on it (fcntl(2)). */
static struct sqlite *
open_twin(const struct sqlite *of)
{
	struct sqlite *twin = sqlite_new(of->path);
	twin->immutable = of->immutable;
	twin->seen = of->seen;
	if (connect_handle(twin, DATABASE_READ, NULL) &&
		sqlite3_busy_timeout(twin->handle, 0) == SQLITE_OK &&
		read_version(twin, &twin->version, NULL))
		return twin;
	sqlite_close(&twin->base);
	return NULL;
}

static bool
begin_twin(struct sqlite *twin)
{
	int64_t version = -1;
	return execute(twin, "BEGIN", "read", NULL) && read_version(twin, &version, NULL) &&
	       version == twin->version;
}

/* A twin that has seen the same version before and after this transaction began sees what it
 * sees: a version tells whether another connection has written. */
static bool
sqlite_open_twins(struct database *database, struct database **twins, unsigned n)
{
	struct sqlite *sqlite = (struct sqlite *)database;
	g_autoptr(GPtrArray) opened = g_ptr_array_new_with_free_func((GDestroyNotify)sqlite_close);
	for (unsigned i = 0; i < n; i++) {
		struct sqlite *twin = open_twin(sqlite);
		if (twin == NULL)
			return false;
		g_ptr_array_add(opened, twin);
	}
	int64_t version = -1;
	if (!looks_as_opened(sqlite) || !read_version(sqlite, &version, NULL))
		return false;
	for (unsigned i = 0; i < n; i++)
		if (!begin_twin(opened->pdata[i]))
			return false;
	memcpy(twins, opened->pdata, n * sizeof(*twins));
	g_ptr_array_set_free_func(opened, NULL);
	return true;
}

static const struct database_ops sqlite_ops = {
	.tries = 1, /* SQLITE_BUSY_MS has passed by then */
	.tables = "SELECT name FROM sqlite_schema",
	.columns = "SELECT name FROM pragma_table_info(?1)",
	.walk_hint = " NOT INDEXED",
	.schema = tables_sqlite,
	.close = sqlite_close,
	.has_changed = sqlite_has_changed,
	.compare_case = sqlite_compare_case,
	.set_interrupt = sqlite_set_interrupt,
	.open_twins = sqlite_open_twins,
	.execute = sqlite_execute,
	.attach = sqlite_attach,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.open = sqlite_rows_open,
	.stream = sqlite_rows_stream,
	.close_rows = sqlite_rows_close,
	.next = sqlite_rows_next,
	.get_integer = sqlite_rows_get_integer,
	.get_moment = sqlite_rows_get_moment,
	.get_text = sqlite_rows_get_text,
	.count_changes = sqlite_count_changes,
	.get_new_id = sqlite_get_new_id,
};

static bool
open_file(struct sqlite *sqlite, enum database_mode mode, GError **error)
{
	if (mode == DATABASE_WRITE) {
		sqlite->lock = lock_take(sqlite->path, error);
		if (sqlite->lock == NULL)
			return false;
	}
	/* Reading the version is the first look at the file: tells whether it is a database. */
	if (!check_file(sqlite->path, mode, error) || !open_handle(sqlite, mode, error) ||
		!read_version(sqlite, &sqlite->version, error))
		return false;
	/* With WAL and NORMAL a commit survives the death of the process at any moment. */
	return mode == DATABASE_READ ||
	       execute(sqlite,
		       "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
		       "PRAGMA wal_autocheckpoint = " G_STRINGIFY(CHECKPOINT_PAGES),
		       "write", error);
}

static struct sqlite *
sqlite_new(const char *path)
{
	struct sqlite *sqlite = g_new0(struct sqlite, 1);
	sqlite->path = g_strdup(path);
	sqlite->base = (struct database){.ops = &sqlite_ops, .name = sqlite->path};
	sqlite->statements = sqlite_statements_new();
	return sqlite;
}

struct database *
sqlite_open(const char *path, enum database_mode mode, GError **error)
{
	struct sqlite *sqlite = sqlite_new(path);
	if (open_file(sqlite, mode, error))
		return &sqlite->base;
	sqlite_close(&sqlite->base);
	return NULL;
}
