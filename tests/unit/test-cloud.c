/* SPDX-License-Identifier: Apache-2.0 */
/* A running Nova, from the start to the end, while its cells come and go. */
#include "nova/cloud.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "cloud-fixture.h"

static void
test_the_start_reads_all(struct cloud_fixture *fixture, const void *data)
{
	cloud_fixture_start(fixture);
	g_autofree char *text = describe_inventory(fixture);
	g_assert_cmpstr(text, ==, WHOLE);
	const struct freshness *freshness = cloud_get_freshness(fixture->cloud);
	g_assert_false(freshness->is_fresh(freshness->data, FRESHNESS_NODES));
	g_autofree char *health = describe_health(fixture);
	g_assert_cmpstr(health, ==, "");
}

static void
test_cells_come_and_go(struct cloud_fixture *fixture, const void *data)
{
	cloud_fixture_start(fixture);
	nova_add_cell(&fixture->nova, 3);
	nova_add_host(&fixture->nova, 3, 7);
	assert_found(fixture, "c3000000-0000-4000-8000-000000000007", 0, "3/7@cmp-07 8 3/7");
	assert_refreshed(fixture, WHOLE ", 3/7@cmp-07 8 3/7");
	nova_execute(&fixture->nova, "api", "DELETE FROM cell_mappings WHERE id = 2");
	assert_refreshed(fixture, "1/1@cmp-01 8 1/1 i1, 1/2@cmp-02 8 1/2, 3/7@cmp-07 8 3/7");
	assert_not_found(fixture, UUID_3, 0);
	nova_execute(&fixture->nova, "api", "DELETE FROM cell_mappings");
	assert_refreshed(fixture, "");
	assert_not_found(fixture, UUID_1, 0);
}

static void
test_of_cell0_nothing_is_needed(struct cloud_fixture *fixture, const void *data)
{
	nova_add_cell(&fixture->nova, 9);
	nova_execute(&fixture->nova, "api",
		"UPDATE cell_mappings SET uuid = '00000000-0000-0000-0000-000000000000' "
		"WHERE id = 9");
	nova_add_host(&fixture->nova, 9, 9);
	nova_execute(&fixture->nova, "cell9", "UPDATE services SET `binary` = 'nova-conductor'");
	cloud_fixture_start(fixture);
	assert_refreshed(fixture, WHOLE);
	assert_not_found(fixture, NULL, 9);
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(fixture->inventory);
	g_assert_cmpuint(snapshot_get_services_size(snapshot), ==, 4);
	nova_execute(&fixture->nova, "cell9", "DROP TABLE services");
	CLEANUP(freshness_outcome_free)
	struct freshness_outcome *outcome = refresh(fixture, FRESHNESS_NODES);
	g_assert_no_error(outcome->error);
	assert_away(outcome, 9);
	assert_not_found(fixture, NULL, 9);
}

/* And what was known of a cell is kept though it is to be reached at a place where it is not. */
static void
test_a_cell_is_reached_otherwise(struct cloud_fixture *fixture, const void *data)
{
	fixture->options.stale_if_error = 3600 * CLOCK_SECOND;
	cloud_fixture_start(fixture);
	nova_execute(&fixture->nova, "api",
		"UPDATE cell_mappings SET database_connection = 'sqlite:////nowhere/cell2.db' "
		"WHERE id = 2");
	CLEANUP(freshness_outcome_free)
	struct freshness_outcome *outcome = refresh(fixture, FRESHNESS_NODES);
	g_assert_no_error(outcome->error);
	assert_away(outcome, 2);
	g_autofree char *text = describe_inventory(fixture);
	g_assert_cmpstr(text, ==, WHOLE);

	nova_add_cell(&fixture->nova, 3);
	nova_add_host(&fixture->nova, 3, 8);
	nova_execute(&fixture->nova, "api",
		"UPDATE host_mappings SET cell_id = 2 WHERE host = 'cmp-08';"
		"UPDATE cell_mappings SET database_connection = (SELECT database_connection FROM "
		"cell_mappings WHERE id = 3) WHERE id = 2; DELETE FROM cell_mappings WHERE id = 3");
	assert_refreshed(fixture, "1/1@cmp-01 8 1/1 i1, 1/2@cmp-02 8 1/2, 2/8@cmp-08 8 2/8");
}

static void
test_the_end_tells_all_who_wait(struct cloud_fixture *fixture, const void *data)
{
	cloud_fixture_start(fixture);
	cloud_fixture_lock(fixture, "cell1");
	struct waiter waiter;
	waiter_init(&waiter, fixture);
	for (unsigned i = 0; i < 3; i++) {
		wish(fixture, FRESHNESS_SERVERS, waiter_done, &waiter);
		wish_node(fixture, UUID_1, 0, &waiter);
		wish_node(fixture, NULL, 99, &waiter);
	}
	g_clear_pointer(&fixture->cloud, cloud_stop);
	assert_fails(waiter_await(&waiter, 9), MUSTER_ERROR_UNAVAILABLE, "is being stopped");
	waiter_clear(&waiter);
}

static int
is_cancelled(void *data)
{
	return 1;
}

static void
test_a_start_is_cancelled(struct cloud_fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	cloud_fixture_lock(fixture, "cell1");
	fixture->options.is_cancelled = is_cancelled;
	g_assert_null(cloud_start(&fixture->options, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE);
}

static void
test_the_start_fails_without_an_api_database(struct cloud_fixture *fixture, const void *data)
{
	g_autoptr(GError) error = NULL;
	nova_execute(&fixture->nova, "api", "DROP TABLE cell_mappings");
	g_assert_null(cloud_start(&fixture->options, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	g_assert_nonnull(strstr(error->message, "[api_database]: cell_mappings.id is missing"));
}

static void
on_asked(void *user)
{
	waiter_done(g_new0(struct freshness_outcome, 1), user);
}

/* All hypervisors, each twice; gives what came of cmp-01. */
static enum uptime_outcome
ask_computes(struct cloud_fixture *fixture)
{
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(fixture->inventory);
	g_autoptr(GPtrArray) hypervisors = g_ptr_array_new();
	for (size_t i = 0; i < snapshot_get_size(snapshot); i++) {
		g_ptr_array_add(hypervisors, snapshot_get(snapshot, i));
		g_ptr_array_add(hypervisors, snapshot_get(snapshot, i));
	}
	struct waiter waiter;
	waiter_init(&waiter, fixture);
	const struct freshness *freshness = cloud_get_freshness(fixture->cloud);
	freshness->ask_uptimes(freshness->data, hypervisors, NULL, NULL);
	freshness->ask_uptimes(freshness->data, hypervisors, on_asked, &waiter);
	freshness_outcome_free(waiter_await(&waiter, 1));
	struct uptime uptime;
	uptimes_get(fixture->uptimes, 1, "cmp-01", clock_now(), &uptime);
	uptime_clear(&uptime);
	waiter_clear(&waiter);
	return uptime.outcome;
}

static void
test_computes_without_a_broker_are_asked_in_vain(struct cloud_fixture *fixture, const void *data)
{
	cloud_fixture_start(fixture);
	g_assert_cmpint(ask_computes(fixture), ==, UPTIME_UNSUPPORTED);
}

static void
test_a_broker_that_is_none_is_told_until_it_goes(struct cloud_fixture *fixture, const void *data)
{
	fixture->options.rpc.health = fixture->health;
	nova_execute(&fixture->nova, "api",
		"UPDATE cell_mappings SET transport_url = 'rabbit://u:secret@h:port/' WHERE id = 1");
	cloud_fixture_start(fixture);
	g_assert_cmpint(ask_computes(fixture), ==, UPTIME_UNSUPPORTED);
	g_autofree char *told = describe_health(fixture);
	g_assert_true(g_str_has_prefix(told, "the computes of cell cell1: "));
	g_assert_null(strstr(told, "secret"));

	nova_execute(&fixture->nova, "api",
		"UPDATE cell_mappings SET transport_url = 'none:///' WHERE id = 1");
	freshness_outcome_free(refresh(fixture, FRESHNESS_NODES));
	g_autofree char *none = describe_health(fixture);
	g_assert_cmpstr(none, ==, "");
}

#define ADD(name, test)                                                                            \
	g_test_add("/cloud/" name, struct cloud_fixture, NULL, cloud_fixture_set_up, test,         \
		cloud_fixture_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* It warns of what is away. */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	ADD("start", test_the_start_reads_all);
	ADD("start/cancelled", test_a_start_is_cancelled);
	ADD("start/fails", test_the_start_fails_without_an_api_database);
	ADD("cells", test_cells_come_and_go);
	ADD("cells/otherwise", test_a_cell_is_reached_otherwise);
	ADD("cells/cell0", test_of_cell0_nothing_is_needed);
	ADD("uptimes", test_computes_without_a_broker_are_asked_in_vain);
	ADD("uptimes/no-broker", test_a_broker_that_is_none_is_told_until_it_goes);
	ADD("end", test_the_end_tells_all_who_wait);
	return g_test_run();
}
