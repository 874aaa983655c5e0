/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening stores of every kind, and what is read from them.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/error.h"
#include "store-fixture.h"
#include "store/lock.h"
#include "store/url.h"

static void
test_url_names_a_file(void)
{
	static const struct {
		const char *url;
		const char *path; /* NULL: refused */
	} cases[] = {
		{"sqlite:////var/lib/muster/muster.db", "/var/lib/muster/muster.db"},
		{"sqlite:///muster.db", "muster.db"},
		{"sqlite+pysqlite:////a/b.db?timeout=5", "/a/b.db"},
		{"sqlite://", NULL},
		{"sqlite:///", NULL},
		{"sqlite:///:memory:", NULL},
		{"sqlite://host/path", NULL},
		{"mysql+pymysql://nova:secret@db/nova", NULL},
		{"/var/lib/muster.db", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *path = url_get_sqlite_path(cases[i].url, &error);
		g_assert_cmpstr(path, ==, cases[i].path);
		if (path != NULL)
			continue;
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_assert_nonnull(strstr(error->message, "expected sqlite:///"));
		g_assert_null(strstr(error->message, "secret"));
	}
}

static void
test_makes_its_tables_once(struct fixture *fixture, const void *data)
{
	fixture_open(fixture, STORE_WRITE);
	g_assert_true(store_is_own(fixture->store));
	g_autofree char *uuid = fixture_select(
		fixture, "SELECT value FROM muster_meta WHERE name = 'installation_uuid'");
	g_assert_true(g_uuid_string_is_valid(uuid));
	assert_select(fixture, "PRAGMA journal_mode", "wal");
	fixture_close(fixture);

	fixture_open(fixture, STORE_WRITE);
	assert_select(
		fixture, "SELECT value FROM muster_meta WHERE name = 'installation_uuid'", uuid);
	g_autoptr(GPtrArray) hosts = store_read_all(fixture->store, NULL);
	g_assert_cmpuint(hosts->len, ==, 0);
}

static void
test_refuses_what_it_cannot_use(struct fixture *fixture, const void *data)
{
	g_autoptr(GError) missing = fixture_fail_to_open(fixture, STORE_READ);
	g_assert_error(missing, MUSTER_ERROR, MUSTER_ERROR_IO);
	g_assert_nonnull(strstr(missing->message, fixture->path));

	g_assert_true(g_file_set_contents(fixture->path, "These are words, not tables.", -1, NULL));
	for (int access = STORE_READ; access <= STORE_WRITE; access++) {
		g_autoptr(GError) words = fixture_fail_to_open(fixture, access);
		g_assert_error(words, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_assert_nonnull(strstr(words->message, "is not an SQLite database"));
	}
	g_remove(fixture->path);

	g_assert_cmpint(g_mkdir(fixture->path, 0700), ==, 0);
	g_autoptr(GError) directory = fixture_fail_to_open(fixture, STORE_WRITE);
	g_assert_error(directory, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	g_assert_nonnull(strstr(directory->message, "directory"));
	g_rmdir(fixture->path);

	g_assert_true(g_file_set_contents(fixture->path, "", 0, NULL));
	g_autoptr(GError) empty = fixture_fail_to_open(fixture, STORE_READ);
	g_assert_error(empty, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	g_assert_nonnull(strstr(empty->message, "services.id is missing in"));
}

static void
test_refuses_a_newer_schema(struct fixture *fixture, const void *data)
{
	fixture_open(fixture, STORE_WRITE);
	fixture_close(fixture);
	fixture_execute(
		fixture, "UPDATE muster_meta SET value = '2' WHERE name = 'schema_version'");
	g_autoptr(GError) newer = fixture_fail_to_open(fixture, STORE_WRITE);
	g_assert_error(newer, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED);

	fixture_execute(
		fixture, "UPDATE muster_meta SET value = 'two' WHERE name = 'schema_version'");
	g_autoptr(GError) word = fixture_fail_to_open(fixture, STORE_READ);
	g_assert_error(word, MUSTER_ERROR, MUSTER_ERROR_INVALID);
}

static void
test_names_a_missing_column(struct fixture *fixture, const void *data)
{
	fixture_make_foreign(fixture);
	fixture_execute(fixture, "ALTER TABLE compute_nodes RENAME COLUMN running_vms TO guests");
	g_autoptr(GError) error = fixture_fail_to_open(fixture, STORE_READ);
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	g_assert_nonnull(strstr(error->message, "compute_nodes.running_vms is missing in"));
}

static void
test_does_not_write_a_foreign_database(struct fixture *fixture, const void *data)
{
	fixture_make_foreign(fixture);
	g_autofree char *before = fixture_digest(fixture);
	g_autoptr(GError) error = fixture_fail_to_open(fixture, STORE_WRITE);
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_FORBIDDEN);
	g_assert_nonnull(strstr(error->message, "muster_meta"));

	fixture_open(fixture, STORE_READ);
	g_assert_false(store_is_own(fixture->store));
	g_autoptr(GPtrArray) hosts = store_read_all(fixture->store, NULL);
	g_assert_nonnull(hosts);
	fixture_close(fixture);

	g_autofree char *after = fixture_digest(fixture);
	g_assert_cmpstr(before, ==, after);
	g_autofree char *files = fixture_list_directory(fixture);
	g_assert_cmpstr(files, ==, "muster.db");
}

static void
test_leaves_no_file_beside_a_database_in_wal_mode(struct fixture *fixture, const void *data)
{
	fixture_make_foreign(fixture);
	fixture_execute(fixture, "PRAGMA journal_mode = WAL");
	g_autofree char *before = fixture_digest(fixture);
	fixture_open(fixture, STORE_READ);
	g_autoptr(GPtrArray) hosts = store_read_all(fixture->store, NULL);
	g_assert_nonnull(hosts);
	g_assert_false(store_has_changed(fixture->store));
	g_autofree char *files = fixture_list_directory(fixture);
	g_assert_cmpstr(files, ==, "muster.db");
	g_autofree char *after = fixture_digest(fixture);
	g_assert_cmpstr(before, ==, after);

	fixture_execute(fixture, "INSERT INTO services (host, binary, report_count, deleted) "
				 "VALUES ('a', 'nova-compute', 0, 0)");
	g_assert_true(store_has_changed(fixture->store));
	g_assert_false(store_has_changed(fixture->store));
	g_autoptr(GPtrArray) more = store_read_all(fixture->store, NULL);
	g_assert_cmpuint(more->len, ==, 1);
}

static void
test_one_process_holds_it(struct fixture *fixture, const void *data)
{
	fixture_open(fixture, STORE_WRITE);
	g_autoptr(GError) error = fixture_fail_to_open(fixture, STORE_WRITE);
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_BUSY);
	g_autofree char *pid = g_strdup_printf("pid %d", (int)getpid());
	g_assert_nonnull(strstr(error->message, pid));
	fixture_close(fixture);
	fixture_open(fixture, STORE_WRITE);
}

static void
test_lock_needs_a_directory(struct fixture *fixture, const void *data)
{
	g_autofree char *nowhere = g_build_filename(fixture->directory, "none", "a.db", NULL);
	g_autoptr(GError) error = NULL;
	g_assert_null(lock_take(nowhere, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_IO);
	g_assert_nonnull(strstr(error->message, nowhere));
}

static const char two_hosts[] =
	"INSERT INTO services (id, uuid, host, binary, topic, report_count, disabled, deleted, "
	"disabled_reason, last_seen_up, forced_down, created_at, updated_at) VALUES "
	"(3, 'u3', 'b', 'nova-compute', 'compute', 1, 1, 0, 'broken', "
	"'2026-11-01 00:00:10.500000', 1, '2026-01-01 00:00:00', NULL), "
	"(1, 'u1', 'a', 'nova-scheduler', 'scheduler', 1, 0, 0, NULL, NULL, 0, NULL, NULL), "
	"(2, 'u2', 'a', 'nova-compute', 'compute', 1, NULL, 0, NULL, NULL, 0, NULL, NULL), "
	"(4, 'u4', 'gone', 'nova-compute', 'compute', 1, 0, 4, NULL, NULL, 0, NULL, NULL);"
	"INSERT INTO compute_nodes (id, uuid, host, hypervisor_hostname, hypervisor_type, "
	"hypervisor_version, cpu_info, vcpus, vcpus_used, memory_mb, memory_mb_used, local_gb, "
	"local_gb_used, running_vms, stats, deleted) VALUES "
	"(2, 'n2', 'a', 'a.lab', 'QEMU', 8, '{}', 4, 1, 1024, 512, 10, 5, 1, "
	"'{\"uptime\": \"up\"}', 0), "
	"(1, 'n1', 'b', 'b.lab', 'QEMU', 8, '{}', 4, 1, 1024, 512, 10, 5, NULL, "
	"'{\"uptime\": null}', 0), "
	"(3, 'n3', 'orphan', 'o.lab', 'QEMU', 8, '{}', 4, 1, 1024, 512, 10, 5, 1, '{}', 0), "
	"(4, 'n4', 'a', 'old.lab', 'QEMU', 8, '{}', 4, 1, 1024, 512, 10, 5, 1, '{}', 4);"
	"INSERT INTO instances (id, uuid, host, display_name, deleted) VALUES "
	"(20, 'i20', 'a', 'second', 0), (10, 'i10', 'a', 'first', 0), (30, 'i30', 'b', 'x', 30), "
	"(40, 'i40', 'nowhere', 'x', 0), (50, 'i50', NULL, 'x', 0);";

static const struct host *
find_host(GPtrArray *hosts, const char *name)
{
	for (guint i = 0; i < hosts->len; i++) {
		const struct host *host = hosts->pdata[i];
		if (g_str_equal(host->name, name))
			return host;
	}
	g_assert_not_reached();
}

static void
check_host_a(const struct host *a)
{
	g_assert_cmpuint(a->services->len, ==, 2);
	g_assert_cmpint(service_get_id(a->services->pdata[0]), ==, 1);
	g_assert_cmpuint(a->hypervisors->len, ==, 1);
	struct hypervisor *node = a->hypervisors->pdata[0];
	g_assert_cmpint(service_get_id(hypervisor_get_service(node)), ==, 2);
	g_assert_false(service_counts(hypervisor_get_service(node)));
	const struct node_columns *columns = hypervisor_get_columns(node);
	g_assert_cmpstr(columns->uuid, ==, "n2");
	g_assert_true(columns->running_vms.known);
	g_assert_false(columns->free_ram_mb.known);
	g_assert_null(columns->host_ip);
	g_assert_true(columns->uptime_known);
	g_assert_cmpstr(columns->uptime, ==, "up");
	struct servers *servers = hypervisor_get_servers(node);
	g_assert_cmpuint(servers_get_size(servers), ==, 2);
	g_assert_cmpstr(servers_get_uuid(servers, 0), ==, "i10");
	g_assert_cmpstr(servers_get_name(servers, 0), ==, "instance-0000000a");
	g_assert_cmpstr(servers_get_uuid(servers, 1), ==, "i20");
}

static void
check_host_b(const struct host *b)
{
	struct hypervisor *node = b->hypervisors->pdata[0];
	g_assert_true(hypervisor_get_columns(node)->uptime_known);
	g_assert_null(hypervisor_get_columns(node)->uptime);
	g_assert_cmpuint(servers_get_size(hypervisor_get_servers(node)), ==, 0);
	struct service *service = hypervisor_get_service(node);
	g_assert_true(service_is_disabled(service));
	g_assert_true(service_is_forced_down(service));
	g_assert_cmpstr(service_get_disabled_reason(service), ==, "broken");
	g_assert_cmpint(service_get_updated_at(service), ==, CLOCK_UNKNOWN);
}

static void
test_reads_live_rows_by_host(struct fixture *fixture, const void *data)
{
	fixture_make_foreign(fixture);
	fixture_execute(fixture, two_hosts);
	fixture_open(fixture, STORE_READ);
	g_autoptr(GPtrArray) hosts = store_read_all(fixture->store, NULL);
	g_assert_cmpuint(hosts->len, ==, 3);
	check_host_a(find_host(hosts, "a"));
	check_host_b(find_host(hosts, "b"));
	const struct host *orphan = find_host(hosts, "orphan");
	g_assert_cmpuint(orphan->services->len, ==, 0);
	g_assert_null(hypervisor_get_service(orphan->hypervisors->pdata[0]));

	CLEANUP(host_free) struct host *a = store_read_host(fixture->store, "a", NULL);
	check_host_a(a);
	CLEANUP(host_free) struct host *none = store_read_host(fixture->store, "none", NULL);
	g_assert_cmpstr(none->name, ==, "none");
	g_assert_cmpuint(none->services->len + none->hypervisors->len, ==, 0);
}

static char *
format_servers(const struct host *host)
{
	struct servers *servers = hypervisor_get_servers(host->hypervisors->pdata[0]);
	GString *text = g_string_new(NULL);
	for (size_t i = 0; i < servers_get_size(servers); i++)
		g_string_append_printf(text, "%s%s %s", i == 0 ? "" : ", ",
			servers_get_uuid(servers, i), servers_get_name(servers, i));
	return g_string_free(text, FALSE);
}

/* Whichever way they are read: from indexes, or where ids lie too far apart for it or a name needs
 * more, from rows; of all hosts or of one. */
static void
test_servers_are_the_same_by_any_way(struct fixture *fixture, const void *data)
{
	static const struct {
		const char *sql;
		const char *servers; /* of host a */
	} cases[] = {
		{two_hosts, "i10 instance-0000000a, i20 instance-00000014"},
		{"UPDATE instances SET cleaned = 1 WHERE id = 10",
			"i10 instance-0000000a, i20 instance-00000014"},
		{"INSERT INTO instances (id, uuid, host, deleted) VALUES (-1, 'i-1', 'a', 0), "
		 "(21, 'deleted', 'a', 21), (22, 'neither', 'a', NULL), "
		 "(23, 'this one is far too long to be a uuid', 'a', 0), (24, '', 'a', 0)",
			"i-1 instance--0000001, i10 instance-0000000a, i20 instance-00000014"},
		{"INSERT INTO instances (id, uuid, host, deleted) "
		 "VALUES (1099511627776, 'far', 'a', 0)",
			"i-1 instance--0000001, i10 instance-0000000a, i20 instance-00000014, "
			"far instance-10000000000"},
		{"UPDATE instances SET deleted = id", ""},
	};
	fixture_make_foreign(fixture);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		fixture_execute(fixture, cases[i].sql);
		fixture_open(fixture, STORE_READ);
		g_autoptr(GPtrArray) hosts = store_read_all(fixture->store, NULL);
		g_autofree char *of_all = format_servers(find_host(hosts, "a"));
		CLEANUP(host_free) struct host *a = store_read_host(fixture->store, "a", NULL);
		g_autofree char *of_one = format_servers(a);
		g_assert_cmpstr(of_all, ==, cases[i].servers);
		g_assert_cmpstr(of_one, ==, cases[i].servers);
		fixture_close(fixture);
	}
}

static void
test_no_row_spoils_another(struct fixture *fixture, const void *data)
{
	fixture_make_foreign(fixture);
	fixture_execute(fixture, two_hosts);
	fixture_execute(fixture,
		"INSERT INTO services (host, binary, report_count, deleted) VALUES "
		"(NULL, 'nova-compute', 0, 0), ('x', NULL, 0, 0), (x'ff', 'nova-compute', 0, 0);"
		"INSERT INTO compute_nodes (id, uuid, host, hypervisor_hostname, hypervisor_type, "
		"hypervisor_version, cpu_info, vcpus, vcpus_used, memory_mb, memory_mb_used, "
		"local_gb, local_gb_used, running_vms, stats, host_ip, deleted) VALUES "
		"(10, NULL, 'a', 'h', '', 1, '', 1, 1, 1, 1, 1, 1, 1, '', NULL, 0), "
		"(11, 'n11', 'a', NULL, '', 1, '', 1, 1, 1, 1, 1, 1, 1, '', NULL, 0), "
		"(12, 'n12', NULL, 'h', '', 1, '', 1, 1, 1, 1, 1, 1, 1, '', NULL, 0), "
		"(13, 'n13', 'odd', x'61ff62', '', 'x', '', 'many', 1, 1, 1, 1, 1, 'few', "
		"'{\"uptime\": ', x'00', 0), "
		"(14, 'n14', 'odder', 'h', '', 1, '', 1, 1, 1, 1, 1, 1, 1, '[7]', 5, 0), "
		"(16, 'n16', 'escaped', 'h', '', 1, '', 1, 1, 1, 1, 1, 1, 1, "
		"'{\"\\u0075ptime\": \"up\"}', 5, 0), "
		"(15, 'n15', 'oddest', 'h', '', 1, '', 1, 1, 1, 1, 1, 1, 1, '{\"uptime\": 7}', "
		"5, 0)");
	fixture_open(fixture, STORE_READ);
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*3 rows of compute_nodes*");
	g_autoptr(GPtrArray) hosts = store_read_all(fixture->store, NULL);
	g_autoptr(GPtrArray) again = store_read_all(fixture->store, NULL); /* logs no more */
	g_test_assert_expected_messages();
	g_assert_nonnull(again);

	check_host_a(find_host(hosts, "a"));
	find_host(hosts, "\xef\xbf\xbd");
	struct hypervisor *odd = find_host(hosts, "odd")->hypervisors->pdata[0];
	const struct node_columns *columns = hypervisor_get_columns(odd);
	g_assert_cmpstr(columns->hypervisor_hostname, ==,
		"a\xef\xbf\xbd"
		"b");
	g_assert_cmpint(columns->vcpus, ==, 0);
	g_assert_false(columns->running_vms.known);
	g_assert_false(columns->uptime_known);
	struct hypervisor *odder = find_host(hosts, "odder")->hypervisors->pdata[0];
	g_assert_false(hypervisor_get_columns(odder)->uptime_known);
	struct hypervisor *escaped = find_host(hosts, "escaped")->hypervisors->pdata[0];
	g_assert_cmpstr(hypervisor_get_columns(escaped)->uptime, ==, "up");
	struct hypervisor *oddest = find_host(hosts, "oddest")->hypervisors->pdata[0];
	g_assert_true(hypervisor_get_columns(oddest)->uptime_known);
	g_assert_null(hypervisor_get_columns(oddest)->uptime);
}

static void
test_sees_another_process_write(struct fixture *fixture, const void *data)
{
	fixture_make_foreign(fixture);
	fixture_open(fixture, STORE_READ);
	g_assert_false(store_has_changed(fixture->store));
	fixture_execute(fixture, two_hosts);
	g_assert_true(store_has_changed(fixture->store));
	g_assert_false(store_has_changed(fixture->store));
	g_autofree char *files = fixture_list_directory(fixture);
	g_assert_cmpstr(files, ==, "muster.db");
}

static guint
count_hosts(struct fixture *fixture)
{
	g_autoptr(GPtrArray) hosts = store_read_all(fixture->store, NULL);
	return hosts == NULL ? G_MAXUINT : hosts->len;
}

static void
test_reads_the_file_that_takes_its_place(struct fixture *fixture, const void *data)
{
	static const char *const modes[] = {
		"PRAGMA journal_mode = DELETE", "PRAGMA journal_mode = WAL"};
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		fixture_make_foreign(fixture);
		fixture_execute(fixture, modes[i]);
		fixture_open(fixture, STORE_READ);
		g_assert_cmpuint(count_hosts(fixture), ==, 0);
		g_assert_cmpint(g_remove(fixture->path), ==, 0);
		g_assert_true(store_has_changed(fixture->store));
		g_assert_cmpuint(count_hosts(fixture), ==, G_MAXUINT);

		g_autofree char *path = g_strdup(fixture->path);
		struct fixture other;
		fixture_set_up(&other, NULL);
		fixture_make_foreign(&other);
		fixture_execute(&other, two_hosts);
		fixture_execute(&other, modes[i]);
		g_assert_cmpint(g_rename(other.path, path), ==, 0);
		fixture_tear_down(&other, NULL);
		g_assert_true(store_has_changed(fixture->store));
		g_assert_cmpuint(count_hosts(fixture), ==, 3);
		g_assert_false(store_has_changed(fixture->store));
		fixture_close(fixture);
		g_assert_cmpint(g_remove(path), ==, 0);
	}
}

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/url-names-a-file", test_url_names_a_file);
	static const struct {
		const char *name;
		void (*run)(struct fixture *fixture, const void *data);
	} tests[] = {
		{"/store/makes-its-tables-once", test_makes_its_tables_once},
		{"/store/refuses-what-it-cannot-use", test_refuses_what_it_cannot_use},
		{"/store/refuses-a-newer-schema", test_refuses_a_newer_schema},
		{"/store/names-a-missing-column", test_names_a_missing_column},
		{"/store/does-not-write-a-foreign-database",
			test_does_not_write_a_foreign_database},
		{"/store/leaves-no-file-beside-a-database-in-wal-mode",
			test_leaves_no_file_beside_a_database_in_wal_mode},
		{"/store/one-process-holds-it", test_one_process_holds_it},
		{"/store/lock-needs-a-directory", test_lock_needs_a_directory},
		{"/store/reads-live-rows-by-host", test_reads_live_rows_by_host},
		{"/store/servers-are-the-same-by-any-way", test_servers_are_the_same_by_any_way},
		{"/store/no-row-spoils-another", test_no_row_spoils_another},
		{"/store/sees-another-process-write", test_sees_another_process_write},
		{"/store/reads-the-file-that-takes-its-place",
			test_reads_the_file_that_takes_its_place},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, struct fixture, NULL, fixture_set_up, tests[i].run,
			fixture_tear_down);
	return g_test_run();
}
