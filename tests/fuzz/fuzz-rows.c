/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a cell's database that hold anything: one value goes into one column of a row of
 * each of the three tables, and all is read, put together and asked for. The rows beside come
 * out whole. The first byte tells the column, the second the type, the rest is the value.
 */
#include "fuzz.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>

#include "model/inventory.h"
#include "nova/cell_query.h"
#include "nova/cell_reader.h"
#include "nova/cloud_rows.h"

#define NOW INT64_C(1793491200000000)

/* Without types, so that a column takes what comes; but no host has two services of a kind. */
static const char tables[] =
	"CREATE TABLE services (id INTEGER PRIMARY KEY, uuid, host, `binary`, disabled, "
	"disabled_reason, forced_down, created_at, updated_at, last_seen_up, deleted, "
	"UNIQUE (host, `binary`, deleted));"
	"CREATE TABLE compute_nodes (id INTEGER PRIMARY KEY, uuid, host, hypervisor_hostname, "
	"hypervisor_type, hypervisor_version, host_ip, cpu_info, vcpus, vcpus_used, memory_mb, "
	"memory_mb_used, local_gb, local_gb_used, free_ram_mb, free_disk_gb, "
	"disk_available_least, current_workload, running_vms, stats, created_at, updated_at, "
	"deleted);"
	"CREATE TABLE instances (id INTEGER PRIMARY KEY, uuid, host, display_name, hostname, "
	"created_at, updated_at, deleted);";
static const char rows[] =
	"DELETE FROM services; DELETE FROM compute_nodes; DELETE FROM instances;"
	"INSERT INTO services (id, host, `binary`, disabled, deleted) VALUES "
	"(1, 'h1', 'nova-compute', 0, 0), (2, 'h2', 'nova-compute', 0, 0);"
	"INSERT INTO compute_nodes (id, uuid, host, hypervisor_hostname, vcpus, deleted) VALUES "
	"(1, 'u1', 'h1', 'n1', 1, 0), (2, 'u2', 'h2', 'n2', 2, 0);"
	"INSERT INTO instances (id, uuid, host, display_name, deleted) VALUES "
	"(1, 'i1', 'h2', 'i1', 0), (2, 'i2', 'h2', 'i2', 0)";

static const char *const columns[][2] = {
	{"services", "uuid"},
	{"services", "host"},
	{"services", "binary"},
	{"services", "disabled"},
	{"services", "disabled_reason"},
	{"services", "forced_down"},
	{"services", "created_at"},
	{"services", "last_seen_up"},
	{"services", "deleted"},
	{"compute_nodes", "uuid"},
	{"compute_nodes", "host"},
	{"compute_nodes", "hypervisor_hostname"},
	{"compute_nodes", "hypervisor_type"},
	{"compute_nodes", "hypervisor_version"},
	{"compute_nodes", "host_ip"},
	{"compute_nodes", "cpu_info"},
	{"compute_nodes", "vcpus"},
	{"compute_nodes", "free_disk_gb"},
	{"compute_nodes", "running_vms"},
	{"compute_nodes", "stats"},
	{"compute_nodes", "updated_at"},
	{"compute_nodes", "deleted"},
	{"instances", "uuid"},
	{"instances", "host"},
	{"instances", "display_name"},
	{"instances", "updated_at"},
	{"instances", "deleted"},
};

/* Kept from one input to the next. */
static struct place {
	char *directory;
	char *path;
	char *url;
	sqlite3 *handle;
	struct database *database;
} place;

static void
execute(const char *sql)
{
	g_assert_cmpint(sqlite3_exec(place.handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

static void
close_place(void)
{
	database_close(place.database);
	sqlite3_close(place.handle);
	g_remove(place.path);
	g_rmdir(place.directory);
	g_free(place.directory);
	g_free(place.path);
	g_free(place.url);
}

static void
open_place(void)
{
	place.directory = g_dir_make_tmp("muster-fuzz-XXXXXX", NULL);
	place.path = g_build_filename(place.directory, "cell1.db", NULL);
	place.url = g_strconcat("sqlite:///", place.path, NULL);
	g_assert_cmpint(sqlite3_open(place.path, &place.handle), ==, SQLITE_OK);
	execute("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
	execute(tables);
	place.database = database_open(place.url, DATABASE_READ, 1, NULL);
	g_assert_nonnull(place.database);
	atexit(close_place);
}

static void
bind(sqlite3_stmt *statement, uint8_t type, const uint8_t *value, size_t size)
{
	g_autofree char *text = g_strndup((const char *)value, size);
	switch (type % 4) {
	case 0:
		sqlite3_bind_text(statement, 1, (const char *)value, (int)size, SQLITE_TRANSIENT);
		break;
	case 1:
		sqlite3_bind_blob(statement, 1, value, (int)size, SQLITE_TRANSIENT);
		break;
	case 2:
		sqlite3_bind_int64(statement, 1, g_ascii_strtoll(text, NULL, 10));
		break;
	case 3:
		sqlite3_bind_double(statement, 1, g_ascii_strtod(text, NULL));
		break;
	}
}

/* Puts the value into the first row. */
static void
write_row(const uint8_t *data, size_t size)
{
	const char *const *column = columns[data[0] % G_N_ELEMENTS(columns)];
	g_autofree char *sql = g_strdup_printf(
		"UPDATE OR IGNORE %s SET `%s` = ?1 WHERE id = 1", column[0], column[1]);
	sqlite3_stmt *statement;
	execute("BEGIN");
	execute(rows);
	g_assert_cmpint(sqlite3_prepare_v2(place.handle, sql, -1, &statement, NULL), ==, SQLITE_OK);
	bind(statement, data[1], data + 2, size - 2);
	g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_DONE);
	sqlite3_finalize(statement);
	execute("COMMIT");
}

static void
check_second(const struct node_columns *node, const struct service *service,
	const struct servers *servers)
{
	g_assert_cmpint(node->id, ==, 2);
	g_assert_cmpstr(node->hypervisor_hostname, ==, "n2");
	g_assert_cmpint(node->vcpus, ==, 2);
	g_assert_cmpint(service_get_id(service), ==, 2);
	size_t size = servers_get_size(servers);
	g_assert_cmpuint(size, >=, 1);
	g_assert_cmpstr(servers_get_name(servers, size - 1), ==, "i2");
}

static GHashTable *
make_mappings(void)
{
	static int64_t cell = 1;
	GHashTable *mappings = g_hash_table_new(g_str_hash, g_str_equal);
	g_hash_table_insert(mappings, "h1", &cell);
	g_hash_table_insert(mappings, "h2", &cell);
	return mappings;
}

/* What two readings and a comparison make of it. */
static void
read_all(void)
{
	const struct cell_mapping mapping = {1, "u", "cell1", place.url, NULL};
	CLEANUP(cell_reader_free)
	struct cell_reader *reader =
		cell_reader_new(&(struct cell_reader_options){&mapping, NULL, 1});
	CLEANUP(inventory_free) struct inventory *inventory = inventory_new(60);
	CLEANUP(cloud_rows_free) struct cloud_rows *all = cloud_rows_new(inventory, false);
	g_autoptr(GHashTable) mappings = make_mappings();
	cloud_rows_set_mappings(all, mappings);
	bool last = false;
	for (unsigned i = 0; i < 2 || !last; i++) {
		struct cell_delta *delta = i < 2 ? cell_reader_read(reader, true, NOW, NULL)
						 : cell_reader_compare(reader, &last, NULL);
		g_assert_nonnull(delta);
		cloud_rows_take_delta(all, delta, NOW);
		cloud_rows_publish(all, NOW);
	}
	CLEANUP(snapshot_unref) struct snapshot *snapshot = inventory_get_snapshot(inventory);
	size_t slot = snapshot_find_id(snapshot, 2);
	g_assert_cmpuint(slot, !=, SNAPSHOT_NONE);
	const struct hypervisor *second = snapshot_get(snapshot, slot);
	check_second(hypervisor_get_columns(second), hypervisor_get_service(second),
		hypervisor_get_servers(second));
}

static void
ask(void)
{
	const struct cell_place cell = {place.database, 1, NULL, false};
	g_autoptr(GPtrArray) queries =
		g_ptr_array_new_with_free_func((GDestroyNotify)cell_query_free);
	for (int64_t id = 1; id <= 2; id++) {
		struct cell_query *query = g_new0(struct cell_query, 1);
		query->id = id;
		query->servers = true;
		g_ptr_array_add(queries, query);
	}
	g_assert_true(cell_query_run(&cell, queries, NULL));
	const struct cell_query *second = queries->pdata[1];
	check_second(node_get_columns(second->node), second->compute, second->list);
}

static GLogWriterOutput
say_nothing(GLogLevelFlags level, const GLogField *fields, gsize size, gpointer data)
{
	return G_LOG_WRITER_HANDLED;
}

/* A BLOB of the second row's host is another value to SQLite's UNIQUE, which would keep the text
 * out, and the same host to Muster: the first row is one of the second's host then, and spoils
 * nothing. */
static bool
is_second_host(const uint8_t *data, size_t size)
{
	static const char host[] = "h2";
	return data[1] % 4 == 1 && size - 2 == strlen(host) &&
	       memcmp(data + 2, host, strlen(host)) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || is_second_host(data, size))
		return 0;
	if (place.url == NULL) {
		g_log_set_writer_func(say_nothing, NULL, NULL);
		open_place();
	}
	write_row(data, size);
	read_all();
	ask();
	return 0;
}
