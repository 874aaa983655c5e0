/* SPDX-License-Identifier: Apache-2.0 */
#include "store-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

void
fixture_set_up(struct fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	fixture->directory = g_dir_make_tmp("muster-store-XXXXXX", &error);
	g_assert_no_error(error);
	fixture->path = g_build_filename(fixture->directory, "muster.db", NULL);
	fixture->url = g_strconcat("sqlite:///", fixture->path, NULL);
	fixture->now = START;
}

static GPtrArray *
list_directory(struct fixture *fixture)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) directory = g_dir_open(fixture->directory, 0, NULL);
	const char *name;
	while ((name = g_dir_read_name(directory)) != NULL)
		g_ptr_array_add(names, g_strdup(name));
	return names;
}

void
fixture_tear_down(struct fixture *fixture, const void *data)
{
	fixture_close(fixture);
	g_autoptr(GPtrArray) names = list_directory(fixture);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(fixture->directory, names->pdata[i], NULL);
		g_remove(path);
	}
	g_assert_cmpint(g_rmdir(fixture->directory), ==, 0);
	g_free(fixture->directory);
	g_free(fixture->path);
	g_free(fixture->url);
}

static struct store *
open_store(struct fixture *fixture, enum store_access access, GError **error)
{
	return store_open(
		&(struct store_options){
			.url = fixture->url,
			.access = access,
			.instance_name_template = "instance-%08x",
			.server_name_is_domain = access == STORE_WRITE,
			.down_time = DOWN_TIME,
		},
		error);
}

void
fixture_open(struct fixture *fixture, enum store_access access)
{
	g_autoptr(GError) error = NULL;
	fixture->store = open_store(fixture, access, &error);
	g_assert_no_error(error);
	g_assert_nonnull(fixture->store);
}

GError *
fixture_fail_to_open(struct fixture *fixture, enum store_access access)
{
	GError *error = NULL;
	g_assert_null(open_store(fixture, access, &error));
	g_assert_nonnull(error);
	return error;
}

void
fixture_close(struct fixture *fixture)
{
	g_clear_pointer(&fixture->store, store_close);
}

void
fixture_make_foreign(struct fixture *fixture)
{
	fixture_open(fixture, STORE_WRITE);
	fixture_close(fixture);
	fixture_execute(fixture, "DROP TABLE muster_guests; DROP TABLE muster_hosts; "
				 "DROP TABLE muster_meta; PRAGMA journal_mode = DELETE");
	g_autofree char *lock = g_strconcat(fixture->path, ".lock", NULL);
	g_remove(lock);
}

void
fixture_execute(struct fixture *fixture, const char *sql)
{
	sqlite3 *handle;
	char *trouble = NULL;
	g_assert_cmpint(sqlite3_open(fixture->path, &handle), ==, SQLITE_OK);
	sqlite3_busy_timeout(handle, 5000);
	sqlite3_exec(handle, sql, NULL, NULL, &trouble);
	g_assert_cmpstr(trouble, ==, NULL);
	g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
}

char *
fixture_select(struct fixture *fixture, const char *sql)
{
	sqlite3 *handle;
	sqlite3_stmt *row;
	g_assert_cmpint(sqlite3_open(fixture->path, &handle), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_prepare_v2(handle, sql, -1, &row, NULL), ==, SQLITE_OK);
	char *text = NULL;
	if (sqlite3_step(row) == SQLITE_ROW)
		text = g_strdup((const char *)sqlite3_column_text(row, 0));
	g_assert_cmpint(sqlite3_finalize(row), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_close(handle), ==, SQLITE_OK);
	return text;
}

char *
fixture_digest(struct fixture *fixture)
{
	g_autofree char *bytes = NULL;
	gsize length;
	g_assert_true(g_file_get_contents(fixture->path, &bytes, &length, NULL));
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const unsigned char *)bytes, length);
}

static int
compare_text(const void *a, const void *b)
{
	return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

static char *
join_sorted(GPtrArray *names)
{
	g_ptr_array_sort(names, compare_text);
	g_ptr_array_add(names, NULL);
	return g_strjoinv(" ", (char **)names->pdata);
}

char *
fixture_list_directory(struct fixture *fixture)
{
	g_autoptr(GPtrArray) names = list_directory(fixture);
	return join_sorted(names);
}

struct report *
make_report(
	struct fixture *fixture, const char *connection, const char *machine, const char *hostname)
{
	struct report *report = report_new(connection, fixture->now);
	report->machine_uuid = g_strdup(machine);
	report->hypervisor_hostname = g_strdup(hostname);
	report->hypervisor_type = g_strdup("QEMU");
	report->hypervisor_version = NULLABLE(8002002);
	report->host_ip = g_strdup("192.0.2.1");
	report->cpu_info = g_strdup("{\"arch\": \"x86_64\"}");
	report->vcpus = NULLABLE(8);
	report->vcpus_used = NULLABLE(0);
	report->memory_mb = NULLABLE(16384);
	report->memory_mb_used = NULLABLE(512);
	report->free_ram_mb = NULLABLE(15872);
	report->local_gb = NULLABLE(100);
	report->local_gb_used = NULLABLE(10);
	report->free_disk_gb = NULLABLE(90);
	report->running_vms = NULLABLE(0);
	report->guests = g_ptr_array_new_with_free_func((GDestroyNotify)guest_free);
	return report;
}

void
add_guest(struct report *report, const char *uuid, const char *name, enum guest_state state)
{
	g_ptr_array_add(report->guests, guest_new(uuid, name, state, 2, 2048));
}

struct store_written *
write_report(struct fixture *fixture, struct report *report)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) reports = g_ptr_array_new_with_free_func((GDestroyNotify)report_free);
	g_ptr_array_add(reports, report);
	struct store_written *written =
		store_write_reports(fixture->store, reports, fixture->now, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(written->verdicts->len, ==, 1);
	return written;
}

enum store_outcome
write_for_outcome(struct fixture *fixture, struct report *report)
{
	CLEANUP(store_written_free) struct store_written *written = write_report(fixture, report);
	return g_array_index(written->verdicts, struct store_verdict, 0).outcome;
}

char *
format_changed(const struct store_written *written)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GHashTableIter iter;
	gpointer name;
	g_hash_table_iter_init(&iter, written->changed);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		g_ptr_array_add(names, name);
	return join_sorted(names);
}
