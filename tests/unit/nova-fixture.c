/* SPDX-License-Identifier: Apache-2.0 */
#include "nova-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "store/tables.h"

#define LONG_AGO "'2026-01-01 00:00:00'"

/* As Nova has them (nova/db/api/models.py), but for what is not read. */
#define API_TABLES                                                                                 \
	"CREATE TABLE cell_mappings (id INTEGER PRIMARY KEY, uuid VARCHAR(36) UNIQUE, "            \
	"name VARCHAR(255), transport_url TEXT, database_connection TEXT, disabled BOOLEAN);"      \
	"CREATE TABLE host_mappings (id INTEGER PRIMARY KEY, cell_id INTEGER NOT NULL, "           \
	"host VARCHAR(255) UNIQUE);"                                                               \
	"CREATE TABLE aggregates (id INTEGER PRIMARY KEY, created_at DATETIME, "                   \
	"updated_at DATETIME, uuid VARCHAR(36), name VARCHAR(255));"                               \
	"CREATE TABLE aggregate_hosts (id INTEGER PRIMARY KEY, host VARCHAR(255), "                \
	"aggregate_id INTEGER);"                                                                   \
	"CREATE TABLE aggregate_metadata (id INTEGER PRIMARY KEY, aggregate_id INTEGER, "          \
	"`key` VARCHAR(255), value VARCHAR(255));"

void
nova_set_up(struct nova *nova, const void *data)
{
	g_autoptr(GError) error = NULL;
	nova->directory = g_dir_make_tmp("muster-nova-XXXXXX", &error);
	g_assert_no_error(error);
	nova_execute(nova, "api", "%s", API_TABLES);
}

void
nova_tear_down(struct nova *nova, const void *data)
{
	g_autoptr(GDir) directory = g_dir_open(nova->directory, 0, NULL);
	const char *name;
	while ((name = g_dir_read_name(directory)) != NULL) {
		g_autofree char *path = g_build_filename(nova->directory, name, NULL);
		g_remove(path);
	}
	g_assert_cmpint(g_rmdir(nova->directory), ==, 0);
	g_free(nova->directory);
}

static char *
format_path(const struct nova *nova, const char *database)
{
	return g_strdup_printf("%s/%s.db", nova->directory, database);
}

char *
nova_format_url(const struct nova *nova, const char *database)
{
	g_autofree char *path = format_path(nova, database);
	return g_strconcat("sqlite:///", path, NULL);
}

void
nova_execute(const struct nova *nova, const char *database, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *statements = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_autofree char *sql =
		g_strconcat("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN;",
			statements, ";COMMIT", NULL);
	g_autofree char *path = format_path(nova, database);
	char *trouble = NULL;
	sqlite3 *handle;
	g_assert_cmpint(sqlite3_open(path, &handle), ==, SQLITE_OK);
	sqlite3_busy_timeout(handle, 10000);
	sqlite3_exec(handle, sql, NULL, NULL, &trouble);
	g_assert_cmpstr(trouble, ==, NULL);
	g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
}

struct cell_mapping *
nova_make_mapping(const struct nova *nova, int64_t cell)
{
	g_autofree char *name = g_strdup_printf("cell%" G_GINT64_FORMAT, cell);
	const struct cell_mapping mapping = {
		.id = cell,
		.uuid = name,
		.name = name,
		.database_url = nova_format_url(nova, name),
	};
	struct cell_mapping *copy = cell_mapping_copy(&mapping);
	g_free(mapping.database_url);
	return copy;
}

void
nova_add_cell(const struct nova *nova, int64_t cell)
{
	CLEANUP(cell_mapping_free) struct cell_mapping *mapping = nova_make_mapping(nova, cell);
	g_autofree char *tables = g_strjoinv(";", (char **)tables_sqlite);
	nova_execute(nova, mapping->name, "%s", tables);
	nova_execute(nova, "api",
		"INSERT INTO cell_mappings VALUES (%" G_GINT64_FORMAT
		", '%s', '%s', NULL, '%s', 0)",
		cell, mapping->uuid, mapping->name, mapping->database_url);
}

/* The uuid of node n of a cell; the caller frees it. */
static char *
format_uuid(int64_t cell, unsigned n)
{
	return g_strdup_printf("c%d000000-0000-4000-8000-%012u", (int)cell, n);
}

void
nova_add_host(const struct nova *nova, int64_t cell, unsigned n)
{
	g_autofree char *database = g_strdup_printf("cell%" G_GINT64_FORMAT, cell);
	g_autofree char *uuid = format_uuid(cell, n);
	nova_execute(nova, database,
		"INSERT INTO services (created_at, id, host, `binary`, topic, report_count, "
		"disabled, deleted, last_seen_up, uuid) VALUES (" LONG_AGO
		", %u, 'cmp-%02u', 'nova-compute', 'compute', 0, 0, 0, " LONG_AGO ", 's-%u');"
		"INSERT INTO compute_nodes (created_at, id, vcpus, memory_mb, local_gb, "
		"vcpus_used, memory_mb_used, local_gb_used, hypervisor_type, hypervisor_version, "
		"cpu_info, hypervisor_hostname, deleted, host, uuid) VALUES (" LONG_AGO
		", %u, 8, 1024, 10, 0, 0, 0, 'QEMU', 1, '', 'cmp-%02u', 0, 'cmp-%02u', '%s')",
		n, n, n, n, n, n, uuid);
	nova_execute(nova, "api",
		"INSERT OR IGNORE INTO host_mappings (cell_id, host) VALUES (%d, 'cmp-%02u')",
		(int)cell, n);
}

void
nova_add_instance(const struct nova *nova, int64_t cell, unsigned id, const char *host)
{
	g_autofree char *database = g_strdup_printf("cell%" G_GINT64_FORMAT, cell);
	nova_execute(nova, database,
		"INSERT INTO instances (created_at, id, host, uuid, display_name, deleted) "
		"VALUES (" LONG_AGO ", %u, '%s', 'u%u', 'i%u', 0)",
		id, host, id, id);
}
