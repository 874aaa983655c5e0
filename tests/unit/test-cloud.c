/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A running Nova's cells, read through struct freshness: the refresh, the look-up of one
 * node, and their ends, over databases that change, break, hang, come and go. What hangs is
 * a database that the test holds locked.
 */
#include "nova/cloud.h"

#include <sqlite3.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "nova-fixture.h"

#define DOWN_TIME (60 * CLOCK_SECOND)
#define LONG 60 /* s: longer than any machine is slow */

struct cloud_fixture {
	struct nova nova;
	struct inventory *inventory;
	struct health *health;
	struct uptimes *uptimes;
	char *api_database;
	struct cloud_options options;
	struct cloud *cloud; /* NULL until start() */
	sqlite3 *lock;       /* NULL: nothing is held */
};

/* Two cells, with the hosts 1 and 2 in the first, 3 in the second; one server is on host 1. */
static void
set_up(struct cloud_fixture *fixture, const void *data)
{
	nova_set_up(&fixture->nova, NULL);
	nova_add_cell(&fixture->nova, 1);
	nova_add_cell(&fixture->nova, 2);
	nova_add_host(&fixture->nova, 1, 1);
	nova_add_host(&fixture->nova, 1, 2);
	nova_add_host(&fixture->nova, 2, 3);
	nova_add_instance(&fixture->nova, 1, 1, "cmp-01");
	fixture->inventory = inventory_new(DOWN_TIME);
	fixture->health = health_new();
	fixture->uptimes = uptimes_new(CLOCK_SECOND, CLOCK_SECOND);
	fixture->api_database = nova_format_url(&fixture->nova, "api");
	fixture->options = (struct cloud_options){
		.inventory = fixture->inventory,
		.health = fixture->health,
		.uptimes = fixture->uptimes,
		.api_database = fixture->api_database,
		.database_timeout = LONG,
		.full_refresh_interval = LONG * CLOCK_SECOND,
		.uptime_deadline = LONG * CLOCK_SECOND,
	};
}

static void
unlock(struct cloud_fixture *fixture)
{
	g_clear_pointer(&fixture->lock, sqlite3_close);
}

static void
tear_down(struct cloud_fixture *fixture, const void *data)
{
	g_clear_pointer(&fixture->cloud, cloud_stop);
	unlock(fixture);
	g_free(fixture->api_database);
	uptimes_free(fixture->uptimes);
	health_free(fixture->health);
	inventory_free(fixture->inventory);
	nova_tear_down(&fixture->nova, NULL);
}

static void
start(struct cloud_fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	fixture->cloud = cloud_start(&fixture->options, &error);
	g_assert_no_error(error);
	g_assert_nonnull(fixture->cloud);
}

/* Whoever reads the database waits until unlock(). */
static void
lock(struct cloud_fixture *fixture, const char *database)
{
	g_autofree char *path = g_strdup_printf("%s/%s.db", fixture->nova.directory, database);
	g_assert_cmpint(sqlite3_open(path, &fixture->lock), ==, SQLITE_OK);
	sqlite3_busy_timeout(fixture->lock, LONG * 1000);
	g_assert_cmpint(
		sqlite3_exec(fixture->lock, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==, SQLITE_OK);
}

/* One who waits for a number of wishes, and what became of the last. */
struct waiter {
	struct cloud_fixture *fixture;
	GMutex lock;
	GCond news;
	unsigned done;
	struct freshness_outcome *outcome;
	GHashTable *seen; /* the marks of the readings that were shown; NULL: nobody asks */
};

static void
waiter_init(struct waiter *waiter, struct cloud_fixture *fixture)
{
	*waiter = (struct waiter){.fixture = fixture};
	g_mutex_init(&waiter->lock);
	g_cond_init(&waiter->news);
}

static void
waiter_clear(struct waiter *waiter)
{
	g_mutex_clear(&waiter->lock);
	g_cond_clear(&waiter->news);
	g_clear_pointer(&waiter->outcome, freshness_outcome_free);
	g_clear_pointer(&waiter->seen, g_hash_table_unref);
}

static void
on_done(struct freshness_outcome *outcome, void *user)
{
	struct waiter *waiter = user;
	g_mutex_lock(&waiter->lock);
	g_clear_pointer(&waiter->outcome, freshness_outcome_free);
	waiter->outcome = outcome;
	waiter->done++;
	g_cond_signal(&waiter->news);
	g_mutex_unlock(&waiter->lock);
}

/* Gives the outcome of the last of so many wishes. */
static struct freshness_outcome *
await(struct waiter *waiter, unsigned wishes)
{
	g_mutex_lock(&waiter->lock);
	while (waiter->done < wishes)
		g_cond_wait(&waiter->news, &waiter->lock);
	struct freshness_outcome *outcome = g_steal_pointer(&waiter->outcome);
	g_mutex_unlock(&waiter->lock);
	return outcome;
}

static const struct freshness *
get_freshness(const struct cloud_fixture *fixture)
{
	return cloud_get_freshness(fixture->cloud);
}

static void
wish(struct cloud_fixture *fixture, enum freshness_part part, freshness_done *done, void *user)
{
	const struct freshness *freshness = get_freshness(fixture);
	freshness->refresh(freshness->data, part, done, user);
}

static void
wish_node(struct cloud_fixture *fixture, const char *uuid, int64_t id, struct waiter *waiter)
{
	const struct freshness *freshness = get_freshness(fixture);
	freshness->read_node(
		freshness->data, (struct freshness_key){uuid, id}, true, on_done, waiter);
}

static struct freshness_outcome *
refresh(struct cloud_fixture *fixture, enum freshness_part part)
{
	struct waiter waiter;
	waiter_init(&waiter, fixture);
	wish(fixture, part, on_done, &waiter);
	struct freshness_outcome *outcome = await(&waiter, 1);
	waiter_clear(&waiter);
	return outcome;
}

static struct freshness_outcome *
look_up(struct cloud_fixture *fixture, const char *uuid, int64_t id)
{
	struct waiter waiter;
	waiter_init(&waiter, fixture);
	wish_node(fixture, uuid, id, &waiter);
	struct freshness_outcome *outcome = await(&waiter, 1);
	waiter_clear(&waiter);
	return outcome;
}

/* "CELL/ID@HOST vcpus", the service joined to it as "CELL/ID" or a dash, and its servers. */
static void
format(GString *text, const struct hypervisor *hypervisor)
{
	const struct node_columns *node = hypervisor_get_columns(hypervisor);
	const struct service *service = hypervisor_get_service(hypervisor);
	struct servers *servers = hypervisor_get_servers(hypervisor);
	g_string_append_printf(text, "%s%d/%d@%s %d", text->len > 0 ? ", " : "", (int)node->cell,
		(int)node->id, node->host, (int)node->vcpus);
	if (service == NULL)
		g_string_append(text, " -");
	else
		g_string_append_printf(text, " %d/%d", (int)service_get_cell(service),
			(int)service_get_id(service));
	if (hypervisor_is_unmapped(hypervisor))
		g_string_append(text, " unmapped");
	for (size_t i = 0; i < servers_get_size(servers); i++)
		g_string_append_printf(text, " %s", servers_get_name(servers, i));
}

static char *
describe_inventory(struct cloud_fixture *fixture)
{
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(fixture->inventory);
	g_autoptr(GString) text = g_string_new(NULL);
	for (size_t i = 0; i < snapshot_get_size(snapshot); i++)
		format(text, snapshot_get(snapshot, i));
	return g_strdup(text->str);
}

#define WHOLE "1/1@cmp-01 8 1/1 i1, 1/2@cmp-02 8 1/2, 2/3@cmp-03 8 2/3"

static void
assert_refreshed(struct cloud_fixture *fixture, const char *expected)
{
	CLEANUP(freshness_outcome_free)
	struct freshness_outcome *outcome = refresh(fixture, FRESHNESS_SERVERS);
	g_assert_no_error(outcome->error);
	g_assert_cmpint(outcome->age, ==, 0);
	g_autofree char *text = describe_inventory(fixture);
	g_assert_cmpstr(text, ==, expected);
}

static void
assert_found(struct cloud_fixture *fixture, const char *uuid, int64_t id, const char *expected)
{
	CLEANUP(freshness_outcome_free)
	struct freshness_outcome *outcome = look_up(fixture, uuid, id);
	g_assert_no_error(outcome->error);
	g_assert_cmpint(outcome->age, ==, 0);
	g_autoptr(GString) text = g_string_new(NULL);
	format(text, outcome->hypervisor);
	g_assert_cmpstr(text->str, ==, expected);
}

/* Takes the outcome. */
static void
assert_fails(struct freshness_outcome *outcome, enum muster_error code, const char *word)
{
	g_assert_error(outcome->error, MUSTER_ERROR, (int)code);
	g_assert_nonnull(strstr(outcome->error->message, word));
	g_assert_null(outcome->hypervisor);
	g_assert_cmpint(outcome->age, ==, 0);
	freshness_outcome_free(outcome);
}

static void
assert_not_found(struct cloud_fixture *fixture, const char *uuid, int64_t id)
{
	assert_fails(look_up(fixture, uuid, id), MUSTER_ERROR_NOT_FOUND, "no such node");
}

static void
assert_away(const struct freshness_outcome *outcome, int64_t cell)
{
	g_assert_nonnull(outcome->away);
	g_assert_cmpuint(outcome->away->len, ==, 1);
	g_assert_cmpint(g_array_index(outcome->away, int64_t, 0), ==, cell);
}

static char *
describe_health(struct cloud_fixture *fixture)
{
	g_auto(GStrv) parts = health_list(fixture->health);
	return g_strjoinv("\n", parts);
}

#define UUID_1 "c1000000-0000-4000-8000-000000000001"
#define UUID_2 "c1000000-0000-4000-8000-000000000002"
#define UUID_3 "c2000000-0000-4000-8000-000000000003"

static void
test_the_start_reads_all(struct cloud_fixture *fixture, const void *data)
{
	start(fixture);
	g_autofree char *text = describe_inventory(fixture);
	g_assert_cmpstr(text, ==, WHOLE);
	const struct freshness *freshness = get_freshness(fixture);
	g_assert_false(freshness->is_fresh(freshness->data, FRESHNESS_NODES));
	g_autofree char *health = describe_health(fixture);
	g_assert_cmpstr(health, ==, "");
}

static void
test_a_wish_sees_what_was_written_before(struct cloud_fixture *fixture, const void *data)
{
	start(fixture);
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
	on_done(outcome, user);
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
	start(fixture);
	struct waiter waiter;
	waiter_init(&waiter, fixture);
	waiter.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	lock(fixture, "cell1");
	for (unsigned i = 0; i < 100; i++)
		wish(fixture, i % 2 == 0 ? FRESHNESS_NODES : FRESHNESS_SERVERS, on_seen, &waiter);
	unlock(fixture);
	CLEANUP(freshness_outcome_free) struct freshness_outcome *last = await(&waiter, 100);
	g_assert_no_error(last->error);
	/* The first began a round, in which the others came too late. */
	g_assert_cmpuint(g_hash_table_size(waiter.seen), ==, 2);
	waiter_clear(&waiter);
}

static void
test_a_node_is_looked_up(struct cloud_fixture *fixture, const void *data)
{
	start(fixture);
	assert_found(fixture, UUID_1, 0, "1/1@cmp-01 8 1/1 i1");
	assert_found(fixture, NULL, 3, "2/3@cmp-03 8 2/3");
	assert_not_found(fixture, "c9000000-0000-4000-8000-000000000001", 0);
	assert_not_found(fixture, NULL, 99);
	assert_not_found(fixture, NULL, 0);
	assert_not_found(fixture, NULL, -1);
}

static void
test_an_id_is_of_the_first_cell_that_has_it(struct cloud_fixture *fixture, const void *data)
{
	nova_add_host(&fixture->nova, 2, 2);
	start(fixture);
	assert_found(fixture, NULL, 2, "1/2@cmp-02 8 1/2");
	nova_execute(&fixture->nova, "cell1", "DELETE FROM compute_nodes WHERE id = 2");
	assert_found(fixture, NULL, 2, "2/2@cmp-02 8 1/2");
	nova_add_host(&fixture->nova, 1, 4); /* of an id that was another cell's alone */
	nova_execute(&fixture->nova, "cell1", "UPDATE compute_nodes SET id = 3 WHERE id = 4");
	assert_found(fixture, NULL, 3, "1/3@cmp-04 8 1/4");
}

static void
test_a_look_up_sees_what_was_written_before(struct cloud_fixture *fixture, const void *data)
{
	start(fixture);
	nova_execute(&fixture->nova, "cell1",
		"UPDATE compute_nodes SET vcpus = 9 WHERE id = 1;" /* and no time */
		"UPDATE instances SET host = 'cmp-02'");
	assert_found(fixture, UUID_1, 0, "1/1@cmp-01 9 1/1");
	assert_found(fixture, UUID_2, 0, "1/2@cmp-02 8 1/2 i1");
	nova_execute(&fixture->nova, "cell1",
		"UPDATE services SET deleted = id WHERE id = 1;"
		"UPDATE compute_nodes SET host = 'cmp-09' WHERE id = 2");
	assert_found(fixture, UUID_1, 0, "1/1@cmp-01 9 -");
	assert_found(fixture, UUID_2, 0, "1/2@cmp-09 8 - unmapped");
	nova_execute(&fixture->nova, "cell1", "UPDATE compute_nodes SET deleted = id");
	assert_not_found(fixture, UUID_1, 0);
	nova_add_host(&fixture->nova, 1, 5);
	assert_found(fixture, "c1000000-0000-4000-8000-000000000005", 0, "1/5@cmp-05 8 1/5");
}

static void
test_a_node_moves_to_another_cell(struct cloud_fixture *fixture, const void *data)
{
	start(fixture);
	nova_execute(&fixture->nova, "cell1", "UPDATE compute_nodes SET deleted = id WHERE id = 1");
	nova_add_host(&fixture->nova, 2, 1);
	nova_execute(&fixture->nova, "cell2",
		"UPDATE compute_nodes SET uuid = '" UUID_1 "', vcpus = 9 WHERE id = 1");
	assert_found(fixture, UUID_1, 0, "2/1@cmp-01 9 1/1 i1"); /* the host's mapping stays */
	nova_execute(&fixture->nova, "api",
		"UPDATE host_mappings SET cell_id = 2 WHERE host = 'cmp-01'");
	assert_found(fixture, UUID_1, 0, "2/1@cmp-01 9 2/1");
	nova_execute(&fixture->nova, "api",
		"UPDATE host_mappings SET cell_id = 7 WHERE host = 'cmp-01'");
	assert_found(fixture, UUID_1, 0, "2/1@cmp-01 9 -");
	nova_execute(&fixture->nova, "api", "DELETE FROM host_mappings WHERE host = 'cmp-01'");
	assert_found(fixture, UUID_1, 0, "2/1@cmp-01 9 - unmapped");
}

static void
test_cells_come_and_go(struct cloud_fixture *fixture, const void *data)
{
	start(fixture);
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
	start(fixture);
	assert_only_cell2_is_away(fixture);
	nova_execute(&fixture->nova, "cell2", "ALTER TABLE away RENAME TO services");
	assert_refreshed(fixture, WHOLE);
	g_autofree char *health = describe_health(fixture);
	g_assert_cmpstr(health, ==, "");
}

static void
test_a_cell_is_away_for_a_while(struct cloud_fixture *fixture, const void *data)
{
	start(fixture);
	nova_execute(&fixture->nova, "cell2", "ALTER TABLE services RENAME TO away");
	assert_only_cell2_is_away(fixture);
	nova_execute(&fixture->nova, "cell2", "ALTER TABLE away RENAME TO services");
	assert_refreshed(fixture, WHOLE);
	assert_found(fixture, UUID_3, 0, "2/3@cmp-03 8 2/3");
}

/* Another node that has its id is in a healthy cell. */
static void
test_of_a_cell_that_is_away_no_other_answers(struct cloud_fixture *fixture, const void *data)
{
	nova_add_host(&fixture->nova, 2, 1);
	start(fixture);
	nova_execute(&fixture->nova, "cell1", "ALTER TABLE compute_nodes RENAME TO away");
	assert_fails(look_up(fixture, NULL, 1), MUSTER_ERROR_UNAVAILABLE, "cell cell1");
	assert_fails(look_up(fixture, UUID_1, 0), MUSTER_ERROR_UNAVAILABLE, "cell cell1");
	assert_found(fixture, NULL, 3, "2/3@cmp-03 8 2/3");
	/* Its host is mapped to the cell that is away. */
	assert_fails(look_up(fixture, "c2000000-0000-4000-8000-000000000001", 0),
		MUSTER_ERROR_UNAVAILABLE, "cell cell1");
}

static void
test_the_map_is_away_for_a_while(struct cloud_fixture *fixture, const void *data)
{
	start(fixture);
	nova_execute(&fixture->nova, "api", "ALTER TABLE host_mappings RENAME TO away");
	assert_fails(refresh(fixture, FRESHNESS_NODES), MUSTER_ERROR_UNAVAILABLE, "API database");
	assert_fails(look_up(fixture, UUID_1, 0), MUSTER_ERROR_UNAVAILABLE, "API database");
	assert_fails(look_up(fixture, "no-such-uuid", 0), MUSTER_ERROR_UNAVAILABLE, "API database");
	nova_execute(&fixture->nova, "api", "ALTER TABLE away RENAME TO host_mappings");
	assert_refreshed(fixture, WHOLE);
	assert_found(fixture, UUID_1, 0, "1/1@cmp-01 8 1/1 i1");
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
	start(fixture);
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

static void
test_old_answers_are_given_where_they_are_allowed(struct cloud_fixture *fixture, const void *data)
{
	fixture->options.stale_if_error = 3600 * CLOCK_SECOND;
	start(fixture);
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

/* And what was known of a cell is kept though it is to be reached at a place where it is not. */
static void
test_a_cell_is_reached_otherwise(struct cloud_fixture *fixture, const void *data)
{
	fixture->options.stale_if_error = 3600 * CLOCK_SECOND;
	start(fixture);
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
test_what_is_young_enough_is_fresh(struct cloud_fixture *fixture, const void *data)
{
	fixture->options.max_staleness = 3600 * CLOCK_SECOND;
	start(fixture);
	const struct freshness *freshness = get_freshness(fixture);
	g_assert_true(freshness->is_fresh(freshness->data, FRESHNESS_NODES));
	g_assert_true(freshness->is_fresh(freshness->data, FRESHNESS_SERVERS));
}

static void
test_what_was_never_read_is_not_fresh(struct cloud_fixture *fixture, const void *data)
{
	fixture->options.max_staleness = G_MAXINT64 / 2;
	nova_execute(&fixture->nova, "cell2", "DROP TABLE services");
	start(fixture);
	const struct freshness *freshness = get_freshness(fixture);
	g_assert_false(freshness->is_fresh(freshness->data, FRESHNESS_NODES));
}

/* Until then a list waits for its whole time, once, and names the cell. */
static void
test_a_cell_hangs(struct cloud_fixture *fixture, const void *data)
{
	nova_add_host(&fixture->nova, 2, 1);
	fixture->options.database_timeout = 1;
	start(fixture);
	lock(fixture, "cell1");
	int64_t begin = g_get_monotonic_time();
	struct waiter waiter;
	waiter_init(&waiter, fixture);
	wish(fixture, FRESHNESS_NODES, on_done, &waiter);
	wish(fixture, FRESHNESS_NODES, on_done, &waiter);
	assert_found(fixture, UUID_3, 0, "2/3@cmp-03 8 2/3");
	assert_fails(await(&waiter, 2), MUSTER_ERROR_UNAVAILABLE, "cell cell1");
	g_assert_cmpint(g_get_monotonic_time() - begin, >=, CLOCK_SECOND);
	waiter_clear(&waiter);
	g_autofree char *health = describe_health(fixture);
	g_assert_cmpstr(health, ==, "cell cell1: has not answered within 1 s");
	assert_found(
		fixture, NULL, 3, "2/3@cmp-03 8 2/3"); /* of which cell 1 may have one by now */
	assert_fails(look_up(fixture, NULL, 1), MUSTER_ERROR_UNAVAILABLE, "cell cell1");
	unlock(fixture);
	for (bool well = false; !well;) { /* what it was at is over in a moment */
		CLEANUP(freshness_outcome_free)
		struct freshness_outcome *outcome = refresh(fixture, FRESHNESS_NODES);
		well = outcome->error == NULL;
	}
	g_autofree char *mended = describe_health(fixture);
	g_assert_cmpstr(mended, ==, "");
}

static void
test_the_end_tells_all_who_wait(struct cloud_fixture *fixture, const void *data)
{
	start(fixture);
	lock(fixture, "cell1");
	struct waiter waiter;
	waiter_init(&waiter, fixture);
	for (unsigned i = 0; i < 3; i++) {
		wish(fixture, FRESHNESS_SERVERS, on_done, &waiter);
		wish_node(fixture, UUID_1, 0, &waiter);
		wish_node(fixture, NULL, 99, &waiter);
	}
	g_clear_pointer(&fixture->cloud, cloud_stop);
	assert_fails(await(&waiter, 9), MUSTER_ERROR_UNAVAILABLE, "is being stopped");
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
	lock(fixture, "cell1");
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
	on_done(g_new0(struct freshness_outcome, 1), user);
}

static void
test_computes_without_a_broker_are_asked_in_vain(struct cloud_fixture *fixture, const void *data)
{
	start(fixture);
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(fixture->inventory);
	g_autoptr(GPtrArray) hypervisors = g_ptr_array_new();
	for (size_t i = 0; i < snapshot_get_size(snapshot); i++) {
		g_ptr_array_add(hypervisors, snapshot_get(snapshot, i));
		g_ptr_array_add(hypervisors, snapshot_get(snapshot, i));
	}
	struct waiter waiter;
	waiter_init(&waiter, fixture);
	const struct freshness *freshness = get_freshness(fixture);
	freshness->ask_uptimes(freshness->data, hypervisors, NULL, NULL);
	freshness->ask_uptimes(freshness->data, hypervisors, on_asked, &waiter);
	freshness_outcome_free(await(&waiter, 1));
	struct uptime uptime;
	uptimes_get(fixture->uptimes, 1, "cmp-01", clock_now(), &uptime);
	g_assert_cmpint(uptime.outcome, ==, UPTIME_UNSUPPORTED);
	uptime_clear(&uptime);
	waiter_clear(&waiter);
}

#define ADD(name, test)                                                                            \
	g_test_add("/cloud/" name, struct cloud_fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* It warns of what is away. */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	ADD("start", test_the_start_reads_all);
	ADD("start/cancelled", test_a_start_is_cancelled);
	ADD("start/fails", test_the_start_fails_without_an_api_database);
	ADD("refresh", test_a_wish_sees_what_was_written_before);
	ADD("refresh/shared", test_many_wishes_share_a_round);
	ADD("refresh/stale-if-error", test_old_answers_are_given_where_they_are_allowed);
	ADD("refresh/max-staleness", test_what_is_young_enough_is_fresh);
	ADD("refresh/never-read", test_what_was_never_read_is_not_fresh);
	ADD("look-up", test_a_node_is_looked_up);
	ADD("look-up/first-cell", test_an_id_is_of_the_first_cell_that_has_it);
	ADD("look-up/fresh", test_a_look_up_sees_what_was_written_before);
	ADD("look-up/moved", test_a_node_moves_to_another_cell);
	ADD("look-up/hidden", test_of_a_cell_that_is_away_no_other_answers);
	ADD("cells", test_cells_come_and_go);
	ADD("cells/otherwise", test_a_cell_is_reached_otherwise);
	ADD("cells/cell0", test_of_cell0_nothing_is_needed);
	ADD("away/start", test_a_cell_is_away_from_the_start);
	ADD("away/later", test_a_cell_is_away_for_a_while);
	ADD("away/map", test_the_map_is_away_for_a_while);
	ADD("away/hangs", test_a_cell_hangs);
	ADD("uptimes", test_computes_without_a_broker_are_asked_in_vain);
	ADD("end", test_the_end_tells_all_who_wait);
	return g_test_run();
}
