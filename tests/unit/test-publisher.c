/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is delivered is stored and shown; what can't be stored is kept.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "base/error.h"
#include "store-fixture.h"
#include "store/publisher.h"

/* Instances: hundreds of slices. */
#define DELETED 3000

struct server {
	struct fixture fixture;
	struct inventory *inventory;
	struct health *health;
	struct publisher *publisher;
};

static void
start(struct server *server, enum store_access access)
{
	g_autoptr(GError) error = NULL;
	fixture_open(&server->fixture, access);
	server->publisher = publisher_start(
		&(struct publisher_options){
			.store = server->fixture.store,
			.inventory = server->inventory,
			.health = server->health,
			.deleted_retention = 3600 * CLOCK_SECOND,
		},
		&error);
	g_assert_no_error(error);
}

static void
set_up(struct server *server, const void *data)
{
	fixture_set_up(&server->fixture, data);
	server->fixture.now = clock_now();
	server->inventory = inventory_new(DOWN_TIME);
	server->health = health_new();
}

static void
tear_down(struct server *server, const void *data)
{
	g_clear_pointer(&server->publisher, publisher_stop);
	health_free(server->health);
	inventory_free(server->inventory);
	fixture_tear_down(&server->fixture, data);
}

static void
deliver(struct server *server, const char *connection, int64_t running_vms)
{
	server->fixture.now++;
	struct report *report = make_report(&server->fixture, connection, NULL, connection);
	report->running_vms = NULLABLE(running_vms);
	publisher_deliver(report, server->publisher);
}

/* Whatever was delivered before a command is dealt with before its answer. */
static void
settle(struct server *server)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) hosts =
		publisher_command(server->publisher, &(struct host_command){HOST_LIST}, &error);
	g_assert_no_error(error);
	g_assert_nonnull(hosts);
}

/* What is shown of a host's running_vms; -1: the host is not there. */
static int64_t
get_shown(struct server *server, const char *host)
{
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(server->inventory);
	size_t slot = snapshot_find_host(snapshot, 0, host);
	if (slot == SNAPSHOT_NONE)
		return -1;
	return hypervisor_get_columns(snapshot_get(snapshot, slot))->running_vms.value;
}

static struct service *
get_service(struct snapshot *snapshot, const char *host)
{
	size_t slot = snapshot_find_host(snapshot, 0, host);
	g_assert_cmpuint(slot, !=, SNAPSHOT_NONE);
	return hypervisor_get_service(snapshot_get(snapshot, slot));
}

static bool
is_healthy(struct server *server)
{
	g_auto(GStrv) wrong = health_list(server->health);
	return wrong[0] == NULL;
}

/* Polls for up to a minute. */
static void
wait_for(struct server *server, bool (*is_so)(struct server *server))
{
	for (int i = 0; i < 6000 && !is_so(server); i++)
		g_usleep(10000);
	g_assert_true(is_so(server));
}

static void
test_shows_what_it_stored(struct server *server, const void *data)
{
	start(server, STORE_WRITE);
	deliver(server, "a", 1);
	deliver(server, "b", 2);
	settle(server);
	g_assert_cmpint(get_shown(server, "a"), ==, 1);
	g_assert_cmpint(get_shown(server, "b"), ==, 2);
	assert_select(&server->fixture, "SELECT sum(running_vms) FROM compute_nodes", "3");
	g_assert_cmpint(inventory_get_refreshed_at(server->inventory), !=, CLOCK_UNKNOWN);

	deliver(server, "a", 3);
	settle(server);
	g_assert_cmpint(get_shown(server, "a"), ==, 3);
}

static void
test_a_heartbeat_makes_no_snapshot(struct server *server, const void *data)
{
	start(server, STORE_WRITE);
	deliver(server, "a", 1);
	settle(server);
	CLEANUP(snapshot_unref)
	struct snapshot *before = inventory_get_snapshot(server->inventory);
	deliver(server, "a", 1);
	settle(server);
	CLEANUP(snapshot_unref)
	struct snapshot *after = inventory_get_snapshot(server->inventory);
	g_assert_true(before == after);
	g_assert_cmpint(service_get_updated_at(get_service(after, "a")), ==, server->fixture.now);
}

static void
test_starts_with_what_is_stored(struct server *server, const void *data)
{
	start(server, STORE_WRITE);
	deliver(server, "a", 1);
	g_clear_pointer(&server->publisher, publisher_stop); /* writes what is queued */
	fixture_close(&server->fixture);
	inventory_free(server->inventory);
	server->inventory = inventory_new(DOWN_TIME);
	start(server, STORE_WRITE);
	g_assert_cmpint(get_shown(server, "a"), ==, 1);
}

static void
test_a_command_shows_in_the_next_answer(struct server *server, const void *data)
{
	start(server, STORE_WRITE);
	deliver(server, "a", 1);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) hosts = publisher_command(
		server->publisher, &(struct host_command){HOST_DISABLE, "a", "dust"}, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(hosts->len, ==, 1);
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(server->inventory);
	g_assert_true(service_is_disabled(get_service(snapshot, "a")));
	g_autoptr(GPtrArray) removed = publisher_command(
		server->publisher, &(struct host_command){HOST_REMOVE, "a"}, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(removed->len, ==, 1);
	g_assert_cmpint(get_shown(server, "a"), ==, -1);
	g_autoptr(GPtrArray) none = publisher_command(
		server->publisher, &(struct host_command){HOST_REMOVE, "a"}, &error);
	g_assert_null(none);
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND);
}

/* Lets no file of this process grow: what a full disk does. */
static void
set_disk_full(bool full)
{
	struct rlimit limit;
	g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
	limit.rlim_cur = full ? 1 : limit.rlim_max;
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_a_full_disk_keeps_reports_and_heartbeats(struct server *server, const void *data)
{
	signal(SIGXFSZ, SIG_IGN);
	start(server, STORE_WRITE);
	deliver(server, "a", 1);
	settle(server);

	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*the store fails*muster.db*");
	set_disk_full(true);
	deliver(server, "a", 2);
	settle(server);
	deliver(server, "a", 3);
	settle(server);
	g_assert_false(is_healthy(server));
	g_assert_cmpuint(publisher_get_queued(server->publisher), ==, 1);
	g_assert_cmpint(get_shown(server, "a"), ==, 1);
	g_autoptr(GError) error = NULL;
	g_assert_null(publisher_command(
		server->publisher, &(struct host_command){HOST_DISABLE, "a", "dust"}, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_IO);
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(server->inventory);
	g_assert_cmpint(
		service_get_updated_at(get_service(snapshot, "a")), ==, server->fixture.now);

	set_disk_full(false);
	g_test_expect_message("muster", G_LOG_LEVEL_MESSAGE, "*well again*");
	wait_for(server, is_healthy);
	settle(server);
	g_test_assert_expected_messages();
	g_assert_cmpint(get_shown(server, "a"), ==, 3);
	assert_select(&server->fixture, "SELECT running_vms FROM compute_nodes", "3");
}

static void
test_hosts_are_listed_while_another_process_writes(struct server *server, const void *data)
{
	start(server, STORE_WRITE);
	deliver(server, "a", 1);
	settle(server);
	sqlite3 *other;
	g_assert_cmpint(sqlite3_open(server->fixture.path, &other), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
	settle(server);
	g_assert_true(is_healthy(server));
	g_assert_cmpint(sqlite3_close(other), ==, SQLITE_OK);
}

static int64_t
count_deleted(struct server *server)
{
	g_autofree char *count = fixture_select(
		&server->fixture, "SELECT count(*) FROM instances WHERE deleted <> 0");
	return g_ascii_strtoll(count, NULL, 10);
}

static bool
has_purged_some(struct server *server)
{
	return count_deleted(server) < DELETED;
}

static bool
has_purged_all(struct server *server)
{
	return count_deleted(server) == 0;
}

static void
test_commands_are_obeyed_between_the_slices_of_a_purge(struct server *server, const void *data)
{
	fixture_open(&server->fixture, STORE_WRITE);
	fixture_execute(&server->fixture,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " G_STRINGIFY(
			DELETED) ") "
				 "INSERT INTO instances (uuid, host, deleted, deleted_at) "
				 "SELECT i, 'a', i, '2020-01-01 00:00:00' FROM n");
	fixture_execute(&server->fixture,
		"INSERT INTO instances (uuid, host, deleted) VALUES ('live', 'a', 0)");
	fixture_close(&server->fixture);
	start(server, STORE_WRITE);
	deliver(server, "b", 1);
	wait_for(server, has_purged_some);
	deliver(server, "a", 2);
	settle(server);
	g_assert_cmpint(get_shown(server, "a"), ==, 2);
	g_assert_false(has_purged_all(server)); /* it did not wait for that */
	wait_for(server, has_purged_all);
	assert_select(&server->fixture, "SELECT uuid FROM instances", "live");
	g_assert_true(is_healthy(server));
}

static bool
shows_the_new_node(struct server *server)
{
	return get_shown(server, "x") == 7;
}

static void
test_watches_a_foreign_database(struct server *server, const void *data)
{
	fixture_make_foreign(&server->fixture);
	start(server, STORE_READ);
	g_assert_cmpint(get_shown(server, "x"), ==, -1);
	fixture_execute(&server->fixture,
		"INSERT INTO compute_nodes (uuid, host, hypervisor_hostname, hypervisor_type, "
		"hypervisor_version, cpu_info, vcpus, vcpus_used, memory_mb, memory_mb_used, "
		"local_gb, local_gb_used, running_vms, deleted) VALUES "
		"('n', 'x', 'x', 'QEMU', 8, '', 4, 1, 1024, 512, 10, 5, 7, 0)");
	wait_for(server, shows_the_new_node);

	g_autoptr(GError) error = NULL;
	g_assert_null(publisher_command(
		server->publisher, &(struct host_command){HOST_ENABLE, "x"}, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_FORBIDDEN);
}

static int
is_asked(void *times)
{
	++*(unsigned *)times;
	return true;
}

static void
assert_load_is_cancelled(struct server *server)
{
	fixture_open(&server->fixture, STORE_READ);
	unsigned times = 0;
	const struct publisher_options options = {
		.store = server->fixture.store,
		.inventory = server->inventory,
		.health = server->health,
		.is_cancelled = is_asked,
		.cancel_data = &times,
	};
	g_autoptr(GError) error = NULL;
	g_assert_null(publisher_start(&options, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_IO);
	g_assert_cmpuint(times, ==, 1);
	g_autoptr(GPtrArray) hosts = store_read_all(server->fixture.store, NULL);
	g_assert_nonnull(hosts); /* it is asked no more */
}

static void
test_a_load_of_many_services_can_be_cancelled(struct server *server, const void *data)
{
	fixture_make_foreign(&server->fixture);
	fixture_execute(&server->fixture,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
		"INSERT INTO services (host, binary, topic, report_count, disabled, deleted) "
		"SELECT i, 'nova-compute', 'compute', 0, 0, 0 FROM n");
	assert_load_is_cancelled(server);
}

/* They are read beside the rest. */
static void
test_a_load_of_servers_can_be_cancelled(struct server *server, const void *data)
{
	fixture_make_foreign(&server->fixture);
	fixture_execute(&server->fixture,
		"INSERT INTO instances (uuid, host, deleted) VALUES ('u', 'a', 0)");
	assert_load_is_cancelled(server);
}

static bool
is_ill(struct server *server)
{
	return !is_healthy(server);
}

static void
test_a_foreign_database_may_go_and_come(struct server *server, const void *data)
{
	fixture_make_foreign(&server->fixture);
	start(server, STORE_READ);
	g_autofree char *away = g_strconcat(server->fixture.path, ".away", NULL);
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*the store fails*muster.db*");
	g_assert_cmpint(g_rename(server->fixture.path, away), ==, 0);
	wait_for(server, is_ill);
	g_test_expect_message("muster", G_LOG_LEVEL_MESSAGE, "*well again*");
	g_assert_cmpint(g_rename(away, server->fixture.path), ==, 0);
	wait_for(server, is_healthy);
	g_clear_pointer(&server->publisher, publisher_stop);
	g_test_assert_expected_messages();
}

#define DELIVERERS 4

static void *
deliver_many(void *data)
{
	struct server *server = data;
	for (int i = 0; i < 200; i++) {
		g_autofree char *connection = g_strdup_printf("host%d", i % 10);
		struct report *report = make_report(&server->fixture, connection, NULL, connection);
		publisher_deliver(report, server->publisher);
	}
	return NULL;
}

static void
test_many_threads_deliver(struct server *server, const void *data)
{
	start(server, STORE_WRITE);
	GThread *threads[DELIVERERS];
	for (int i = 0; i < DELIVERERS; i++)
		threads[i] = g_thread_new("deliverer", deliver_many, server);
	settle(server);
	for (int i = 0; i < DELIVERERS; i++)
		g_thread_join(threads[i]);
	settle(server);
	g_assert_cmpuint(publisher_get_queued(server->publisher), ==, 0);
	assert_select(&server->fixture, "SELECT count(*) FROM compute_nodes", "10");
	g_assert_cmpint(get_shown(server, "host9"), ==, 0);
}

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	static const struct {
		const char *name;
		void (*run)(struct server *server, const void *data);
	} tests[] = {
		{"/publisher/shows-what-it-stored", test_shows_what_it_stored},
		{"/publisher/a-heartbeat-makes-no-snapshot", test_a_heartbeat_makes_no_snapshot},
		{"/publisher/starts-with-what-is-stored", test_starts_with_what_is_stored},
		{"/publisher/a-command-shows-in-the-next-answer",
			test_a_command_shows_in_the_next_answer},
		{"/publisher/a-full-disk-keeps-reports-and-heartbeats",
			test_a_full_disk_keeps_reports_and_heartbeats},
		{"/publisher/hosts-are-listed-while-another-process-writes",
			test_hosts_are_listed_while_another_process_writes},
		{"/publisher/commands-are-obeyed-between-the-slices-of-a-purge",
			test_commands_are_obeyed_between_the_slices_of_a_purge},
		{"/publisher/watches-a-foreign-database", test_watches_a_foreign_database},
		{"/publisher/a-load-of-many-services-can-be-cancelled",
			test_a_load_of_many_services_can_be_cancelled},
		{"/publisher/a-load-of-servers-can-be-cancelled",
			test_a_load_of_servers_can_be_cancelled},
		{"/publisher/a-foreign-database-may-go-and-come",
			test_a_foreign_database_may_go_and_come},
		{"/publisher/many-threads-deliver", test_many_threads_deliver},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, struct server, NULL, set_up, tests[i].run, tear_down);
	return g_test_run();
}
