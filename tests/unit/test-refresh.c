/* SPDX-License-Identifier: Apache-2.0 */
/* The refresh, as those who wish for it see it: it is shared, and new, and tells what is away. */
#include "nova/refresh.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "cloud-fixture.h"

static void
test_a_wish_sees_what_was_written_before(struct cloud_fixture *fixture, const void *data)
{
	cloud_fixture_start(fixture);
	nova_execute(&fixture->nova, "cell1",
		"UPDATE compute_nodes SET vcpus = 9, updated_at = datetime('now') WHERE id = 1;"
		"UPDATE services SET deleted = id WHERE id = 2;"
		"UPDATE instances SET host = 'cmp-02', updated_at = datetime('now')");
	assert_refreshed(fixture, "1/1@cmp-01 9 1/1, 1/2@cmp-02 8 - i1, 2/3@cmp-03 8 2/3");
	nova_execute(&fixture->nova, "api",
		"DELETE FROM host_mappings WHERE host = 'cmp-01';"
		"UPDATE host_mappings SET cell_id = 1 WHERE host = 'cmp-03';"
		"INSERT INTO aggregates (id, uuid, name) VALUES (1, 'u', 'racks')");
	assert_refreshed(fixture, "1/1@cmp-01 9 - unmapped, 1/2@cmp-02 8 - i1, 2/3@cmp-03 8 -");
	CLEANUP(aggregates_unref)
	struct aggregates *aggregates = inventory_get_aggregates(fixture->inventory);
	g_assert_cmpuint(aggregates_get_size(aggregates), ==, 1);
}

/* In the thread that has published: notes which reading is shown. */
static void
on_seen(struct freshness_outcome *outcome, void *user)
{
	struct waiter *waiter = user;
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(waiter->fixture->inventory);
	const struct service *service = snapshot_find_compute(snapshot, 1, "cmp-01");
	g_hash_table_add(waiter->seen, g_strdup(service_get_disabled_reason(service)));
	waiter_done(outcome, user);
}

/* Each reading of the services is told from any other: it brings a number of its own. */
static void
test_many_wishes_share_a_round(struct cloud_fixture *fixture, const void *data)
{
	nova_execute(&fixture->nova, "cell1",
		"ALTER TABLE services RENAME TO kept;"
		"CREATE VIEW services AS SELECT id, uuid, host, `binary`, disabled, "
		"CAST(random() AS TEXT) AS disabled_reason, forced_down, created_at, updated_at, "
		"last_seen_up, deleted FROM kept");
	cloud_fixture_start(fixture);
	struct waiter waiter;
	waiter_init(&waiter, fixture);
	waiter.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	cloud_fixture_lock(fixture, "cell1");
	for (unsigned i = 0; i < 100; i++)
		wish(fixture, i % 2 == 0 ? FRESHNESS_NODES : FRESHNESS_SERVERS, on_seen, &waiter);
	cloud_fixture_unlock(fixture);
	CLEANUP(freshness_outcome_free) struct freshness_outcome *last = waiter_await(&waiter, 100);
	g_assert_no_error(last->error);
	/* The first began a round, in which the others came too late. */
	g_assert_cmpuint(g_hash_table_size(waiter.seen), ==, 2);
	waiter_clear(&waiter);
}

/* What a cell that is away does, and does not, hold up. */
static void
assert_only_cell2_is_away(struct cloud_fixture *fixture)
{
	CLEANUP(freshness_outcome_free)
	struct freshness_outcome *outcome = refresh(fixture, FRESHNESS_NODES);
	assert_away(outcome, 2);
	assert_fails(g_steal_pointer(&outcome), MUSTER_ERROR_UNAVAILABLE, "cell cell2");
	assert_found(fixture, UUID_1, 0, "1/1@cmp-01 8 1/1 i1");
	assert_found(fixture, NULL, 2, "1/2@cmp-02 8 1/2");
	assert_fails(look_up(fixture, UUID_3, 0), MUSTER_ERROR_UNAVAILABLE, "cell cell2");
	assert_fails(look_up(fixture, "no-such-uuid", 0), MUSTER_ERROR_UNAVAILABLE, "cell cell2");
	g_autofree char *health = describe_health(fixture);
	g_assert_true(g_str_has_prefix(health, "cell cell2: "));
	g_assert_null(strchr(health, '\n'));
}

static void
test_a_cell_is_away_from_the_start(struct cloud_fixture *fixture, const void *data)
{
	nova_execute(&fixture->nova, "cell2", "ALTER TABLE services RENAME TO away");
	cloud_fixture_start(fixture);
	assert_only_cell2_is_away(fixture);
	nova_execute(&fixture->nova, "cell2", "ALTER TABLE away RENAME TO services");
	assert_refreshed(fixture, WHOLE);
	g_autofree char *health = describe_health(fixture);
	g_assert_cmpstr(health, ==, "");
}

static void
test_a_cell_is_away_for_a_while(struct cloud_fixture *fixture, const void *data)
{
	cloud_fixture_start(fixture);
	int64_t read_at = inventory_get_refreshed_at(fixture->inventory);
	g_assert_cmpint(read_at, !=, CLOCK_UNKNOWN);
	nova_execute(&fixture->nova, "cell2", "ALTER TABLE services RENAME TO away");
	assert_only_cell2_is_away(fixture);
	g_assert_cmpint(inventory_get_refreshed_at(fixture->inventory), ==, read_at);
	nova_execute(&fixture->nova, "cell2", "ALTER TABLE away RENAME TO services");
	assert_refreshed(fixture, WHOLE);
	g_assert_cmpint(inventory_get_refreshed_at(fixture->inventory), >, read_at);
	assert_found(fixture, UUID_3, 0, "2/3@cmp-03 8 2/3");
}

static void
test_cells_of_one_name_are_told_apart(struct cloud_fixture *fixture, const void *data)
{
	nova_execute(&fixture->nova, "api", "UPDATE cell_mappings SET name = 'cell1'");
	cloud_fixture_start(fixture);
	nova_execute(&fixture->nova, "cell1", "ALTER TABLE services RENAME TO away");
	nova_execute(&fixture->nova, "cell2", "ALTER TABLE services RENAME TO away");
	freshness_outcome_free(refresh(fixture, FRESHNESS_NODES));
	g_autofree char *health = describe_health(fixture);
	g_auto(GStrv) lines = g_strsplit(health, "\n", -1);
	g_assert_cmpuint(g_strv_length(lines), ==, 2);
	nova_execute(&fixture->nova, "cell1", "ALTER TABLE away RENAME TO services");
	freshness_outcome_free(refresh(fixture, FRESHNESS_NODES));
	g_autofree char *rest = describe_health(fixture);
	g_assert_nonnull(strstr(rest, "cell cell1"));
	g_assert_null(strchr(rest, '\n'));
}

static void
test_the_map_is_away_for_a_while(struct cloud_fixture *fixture, const void *data)
{
	cloud_fixture_start(fixture);
	nova_execute(&fixture->nova, "api", "ALTER TABLE host_mappings RENAME TO away");
	assert_fails(refresh(fixture, FRESHNESS_NODES), MUSTER_ERROR_UNAVAILABLE, "API database");
	assert_fails(look_up(fixture, UUID_1, 0), MUSTER_ERROR_UNAVAILABLE, "API database");
	assert_fails(look_up(fixture, "no-such-uuid", 0), MUSTER_ERROR_UNAVAILABLE, "API database");
	nova_execute(&fixture->nova, "api", "ALTER TABLE away RENAME TO host_mappings");
	assert_refreshed(fixture, WHOLE);
	assert_found(fixture, UUID_1, 0, "1/1@cmp-01 8 1/1 i1");
}

static void
test_old_answers_are_given_where_they_are_allowed(struct cloud_fixture *fixture, const void *data)
{
	fixture->options.stale_if_error = 3600 * CLOCK_SECOND;
	cloud_fixture_start(fixture);
	nova_execute(&fixture->nova, "cell2",
		"UPDATE compute_nodes SET vcpus = 9; ALTER TABLE compute_nodes RENAME TO away");
	CLEANUP(freshness_outcome_free)
	struct freshness_outcome *list = refresh(fixture, FRESHNESS_SERVERS);
	g_assert_no_error(list->error);
	g_assert_cmpint(list->age, >, 0);
	assert_away(list, 2);
	CLEANUP(freshness_outcome_free)
	struct freshness_outcome *node = look_up(fixture, UUID_3, 0);
	g_assert_no_error(node->error);
	g_assert_cmpint(node->age, >, 0);
	g_assert_cmpint(hypervisor_get_columns(node->hypervisor)->vcpus, ==, 8);
	assert_found(fixture, UUID_1, 0, "1/1@cmp-01 8 1/1 i1"); /* as new as ever */
	assert_fails(look_up(fixture, "no-such-uuid", 0), MUSTER_ERROR_UNAVAILABLE, "cell cell2");
}

static void
test_what_is_young_enough_is_fresh(struct cloud_fixture *fixture, const void *data)
{
	fixture->options.max_staleness = 3600 * CLOCK_SECOND;
	cloud_fixture_start(fixture);
	const struct freshness *freshness = cloud_get_freshness(fixture->cloud);
	g_assert_true(freshness->is_fresh(freshness->data, FRESHNESS_NODES));
	g_assert_true(freshness->is_fresh(freshness->data, FRESHNESS_SERVERS));
}

static void
test_what_was_never_read_is_not_fresh(struct cloud_fixture *fixture, const void *data)
{
	fixture->options.max_staleness = G_MAXINT64 / 2;
	nova_execute(&fixture->nova, "cell2", "DROP TABLE services");
	cloud_fixture_start(fixture);
	const struct freshness *freshness = cloud_get_freshness(fixture->cloud);
	g_assert_false(freshness->is_fresh(freshness->data, FRESHNESS_NODES));
}

/* Until then a list waits for its whole time, once, and names the cell. */
static void
test_a_cell_hangs(struct cloud_fixture *fixture, const void *data)
{
	nova_add_host(&fixture->nova, 2, 1);
	fixture->options.database_timeout = 1;
	cloud_fixture_start(fixture);
	cloud_fixture_lock(fixture, "cell1");
	int64_t begin = g_get_monotonic_time();
	struct waiter waiter;
	waiter_init(&waiter, fixture);
	wish(fixture, FRESHNESS_NODES, waiter_done, &waiter);
	wish(fixture, FRESHNESS_NODES, waiter_done, &waiter);
	assert_found(fixture, UUID_3, 0, "2/3@cmp-03 8 2/3");
	assert_fails(waiter_await(&waiter, 2), MUSTER_ERROR_UNAVAILABLE, "cell cell1");
	g_assert_cmpint(g_get_monotonic_time() - begin, >=, CLOCK_SECOND);
	waiter_clear(&waiter);
	g_autofree char *health = describe_health(fixture);
	g_assert_cmpstr(health, ==, "cell cell1: has not answered within 1 s");
	assert_found(
		fixture, NULL, 3, "2/3@cmp-03 8 2/3"); /* of which cell 1 may have one by now */
	assert_fails(look_up(fixture, NULL, 1), MUSTER_ERROR_UNAVAILABLE, "cell cell1");
	cloud_fixture_unlock(fixture);
	for (bool well = false; !well;) { /* what it was at is over in a moment */
		CLEANUP(freshness_outcome_free)
		struct freshness_outcome *outcome = refresh(fixture, FRESHNESS_NODES);
		well = outcome->error == NULL;
	}
	g_autofree char *mended = describe_health(fixture);
	g_assert_cmpstr(mended, ==, "");
}

#define ADD(name, test)                                                                            \
	g_test_add("/refresh/" name, struct cloud_fixture, NULL, cloud_fixture_set_up, test,       \
		cloud_fixture_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* It warns of what is away. */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	ADD("one-name", test_cells_of_one_name_are_told_apart);
	ADD("fresh", test_a_wish_sees_what_was_written_before);
	ADD("shared", test_many_wishes_share_a_round);
	ADD("stale-if-error", test_old_answers_are_given_where_they_are_allowed);
	ADD("max-staleness", test_what_is_young_enough_is_fresh);
	ADD("never-read", test_what_was_never_read_is_not_fresh);
	ADD("away/start", test_a_cell_is_away_from_the_start);
	ADD("away/later", test_a_cell_is_away_for_a_while);
	ADD("away/map", test_the_map_is_away_for_a_while);
	ADD("away/hangs", test_a_cell_hangs);
	return g_test_run();
}
