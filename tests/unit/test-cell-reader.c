/* SPDX-License-Identifier: Apache-2.0 */
/* What the readings of a cell bring. */
#include "nova/cell_reader.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

#include "cell-fixture.h"

static void
test_the_first_reading_brings_all(struct cell_fixture *fixture, const void *data)
{
	CLEANUP(cell_delta_free) struct cell_delta *delta = read_delta(fixture);
	g_autofree char *text = describe(delta);
	g_assert_cmpstr(text, ==, "all-nodes 1@cmp-01 2@cmp-02 all-servers cmp-01[i1 i2]");
	g_assert_cmpuint(delta->services->len, ==, 2);
	g_assert_cmpint(delta->cell, ==, 1);
	g_assert_false(delta->caseless);
}

static void
test_what_is_not_new_is_not_brought(struct cell_fixture *fixture, const void *data)
{
	skip_reading(fixture);
	fixture->now += LATER;
	CLEANUP(cell_delta_free) struct cell_delta *second = read_delta(fixture);
	g_autofree char *text = describe(second);
	g_assert_cmpstr(text, ==, "");
	g_assert_cmpuint(second->services->len, ==, 2); /* their heartbeats are */
}

/* What is written between two readings, and what the second brings. %s is the moment. */
static const struct change {
	const char *name;
	const char *sql;
	const char *expected;
} changes[] = {
	{"node-inserted",
		"INSERT INTO compute_nodes SELECT '%s', NULL, NULL, 3, service_id, vcpus, memory_mb, "
		"local_gb, vcpus_used, memory_mb_used, local_gb_used, hypervisor_type, "
		"hypervisor_version, cpu_info, disk_available_least, free_ram_mb, free_disk_gb, "
		"current_workload, running_vms, 'ironic', deleted, host_ip, supported_instances, "
		"pci_stats, metrics, extra_resources, stats, numa_topology, host, "
		"ram_allocation_ratio, cpu_allocation_ratio, 'u3', disk_allocation_ratio, mapped "
		"FROM compute_nodes WHERE id = 1",
		"3@cmp-01"},
	{"node-updated", "UPDATE compute_nodes SET vcpus = 9, updated_at = '%s' WHERE id = 2",
		"2@cmp-02"},
	{"node-updated-by-a-clock-that-is-hours-slow",
		"UPDATE compute_nodes SET vcpus = 9, updated_at = '2026-10-31 18:00:00' "
		"WHERE id = 2 AND '%s' <> ''",
		"2@cmp-02"},
	{"node-moved", "UPDATE compute_nodes SET host = 'cmp-03', updated_at = '%s' WHERE id = 2",
		"2@cmp-03"},
	{"node-loses-its-host",
		"UPDATE compute_nodes SET host = NULL, updated_at = '%s' WHERE id = 2", "-2"},
	{"node-soft-deleted",
		"UPDATE compute_nodes SET deleted = id, deleted_at = '%s' WHERE id = 1", "-1"},
	{"node-purged", "DELETE FROM compute_nodes WHERE id = 1 AND '%s' <> ''", "-1"},
	{"instance-inserted",
		"INSERT INTO instances (created_at, id, host, uuid, display_name, deleted) "
		"VALUES ('%s', 3, 'cmp-02', 'u3', 'i3', 0)",
		"cmp-02[i3]"},
	{"instance-inserted-by-a-slow-clock",
		"INSERT INTO instances (created_at, id, host, uuid, display_name, deleted) "
		"SELECT '2026-10-31 18:00:00', 3, 'cmp-02', 'u3', 'i3', 0 WHERE '%s' <> ''",
		"cmp-02[i3]"},
	{"instance-placed-nowhere",
		"INSERT INTO instances (created_at, id, uuid, display_name, deleted) "
		"VALUES ('%s', 3, 'u3', 'i3', 0)",
		""},
	{"instance-renamed",
		"UPDATE instances SET display_name = 'web', updated_at = '%s' WHERE id = 2",
		"cmp-01[i1 web]"},
	{"instance-moved", "UPDATE instances SET host = 'cmp-02', updated_at = '%s' WHERE id = 1",
		"cmp-01[i2] cmp-02[i1]"},
	{"instance-moved-by-a-clock-that-is-almost-a-minute-slow",
		"UPDATE instances SET host = 'cmp-02', updated_at = datetime('%s', '-50 seconds') "
		"WHERE id = 1",
		"cmp-01[i2] cmp-02[i1]"},
	{"instance-loses-its-host",
		"UPDATE instances SET host = NULL, updated_at = '%s' WHERE id = 1", "cmp-01[i2]"},
	{"instance-soft-deleted",
		"UPDATE instances SET deleted = id, deleted_at = '%s' WHERE id = 1", "cmp-01[i2]"},
	{"instance-purged", "DELETE FROM instances WHERE id = 2 AND '%s' <> ''", "cmp-01[i1]"},
	{"instance-soft-deleted-and-another-inserted",
		"UPDATE instances SET deleted = id, deleted_at = '%s' WHERE id = 2;"
		"INSERT INTO instances (created_at, id, host, uuid, display_name, deleted) "
		"VALUES ('2026-01-01 00:00:00', 9, 'cmp-02', 'u9', 'i9', 0)",
		"cmp-01[i1] cmp-02[i9]"},
	{"instances-all-deleted",
		"UPDATE instances SET deleted = id, deleted_at = '%s', host = NULL", "cmp-01[]"},
	{"by-hand-without-a-time", "UPDATE compute_nodes SET vcpus = 9 WHERE '%s' <> ''", ""},
};

static void
test_a_change_is_brought(struct cell_fixture *fixture, const void *data)
{
	const struct change *change = data;
	skip_reading(fixture);
	fixture->now += LATER;
	g_autofree char *now = clock_format_sql(fixture->now);
	char **parts = g_strsplit(change->sql, "%s", -1);
	g_autofree char *sql = g_strjoinv(now, parts);
	g_strfreev(parts);
	nova_execute(&fixture->nova, "cell1", "%s", sql);
	fixture->now += CLOCK_SECOND;
	assert_reads(fixture, change->expected);
	fixture->now += LATER; /* by then the time of the row is old */
	skip_reading(fixture);
	fixture->now += LATER;
	assert_reads(fixture, "");
}

/* A node may be written twice in one second, of which its time is the same. */
static void
test_a_young_row_is_read_again(struct cell_fixture *fixture, const void *data)
{
	skip_reading(fixture);
	fixture->now += LATER;
	nova_execute(&fixture->nova, "cell1",
		"UPDATE compute_nodes SET vcpus = 9, updated_at = '2026-11-01 00:00:16' "
		"WHERE id = 1");
	assert_reads(fixture, "1@cmp-01");
	nova_execute(&fixture->nova, "cell1", "UPDATE compute_nodes SET vcpus = 10 WHERE id = 1");
	CLEANUP(cell_delta_free) struct cell_delta *again = read_delta(fixture);
	g_assert_cmpuint(again->nodes->len, ==, 1);
	g_assert_cmpint(node_get_columns(again->nodes->pdata[0])->vcpus, ==, 10);
	fixture->now += LATER;
	assert_reads(fixture, "");
}

static void
test_servers_wait_until_they_are_wanted(struct cell_fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	CLEANUP(cell_delta_free)
	struct cell_delta *first = cell_reader_read(fixture->reader, false, fixture->now, &error);
	g_assert_no_error(error);
	g_assert_true(first->all_servers); /* the first brings all there is */
	fixture->now += 3600 * CLOCK_SECOND;
	nova_execute(&fixture->nova, "cell1",
		"UPDATE instances SET host = 'cmp-02', updated_at = '2026-11-01 00:10:00' "
		"WHERE id = 1");
	CLEANUP(cell_delta_free)
	struct cell_delta *second = cell_reader_read(fixture->reader, false, fixture->now, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(g_hash_table_size(second->servers), ==, 0);
	assert_reads(fixture, "cmp-01[i2] cmp-02[i1]");
}

/* Texts that a column may hold, as SQL. */
static const char *const oddities[] = {
	"NULL",
	"''",
	"'{'",
	"'[1, \"uptime\"]'",
	"'{\"uptime\": {\"uptime\": [null]}}'",
	"x'ff00fe'",
	"x'c328'",
	"12345678901234567890",
	"-1e300",
	"'word'",
	"CAST(zeroblob(65536) AS TEXT)",
	"replace(hex(zeroblob(32768)), '00', 'ab')",
	"replace(hex(zeroblob(32768)), '00', '[')",
	"replace(hex(zeroblob(1048577)), '00', 'a')",
};

static const struct table_columns {
	const char *table;
	const char *columns[22];
} odd_columns[] = {
	{"services", {"uuid", "host", "binary", "disabled", "disabled_reason", "forced_down",
			     "created_at", "updated_at", "last_seen_up"}},
	{"compute_nodes",
		{"uuid", "host", "hypervisor_hostname", "hypervisor_type", "hypervisor_version",
			"host_ip", "cpu_info", "vcpus", "vcpus_used", "memory_mb", "memory_mb_used",
			"local_gb", "local_gb_used", "free_ram_mb", "free_disk_gb",
			"disk_available_least", "current_workload", "running_vms", "stats",
			"created_at", "updated_at"}},
	{"instances", {"uuid", "host", "display_name", "hostname", "created_at", "updated_at"}},
};

/* Rows of any types, as a database that nobody guards may hold. */
static void
loosen(struct cell_fixture *fixture, const char *table)
{
	nova_execute(&fixture->nova, "cell1",
		"CREATE TABLE loose AS SELECT * FROM %s; DROP TABLE %s; "
		"ALTER TABLE loose RENAME TO %s",
		table, table, table);
}

/* The rows beside the odd one, in a reading of all. */
static void
assert_second_rows_are_whole(const struct cell_delta *delta)
{
	const struct service *service = delta->services->pdata[delta->services->len - 1];
	g_assert_cmpint(service_get_id(service), ==, 2);
	g_assert_cmpstr(service_get_host(service), ==, "cmp-02");
	const struct node_columns *node =
		node_get_columns(delta->nodes->pdata[delta->nodes->len - 1]);
	g_assert_cmpint(node->id, ==, 2);
	g_assert_cmpstr(node->hypervisor_hostname, ==, "cmp-02");
	g_assert_cmpint(node->vcpus, ==, 8);
	const struct servers *servers = g_hash_table_lookup(delta->servers, "cmp-01");
	g_assert_nonnull(servers);
	size_t size = servers_get_size(servers);
	g_assert_cmpstr(servers_get_name(servers, size - 1), ==, "i2");
}

static void
test_a_row_spoils_no_other(struct cell_fixture *fixture, const void *data)
{
	/* Of nodes that are passed over it warns. */
	GLogLevelFlags fatal = g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	const struct table_columns *table = data;
	loosen(fixture, table->table);
	nova_execute(
		&fixture->nova, "cell1", "CREATE TABLE kept AS SELECT * FROM %s", table->table);
	for (const char *const *column = table->columns; *column != NULL; column++) {
		for (size_t i = 0; i < G_N_ELEMENTS(oddities); i++) {
			nova_execute(&fixture->nova, "cell1",
				"DELETE FROM %s; INSERT INTO %s SELECT * FROM kept;"
				"UPDATE %s SET `%s` = %s WHERE id = 1",
				table->table, table->table, table->table, *column, oddities[i]);
			cell_reader_free(fixture->reader);
			open_reader(fixture);
			CLEANUP(cell_delta_free) struct cell_delta *first = read_delta(fixture);
			assert_second_rows_are_whole(first);
			fixture->now += LATER;
			skip_reading(fixture);
			fixture->now += LATER;
			CLEANUP(cell_delta_free) struct cell_delta *third = read_delta(fixture);
			g_assert_cmpuint(third->nodes->len, ==, 0); /* it is not always news */
			if (!g_str_has_suffix(*column, "_at"))
				g_assert_cmpuint(g_hash_table_size(third->servers), ==, 0);
		}
	}
	g_log_set_always_fatal(fatal);
}

/* By the time that instances fail the nodes have been read, and noted. */
static void
test_a_reading_that_breaks_off_loses_nothing(struct cell_fixture *fixture, const void *data)
{
	skip_reading(fixture);
	fixture->now += LATER;
	nova_execute(&fixture->nova, "cell1",
		"UPDATE compute_nodes SET vcpus = 9, updated_at = '2026-11-01 00:00:16' "
		"WHERE id = 1; UPDATE compute_nodes SET deleted = id WHERE id = 2;"
		"UPDATE instances SET host = 'cmp-02', updated_at = '2026-11-01 00:00:16' "
		"WHERE id = 1; ALTER TABLE instances RENAME TO away");
	assert_fails(fixture, "instances");
	fixture->now += 2 * LATER;
	nova_execute(&fixture->nova, "cell1", "ALTER TABLE away RENAME TO instances");
	assert_reads(fixture, "all-nodes 1@cmp-01 all-servers cmp-01[i2] cmp-02[i1]");
	fixture->now += LATER;
	assert_reads(fixture, "cmp-02[i1]"); /* its time is not long ago */
	fixture->now += LATER;
	assert_reads(fixture, "");
}

static void
test_a_database_may_come_later(struct cell_fixture *fixture, const void *data)
{
	cell_mapping_free(fixture->mapping);
	cell_reader_free(fixture->reader);
	fixture->mapping = nova_make_mapping(&fixture->nova, 2);
	open_reader(fixture);
	assert_fails(fixture, "cell2.db");
	nova_execute(&fixture->nova, "cell2", "CREATE TABLE services (id, host)");
	assert_fails(fixture, "services.uuid is missing");
	nova_execute(&fixture->nova, "cell2", "DROP TABLE services");
	nova_add_cell(&fixture->nova, 2);
	assert_reads(fixture, "all-nodes all-servers");
}

/* A database in WAL mode that nobody has open is read as one that does not change. */
static void
test_a_database_at_rest_may_wake(struct cell_fixture *fixture, const void *data)
{
	nova_execute(&fixture->nova, "cell1", "COMMIT; PRAGMA journal_mode = WAL; BEGIN");
	skip_reading(fixture);
	fixture->now += LATER;
	nova_execute(&fixture->nova, "cell1", "DELETE FROM compute_nodes WHERE id = 1");
	assert_reads(fixture, "-1");
}

/* Another file, of one node, takes the place of the one that was read. */
static void
replace_file(struct cell_fixture *fixture)
{
	g_autofree char *path = g_strconcat(fixture->nova.directory, "/cell1.db", NULL);
	g_autofree char *other = g_strconcat(fixture->nova.directory, "/cell2.db", NULL);
	nova_add_cell(&fixture->nova, 2);
	nova_add_host(&fixture->nova, 2, 7);
	skip_reading(fixture);
	fixture->now += LATER;
	g_assert_cmpint(g_rename(other, path), ==, 0);
}

static void
test_another_file_may_take_the_place(struct cell_fixture *fixture, const void *data)
{
	g_autofree char *path = g_strconcat(fixture->nova.directory, "/cell1.db", NULL);
	replace_file(fixture);
	assert_reads(fixture, "7@cmp-07 -1 -2 cmp-01[]");
	fixture->now += LATER;
	g_assert_cmpint(g_remove(path), ==, 0);
	assert_fails(fixture, "cell1.db");
	assert_fails(fixture, "cell1.db");
}

/* The new one can't be opened at first. */
static void
test_a_file_that_could_not_be_opened_is_tried_again(struct cell_fixture *fixture, const void *data)
{
	replace_file(fixture);
	struct rlimit limit;
	g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
	const struct rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &none), ==, 0);
	assert_fails(fixture, "cell1.db");
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
	assert_reads(fixture, "7@cmp-07 -1 -2 cmp-01[]");
}

static void
test_of_cell0_the_services_are_read(struct cell_fixture *fixture, const void *data)
{
	cell_reader_free(fixture->reader);
	g_free(fixture->mapping->uuid);
	fixture->mapping->uuid = g_strdup("00000000-0000-0000-0000-000000000000");
	open_reader(fixture);
	CLEANUP(cell_delta_free) struct cell_delta *delta = read_delta(fixture);
	g_autofree char *text = describe(delta);
	g_assert_cmpstr(text, ==, "");
	g_assert_cmpuint(delta->services->len, ==, 2);
	g_autofree char *compared = compare_all(fixture);
	g_assert_cmpstr(compared, ==, "\n");
}

#define ADD(name, data, test)                                                                      \
	g_test_add("/cell-reader/" name, struct cell_fixture, data, cell_fixture_set_up, test,     \
		cell_fixture_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("first", NULL, test_the_first_reading_brings_all);
	ADD("nothing-new", NULL, test_what_is_not_new_is_not_brought);
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autofree char *path = g_strconcat("/cell-reader/change/", changes[i].name, NULL);
		g_test_add(path, struct cell_fixture, &changes[i], cell_fixture_set_up,
			test_a_change_is_brought, cell_fixture_tear_down);
	}
	ADD("young", NULL, test_a_young_row_is_read_again);
	ADD("servers-wanted", NULL, test_servers_wait_until_they_are_wanted);
	ADD("breaks-off", NULL, test_a_reading_that_breaks_off_loses_nothing);
	ADD("comes-later", NULL, test_a_database_may_come_later);
	ADD("wakes", NULL, test_a_database_at_rest_may_wake);
	ADD("replaced", NULL, test_another_file_may_take_the_place);
	ADD("replaced/without-files", NULL, test_a_file_that_could_not_be_opened_is_tried_again);
	ADD("cell0", NULL, test_of_cell0_the_services_are_read);
	ADD("odd/services", &odd_columns[0], test_a_row_spoils_no_other);
	ADD("odd/compute_nodes", &odd_columns[1], test_a_row_spoils_no_other);
	ADD("odd/instances", &odd_columns[2], test_a_row_spoils_no_other);
	return g_test_run();
}
