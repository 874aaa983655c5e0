/* SPDX-License-Identifier: Apache-2.0 */
/* Nova's API database, in SQLite: what is read of it, whatever its rows hold. */
#include "nova/api_database.h"

#include <string.h>

#include "base/error.h"
#include "store-fixture.h"

#define CELL0 "00000000-0000-0000-0000-000000000000"
#define CELLS                                                                                      \
	"CREATE TABLE cell_mappings (id INTEGER PRIMARY KEY, uuid, name, transport_url, "          \
	"database_connection, disabled);"
#define HOSTS "CREATE TABLE host_mappings (id INTEGER PRIMARY KEY, cell_id, host);"
#define AGGREGATES                                                                                 \
	"CREATE TABLE aggregates (id INTEGER PRIMARY KEY, created_at, updated_at, uuid, name);"    \
	"CREATE TABLE aggregate_hosts (id INTEGER PRIMARY KEY, host, aggregate_id);"               \
	"CREATE TABLE aggregate_metadata (id INTEGER PRIMARY KEY, aggregate_id, `key`, value);"

struct api_fixture {
	struct fixture store;
	struct database *database;
	struct api_database *api;
};

static void
tear_down(struct api_fixture *fixture, const void *data)
{
	g_clear_pointer(&fixture->api, api_database_free);
	g_clear_pointer(&fixture->database, database_close);
	fixture_tear_down(&fixture->store, data);
}

static void
set_up(struct api_fixture *fixture, const void *data)
{
	fixture_set_up(&fixture->store, data);
}

/* Makes the database by that SQL and opens it. */
static void
open_with(struct api_fixture *fixture, const char *sql, const struct api_database_options *options)
{
	g_autoptr(GError) error = NULL;
	static const struct api_database_options none = {NULL, NULL};
	fixture_execute(&fixture->store, sql);
	fixture->database = database_open(fixture->store.url, DATABASE_READ, 2, &error);
	g_assert_no_error(error);
	fixture->api =
		api_database_new(fixture->database, options == NULL ? &none : options, &error);
	g_assert_no_error(error);
}

static struct api_rows *
read_all(struct api_fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	struct api_rows *rows = api_database_read(fixture->api, &error);
	g_assert_no_error(error);
	return rows;
}

/* The cell of a host; 0: none. */
static int64_t
find(GHashTable *mappings, const char *host)
{
	const int64_t *cell = g_hash_table_lookup(mappings, host);
	return cell == NULL ? 0 : *cell;
}

static void
test_reads_cells_in_order(struct api_fixture *fixture, const void *data)
{
	open_with(fixture,
		CELLS HOSTS AGGREGATES "INSERT INTO cell_mappings VALUES "
				       "(3, 'u3', NULL, NULL, 'sqlite:///c.db', 1), "
				       "(1, '" CELL0
				       "', 'cell0', 'none:///', 'sqlite:///0.db', 0), "
				       "(2, 'u2', '', 'rabbit://b', 'sqlite:///b.db', NULL)",
		NULL);
	CLEANUP(api_rows_free) struct api_rows *rows = read_all(fixture);
	g_assert_cmpuint(rows->cells->len, ==, 3);
	const struct cell_mapping *first = rows->cells->pdata[0], *second = rows->cells->pdata[1],
				  *third = rows->cells->pdata[2];
	g_assert_true(cell_mapping_is_cell0(first));
	g_assert_cmpstr(first->name, ==, "cell0");
	g_assert_cmpint(second->id, ==, 2);
	g_assert_cmpstr(second->name, ==, "u2");
	g_assert_cmpstr(second->database_url, ==, "sqlite:///b.db");
	g_assert_cmpstr(second->transport_url, ==, "rabbit://b");
	g_assert_cmpstr(third->name, ==, "u3"); /* disabled; Nova asks it too */
	g_assert_cmpstr(third->transport_url, ==, NULL);
	g_assert_cmpuint(g_hash_table_size(rows->mappings), ==, 0);
	g_assert_cmpuint(aggregates_get_size(rows->aggregates), ==, 0);
}

static void
test_fills_templates_in(struct api_fixture *fixture, const void *data)
{
	open_with(fixture,
		CELLS HOSTS AGGREGATES "INSERT INTO cell_mappings VALUES "
				       "(1, 'u1', 'c1', 'rabbit://{hostname2}/{path}', "
				       "'{scheme}://{username}:{password}@{hostname}/c1', 0)",
		&(struct api_database_options){
			"mysql://nova:s3cret@DB/cell0", "rabbit://u:p@a,u:p@b/vh"});
	CLEANUP(api_rows_free) struct api_rows *rows = read_all(fixture);
	const struct cell_mapping *cell = rows->cells->pdata[0];
	g_assert_cmpstr(cell->database_url, ==, "mysql://nova:s3cret@db/c1");
	g_assert_cmpstr(cell->transport_url, ==, "rabbit://b/vh");
}

static void
test_tells_once_what_cannot_be_filled_in(struct api_fixture *fixture, const void *data)
{
	open_with(fixture,
		CELLS HOSTS AGGREGATES
		"INSERT INTO cell_mappings VALUES "
		"(1, 'u1', 'c1', 'rabbit://{hostname}', 'mysql://nova:{s3cret@db/c1', 0), "
		"(2, 'u2', 'c2', NULL, NULL, 0), (4, NULL, 'c4', NULL, 'mysql://db/c4', 0)",
		&(struct api_database_options){"mysql://db", NULL});
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*cell c1:*[database] connection*");
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING,
		"*cell c1:*[DEFAULT] transport_url, which is not set*");
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*row of id 2 has no uuid or no*");
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*row of id 4 has no uuid or no*");
	CLEANUP(api_rows_free) struct api_rows *rows = read_all(fixture);
	g_test_assert_expected_messages();
	g_assert_cmpuint(rows->cells->len, ==, 1);
	const struct cell_mapping *cell = rows->cells->pdata[0];
	g_assert_cmpstr(cell->database_url, ==, "mysql://nova:{s3cret@db/c1");
	g_assert_cmpstr(cell->transport_url, ==, "rabbit://{hostname}");

	CLEANUP(api_rows_free) struct api_rows *again = read_all(fixture); /* says nothing new */
	g_assert_cmpuint(again->cells->len, ==, 1);
	fixture_execute(&fixture->store, "UPDATE cell_mappings SET uuid = 'u4' WHERE id = 4");
	CLEANUP(api_rows_free) struct api_rows *mended = read_all(fixture);
	g_assert_cmpuint(mended->cells->len, ==, 2);
}

static void
test_reads_mappings_anew_where_they_changed(struct api_fixture *fixture, const void *data)
{
	open_with(fixture,
		CELLS HOSTS AGGREGATES
		"INSERT INTO host_mappings VALUES (1, 2, 'a'), (2, 3, 'b'), (3, NULL, 'c'), "
		"(4, 2, NULL), (5, 2, x'ff61'), (6, 'two', 'd'), (7, 3, '')",
		NULL);
	CLEANUP(api_rows_free) struct api_rows *rows = read_all(fixture);
	g_assert_cmpint(find(rows->mappings, "a"), ==, 2);
	g_assert_cmpint(find(rows->mappings, "A"), ==, 0); /* SQLite compares with case */
	g_assert_cmpint(find(rows->mappings, "b"), ==, 3);
	g_assert_cmpint(find(rows->mappings, "\xef\xbf\xbd"
					     "a"),
		==, 2);
	g_assert_cmpint(find(rows->mappings, ""), ==, 3);
	g_assert_cmpuint(g_hash_table_size(rows->mappings), ==, 4);

	CLEANUP(api_rows_free) struct api_rows *same = read_all(fixture);
	g_assert_true(same->mappings == rows->mappings);
	fixture_execute(&fixture->store, "UPDATE host_mappings SET cell_id = 3 WHERE host = 'a'");
	CLEANUP(api_rows_free) struct api_rows *moved = read_all(fixture);
	g_assert_cmpint(find(moved->mappings, "a"), ==, 3);
	g_assert_cmpint(find(rows->mappings, "a"), ==, 2); /* a reader's stays as it was */
	fixture_execute(&fixture->store, "DELETE FROM host_mappings");
	CLEANUP(api_rows_free) struct api_rows *emptied = read_all(fixture);
	g_assert_cmpuint(g_hash_table_size(emptied->mappings), ==, 0);
}

static void
test_finds_the_mappings_of_some(struct api_fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	open_with(fixture,
		CELLS HOSTS AGGREGATES "INSERT INTO host_mappings VALUES (1, 2, 'a'), (2, 3, 'b'), "
				       "(3, 4, 'c')",
		NULL);
	static const char *const some[] = {"c", "nobody", "a", NULL}, *const none[] = {NULL};
	g_autoptr(GHashTable) found = api_database_find_mappings(fixture->api, some, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(g_hash_table_size(found), ==, 2);
	g_assert_cmpint(find(found, "a"), ==, 2);
	g_assert_cmpint(find(found, "c"), ==, 4);
	g_autoptr(GHashTable) empty = api_database_find_mappings(fixture->api, none, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(g_hash_table_size(empty), ==, 0);
}

static void
test_reads_aggregates(struct api_fixture *fixture, const void *data)
{
	open_with(fixture,
		CELLS HOSTS AGGREGATES
		"INSERT INTO aggregates VALUES "
		"(2, '2026-11-01 00:00:00', '2026-11-01 00:00:01.5', 'u2', 'two'), "
		"(1, 'soon', NULL, NULL, 'one'), (3, NULL, NULL, 'u3', NULL);"
		"INSERT INTO aggregate_hosts VALUES (1, 'z', 2), (2, 'a', 2), (3, NULL, 2), "
		"(4, 'a', 9), (5, 'a', NULL), (6, 'a', 3);"
		"INSERT INTO aggregate_metadata VALUES (1, 2, 'availability_zone', 'az'), "
		"(2, 2, NULL, 'x'), (3, 2, 'x', NULL), (4, 1, 'ssd', 'true'), (5, 9, 'x', 'y')",
		NULL);
	CLEANUP(api_rows_free) struct api_rows *rows = read_all(fixture);
	g_assert_cmpuint(aggregates_get_size(rows->aggregates), ==, 2);
	const struct aggregate *one = aggregates_get(rows->aggregates, 0);
	const struct aggregate *two = aggregates_get(rows->aggregates, 1);
	g_assert_cmpstr(one->name, ==, "one");
	g_assert_cmpstr(one->uuid, ==, NULL);
	g_assert_cmpint(one->created_at, ==, CLOCK_UNKNOWN);
	g_assert_cmpuint(one->metadata->len, ==, 1);
	g_assert_cmpint(two->created_at, ==, START);
	g_assert_cmpint(two->updated_at, ==, START + 3 * CLOCK_SECOND / 2);
	g_assert_cmpuint(two->metadata->len, ==, 1);
	g_assert_cmpuint(two->hosts->len, ==, 2);
	g_assert_cmpstr(two->hosts->pdata[0], ==, "z");
	g_assert_cmpstr(aggregates_find_zones(rows->aggregates, "a"), ==, "az");
}

static void
test_does_without_the_tables_of_aggregates(struct api_fixture *fixture, const void *data)
{
	open_with(fixture,
		CELLS HOSTS
		"CREATE TABLE aggregates (id INTEGER, created_at, updated_at, uuid, name)",
		NULL);
	g_test_expect_message(
		"muster", G_LOG_LEVEL_MESSAGE, "*no aggregates: aggregate_hosts.id is*");
	CLEANUP(api_rows_free) struct api_rows *rows = read_all(fixture);
	g_test_assert_expected_messages();
	g_assert_null(rows->aggregates);
}

static void
test_names_what_is_missing(struct api_fixture *fixture, const void *data)
{
	static const struct api_database_options options = {NULL, NULL};
	static const struct {
		const char *sql, *missing;
	} cases[] = {
		{"SELECT 1", "cell_mappings.id is missing"},
		{CELLS, "host_mappings.id is missing"},
		{"ALTER TABLE cell_mappings DROP COLUMN name", "cell_mappings.name is missing"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		fixture_execute(&fixture->store, "VACUUM");
		fixture_execute(&fixture->store, cases[i].sql);
		CLEANUP(database_close)
		struct database *database =
			database_open(fixture->store.url, DATABASE_READ, 2, NULL);
		g_assert_null(api_database_new(database, &options, &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_assert_nonnull(strstr(error->message, cases[i].missing));
	}
}

#define ADD(name, function)                                                                        \
	g_test_add("/api-database/" name, struct api_fixture, NULL, set_up, function, tear_down)

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	ADD("reads-cells-in-order", test_reads_cells_in_order);
	ADD("fills-templates-in", test_fills_templates_in);
	ADD("tells-once-what-cannot-be-filled-in", test_tells_once_what_cannot_be_filled_in);
	ADD("reads-mappings-anew-where-they-changed", test_reads_mappings_anew_where_they_changed);
	ADD("finds-the-mappings-of-some", test_finds_the_mappings_of_some);
	ADD("reads-aggregates", test_reads_aggregates);
	ADD("does-without-the-tables-of-aggregates", test_does_without_the_tables_of_aggregates);
	ADD("names-what-is-missing", test_names_what_is_missing);
	return g_test_run();
}
