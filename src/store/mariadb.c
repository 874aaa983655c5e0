/* SPDX-License-Identifier: Apache-2.0 */
#include "store/mariadb.h"

#include <string.h>

#include "base/error.h"
#include "store/mariadb_private.h"
#include "store/tables.h"

/* A transaction is begun this often where it meets deadlocks or locks that stay. */
#define TRIES 3

/* s after which the server ends a connection that says nothing, and with it the lock of a
 * server that it can't reach any more. The publisher looks far more often than this. */
#define IDLE_TIMEOUT 120

/*
 * What tells that Nova has written, at little cost: services and compute_nodes are small, and of
 * instances both are indexed. A row's time has whole seconds and comes from the clock of its
 * host, so what is as young as this may get another change with the same time.
 */
#define YOUNG "15"
#define LOOK_AT(table, more)                                                                       \
	"SELECT CONCAT_WS(' ', max(id), max(updated_at)" more                                      \
	"), max(updated_at) > UTC_TIMESTAMP() - INTERVAL " YOUNG " SECOND FROM " table
#define COUNTS ", count(*), sum(deleted <> 0)"
#define LOOK                                                                                       \
	LOOK_AT("services", COUNTS)                                                                \
	" UNION ALL " LOOK_AT("compute_nodes", COUNTS) " UNION ALL " LOOK_AT("instances", "")

static bool
is_connected(const struct mariadb *mariadb)
{
	return mariadb->handle != NULL && !mariadb->lost;
}

static void
disconnect(struct mariadb *mariadb)
{
	g_hash_table_remove_all(mariadb->statements);
	g_clear_pointer(&mariadb->handle, mysql_close);
	g_clear_pointer(&mariadb->seen, g_free);
	mariadb->lost = false;
}

static bool
run(struct mariadb *mariadb, const char *sql, const char *what, GError **error)
{
	if (mysql_query(mariadb->handle, sql) == 0)
		return true;
	return mariadb_fail(
		mariadb, mysql_errno(mariadb->handle), mysql_error(mariadb->handle), what, error);
}

static void
set_options(struct mariadb *mariadb)
{
	const struct mariadb_url *url = mariadb->url;
	MYSQL *handle = mariadb->handle;
	/* By its name libmariadb would take localhost for a socket; PyMySQL does not. */
	unsigned protocol = url->socket == NULL ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
	unsigned no_files = 0;
	mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);
	mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &mariadb->timeout);
	mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &mariadb->timeout);
	mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &mariadb->timeout);
	mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &no_files);
	mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (!url->tls)
		return;
	my_bool enforce = 1, check_hostname = url->tls_check_hostname;
	mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &enforce);
	mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &check_hostname);
	mysql_ssl_set(
		handle, url->tls_key, url->tls_cert, url->tls_ca, url->tls_capath, url->tls_cipher);
}

/* The last column of the first row; an empty text for none. */
static bool
ask(struct mariadb *mariadb, const char *sql, char **answer, GError **error)
{
	if (!run(mariadb, sql, "connect to", error))
		return false;
	MYSQL_RES *result = mysql_store_result(mariadb->handle);
	MYSQL_ROW row = result == NULL ? NULL : mysql_fetch_row(result);
	const char *last = row == NULL ? NULL : row[mysql_num_fields(result) - 1];
	*answer = g_strdup(last == NULL ? "" : last);
	mysql_free_result(result);
	return true;
}

static bool
take_lock(struct mariadb *mariadb, GError **error)
{
	g_autofree char *taken = NULL;
	g_autofree char *holder = NULL;
	if (!ask(mariadb, "SELECT GET_LOCK(CONCAT('muster:', DATABASE()), 0)", &taken, error))
		return false;
	if (g_str_equal(taken, "1"))
		return true;
	if (ask(mariadb, "SELECT IS_USED_LOCK(CONCAT('muster:', DATABASE()))", &holder, error))
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_BUSY,
			"the store %s is held by another server, the database's connection %s",
			mariadb->base.name, holder);
	return false;
}

static bool
set_up_session(struct mariadb *mariadb, GError **error)
{
	/* A lock is waited for less long than for the server's answer. */
	unsigned lock_timeout = MAX(mariadb->timeout, 2) - 1;
	g_autofree char *variables = g_strdup_printf(
		"SET SESSION autocommit = 1, time_zone = '+00:00', sql_mode = 'TRADITIONAL', "
		"wait_timeout = %d, lock_wait_timeout = %u, innodb_lock_wait_timeout = %u",
		IDLE_TIMEOUT, lock_timeout, lock_timeout);
	g_autofree char *galera = NULL;
	if (!run(mariadb, variables, "connect to", error) ||
		!run(mariadb, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
			"connect to", error) ||
		!ask(mariadb, "SHOW SESSION VARIABLES LIKE 'wsrep_on'", &galera, error))
		return false;
	if (g_ascii_strcasecmp(galera, "ON") == 0 &&
		!run(mariadb, "SET SESSION wsrep_sync_wait = 1", "connect to", error))
		return false;
	return mariadb->mode == DATABASE_WRITE
		       ? take_lock(mariadb, error)
		       : run(mariadb, "SET SESSION TRANSACTION READ ONLY", "connect to", error);
}

static bool
connect_anew(struct mariadb *mariadb, GError **error)
{
	const struct mariadb_url *url = mariadb->url;
	disconnect(mariadb);
	mariadb->connections++;
	mariadb->handle = mysql_init(NULL);
	set_options(mariadb);
	bool connected = mysql_real_connect(mariadb->handle, url->host, url->user, url->password,
				 url->database, url->port, url->socket, 0) != NULL;
	if (!connected)
		mariadb_fail(mariadb, mysql_errno(mariadb->handle), mysql_error(mariadb->handle),
			"connect to", error);
	if (connected && set_up_session(mariadb, error))
		return true;
	disconnect(mariadb);
	return false;
}

static void
mariadb_close(struct database *database)
{
	struct mariadb *mariadb = (struct mariadb *)database;
	disconnect(mariadb);
	g_hash_table_unref(mariadb->statements);
	mariadb_url_free(mariadb->url);
	g_free(mariadb->base.name);
	g_free(mariadb);
}

/* It is asked before each row. */
static void
mariadb_set_interrupt(struct database *database)
{
}

/* Two connections see one moment only where nobody can write in between, which takes a lock. */
static bool
mariadb_open_twins(struct database *database, struct database **twins, unsigned n)
{
	return false;
}

static bool
mariadb_execute(struct database *database, const char *sql, GError **error)
{
	return run((struct mariadb *)database, sql, "write", error);
}

static bool
mariadb_attach(struct database *database, GError **error)
{
	struct mariadb *mariadb = (struct mariadb *)database;
	return is_connected(mariadb) || connect_anew(mariadb, error);
}

static bool
mariadb_begin(struct database *database, enum database_mode mode, GError **error)
{
	struct mariadb *mariadb = (struct mariadb *)database;
	bool writes = mode == DATABASE_WRITE;
	const char *what = writes ? "write" : "read";
	const char *sql = writes ? "START TRANSACTION READ WRITE"
				 : "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
	if (is_connected(mariadb)) {
		g_autoptr(GError) failure = NULL;
		if (run(mariadb, sql, what, &failure))
			return true;
		if (!mariadb->lost) {
			g_propagate_error(error, g_steal_pointer(&failure));
			return false;
		}
	}
	return connect_anew(mariadb, error) && run(mariadb, sql, what, error);
}

static bool
mariadb_commit(struct database *database, GError **error)
{
	return run((struct mariadb *)database, "COMMIT", "write", error);
}

static void
mariadb_rollback(struct database *database)
{
	struct mariadb *mariadb = (struct mariadb *)database;
	if (is_connected(mariadb))
		run(mariadb, "ROLLBACK", "write", NULL);
}

static bool
mariadb_compare_case(struct database *database, const char *table, const char *column,
	bool *caseless, GError **error)
{
	g_autofree char *sql = g_strdup_printf(
		"SELECT collation_name FROM information_schema.columns "
		"WHERE table_schema = DATABASE() AND table_name = '%s' AND column_name = '%s'",
		table, column);
	g_autofree char *collation = NULL;
	if (!ask((struct mariadb *)database, sql, &collation, error))
		return false;
	*caseless = strstr(collation, "_ci") != NULL;
	return true;
}

/* What a look at the tables gives. */
struct look {
	struct database *database;
	GString *seen;
	bool young;
};

static bool
look(void *data, GError **error)
{
	struct look *look = data;
	g_string_truncate(look->seen, 0);
	CLEANUP(statement_free)
	struct statement *row = statement_new(look->database, LOOK, NULL, 0);
	while (statement_next(row)) {
		g_string_append_printf(look->seen, "%s, ", statement_get_text(row, 0));
		look->young |= statement_get_integer(row, 1).value != 0;
	}
	return statement_check(row, error);
}

/* Of a store of Muster's own, whether the connection with the lock is another one: somebody may
 * have had it meanwhile. */
static bool
do_nothing(void *data, GError **error)
{
	return true;
}

static bool
mariadb_has_changed(struct database *database)
{
	struct mariadb *mariadb = (struct mariadb *)database;
	g_autoptr(GString) seen = g_string_new(NULL);
	struct look now = {database, seen, false};
	if (!database_read(
		    database, mariadb->mode == DATABASE_WRITE ? do_nothing : look, &now, NULL))
		return true; /* the reader that comes next says why */
	bool changed = now.young || g_strcmp0(mariadb->seen, seen->str) != 0;
	g_free(mariadb->seen);
	mariadb->seen = g_string_free(g_steal_pointer(&seen), FALSE);
	return changed;
}

static const struct database_ops mariadb_ops = {
	.tries = TRIES,
	.tables = "SELECT table_name FROM information_schema.tables "
		  "WHERE table_schema = DATABASE()",
	.columns = "SELECT column_name FROM information_schema.columns "
		   "WHERE table_schema = DATABASE() AND table_name = ?1",
	.walk_hint = " FORCE INDEX (PRIMARY)",
	.schema = tables_mariadb,
	.close = mariadb_close,
	.has_changed = mariadb_has_changed,
	.compare_case = mariadb_compare_case,
	.set_interrupt = mariadb_set_interrupt,
	.open_twins = mariadb_open_twins,
	.execute = mariadb_execute,
	.attach = mariadb_attach,
	.begin = mariadb_begin,
	.commit = mariadb_commit,
	.rollback = mariadb_rollback,
	.open = mariadb_rows_open,
	.stream = mariadb_rows_stream,
	.close_rows = mariadb_rows_close,
	.next = mariadb_rows_next,
	.get_integer = mariadb_rows_get_integer,
	.get_moment = mariadb_rows_get_moment,
	.get_text = mariadb_rows_get_text,
	.count_changes = mariadb_count_changes,
	.get_new_id = mariadb_get_new_id,
};

static char *
format_name(const struct mariadb_url *url)
{
	if (url->socket != NULL)
		return g_strdup_printf("%s on %s", url->database, url->socket);
	bool is_ipv6 = strchr(url->host, ':') != NULL;
	return g_strdup_printf(
		is_ipv6 ? "%s on [%s]:%u" : "%s on %s:%u", url->database, url->host, url->port);
}

struct database *
mariadb_open(
	const struct mariadb_url *url, enum database_mode mode, unsigned timeout, GError **error)
{
	struct mariadb *mariadb = g_new0(struct mariadb, 1);
	mariadb->base = (struct database){.ops = &mariadb_ops, .name = format_name(url)};
	mariadb->url = mariadb_url_copy(url);
	mariadb->mode = mode;
	mariadb->timeout = timeout;
	mariadb->statements = mariadb_statements_new();
	if (connect_anew(mariadb, error))
		return &mariadb->base;
	mariadb_close(&mariadb->base);
	return NULL;
}
