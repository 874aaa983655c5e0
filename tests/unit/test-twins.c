/* SPDX-License-Identifier: Apache-2.0 */
/* Several connections that see one moment, and what is read by them. */
#include "base/error.h"
#include "model/servers.h"
#include "store-fixture.h"
#include "store/instance_thread.h"
#include "store/statement.h"

#define TWINS 2

struct look {
	struct fixture *fixture;
	struct database *database;
	bool writes; /* somebody can write while others read */
	const struct instance_lists *into;
	bool wanted;
};

static int64_t
count(struct database *database)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(database, "SELECT count(*) FROM instances", NULL, 0);
	g_assert_true(statement_next(row));
	return statement_get_integer(row, 0).value;
}

static void
add_instance(struct fixture *fixture)
{
	fixture_execute(fixture, "INSERT INTO instances (uuid, host, deleted) "
				 "SELECT 'i' || (count(*) + 1), 'a', 0 FROM instances");
}

static bool
look_by_twins(void *data, GError **error)
{
	struct look *look = data;
	struct database *twins[TWINS];
	g_assert_true(database_open_twins(look->database, twins, TWINS));
	if (look->writes)
		add_instance(look->fixture);
	int64_t seen = count(look->database);
	for (int i = 0; i < TWINS; i++) {
		g_assert_cmpint(count(twins[i]), ==, seen);
		database_close(twins[i]);
	}
	return true;
}

static void
read_twice(struct look *look)
{
	g_autoptr(GError) error = NULL;
	CLEANUP(database_close)
	struct database *database = database_open(look->fixture->url, DATABASE_READ, 2, &error);
	g_assert_no_error(error);
	look->database = database;
	for (int i = 0; i < 2; i++) {
		g_assert_true(database_read(database, look_by_twins, look, &error));
		g_assert_no_error(error);
	}
}

static void
test_see_what_the_transaction_sees(struct fixture *fixture, const void *data)
{
	fixture_open(fixture, STORE_WRITE); /* WAL */
	add_instance(fixture);
	struct look look = {.fixture = fixture, .writes = true};
	read_twice(&look);
	assert_select(fixture, "SELECT count(*) FROM instances", "3");
}

static void
test_read_a_foreign_file(struct fixture *fixture, const void *data)
{
	fixture_make_foreign(fixture);
	add_instance(fixture);
	struct look look = {.fixture = fixture};
	read_twice(&look);
}

static int
ask(void *data)
{
	struct look *look = data;
	return look->wanted;
}

static bool
read_by_thread(void *data, GError **error)
{
	struct look *look = data;
	struct instance_thread *thread = instance_thread_start(look->into, look->database);
	g_assert_nonnull(thread);
	return instance_thread_end(thread, error);
}

static bool
abandon_thread(void *data, GError **error)
{
	struct look *look = data;
	instance_thread_abandon(instance_thread_start(look->into, look->database));
	return true;
}

static const char many[] = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n "
			   "LIMIT 20000) INSERT INTO instances (uuid, host, deleted) "
			   "SELECT 'u' || n, 'host-' || (n % 100), 0 FROM n";

static void
test_a_thread_reads_until_nobody_wants_it(struct fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	fixture_make_foreign(fixture);
	fixture_execute(fixture, many);
	CLEANUP(database_close)
	struct database *database = database_open(fixture->url, DATABASE_READ, 2, &error);
	CLEANUP(instance_name_free)
	struct instance_name *names = instance_name_new("%(uuid)s", NULL);
	g_autoptr(GHashTable) lists = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)servers_unref);
	const struct instance_lists into = {.lists = lists, .names = names};
	struct look look = {.fixture = fixture, .database = database, .into = &into};
	database_set_interrupt(database, ask, &look);
	g_assert_true(database_read(database, read_by_thread, &look, &error));
	g_assert_cmpuint(g_hash_table_size(lists), ==, 100);
	g_assert_cmpuint(servers_get_size(g_hash_table_lookup(lists, "host-7")), ==, 200);

	g_assert_true(database_read(database, abandon_thread, &look, &error));
	g_assert_no_error(error);
	look.wanted = true;
	database_read(database, read_by_thread, &look, &error);
	g_assert_true(error == NULL || g_error_matches(error, MUSTER_ERROR, MUSTER_ERROR_IO));
}

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	static const struct {
		const char *path;
		void (*test)(struct fixture *fixture, const void *data);
	} tests[] = {
		{"/twins/see-what-the-transaction-sees", test_see_what_the_transaction_sees},
		{"/twins/read-a-foreign-file", test_read_a_foreign_file},
		{"/twins/a-thread-reads-until-nobody-wants-it",
			test_a_thread_reads_until_nobody_wants_it},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].path, struct fixture, NULL, fixture_set_up, tests[i].test,
			fixture_tear_down);
	return g_test_run();
}
