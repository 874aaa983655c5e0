/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory: what is published, heartbeats beside it, and readers beside the writer. */
#include "model/inventory.h"

#include "cloud.h"

enum { HOSTS = 100, ROUNDS = 400, READERS = 3 };

static struct inventory *
make_inventory(const struct cloud_host *wanted)
{
	struct inventory *inventory = inventory_new(CLOUD_DOWN_TIME);
	g_autoptr(GPtrArray) batch = cloud_make_batch(wanted);
	inventory_load(inventory, batch, CLOUD_START);
	return inventory;
}

static void
test_holds_an_empty_snapshot_at_first(void)
{
	CLEANUP(inventory_free) struct inventory *inventory = inventory_new(CLOUD_DOWN_TIME);
	CLEANUP(snapshot_unref) struct snapshot *snapshot = inventory_get_snapshot(inventory);
	g_assert_cmpuint(snapshot_get_size(snapshot), ==, 0);
	g_assert_cmpint(inventory_get_down_time(inventory), ==, CLOUD_DOWN_TIME);
	g_assert_cmpint(inventory_get_refreshed_at(inventory), ==, CLOCK_UNKNOWN);
	g_assert_cmpuint(inventory_get_revivals(inventory), ==, 0);
}

static void
test_publishes_what_is_loaded_and_updated(void)
{
	CLEANUP(inventory_free)
	struct inventory *inventory = make_inventory(&(struct cloud_host){.n = 1});
	CLEANUP(snapshot_unref) struct snapshot *loaded = inventory_get_snapshot(inventory);
	g_assert_cmpint(inventory_get_refreshed_at(inventory), ==, CLOUD_START);

	g_autoptr(GPtrArray) batch = cloud_make_batch(&(struct cloud_host){.n = 2});
	inventory_update(inventory, batch, CLOUD_START + 5);
	CLEANUP(snapshot_unref) struct snapshot *updated = inventory_get_snapshot(inventory);
	g_assert_cmpuint(snapshot_get_size(loaded), ==, 1); /* a reader's stays as it was */
	g_assert_cmpuint(snapshot_get_size(updated), ==, 2);
	g_assert_cmpint(inventory_get_refreshed_at(inventory), ==, CLOUD_START + 5);

	inventory_load(inventory, batch, CLOUD_START + 6);
	CLEANUP(snapshot_unref) struct snapshot *anew = inventory_get_snapshot(inventory);
	g_assert_cmpuint(snapshot_get_size(anew), ==, 1);
	g_assert_cmpuint(snapshot_find_host(anew, 0, "cmp-01"), ==, SNAPSHOT_NONE);
}

static void
test_publishes_aggregates_beside_the_snapshot(void)
{
	CLEANUP(inventory_free) struct inventory *inventory = inventory_new(CLOUD_DOWN_TIME);
	g_assert_null(inventory_get_aggregates(inventory));

	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)aggregate_free);
	g_ptr_array_add(list, aggregate_new(1, NULL, "ssd"));
	inventory_set_aggregates(inventory, aggregates_new(g_steal_pointer(&list)));
	CLEANUP(aggregates_unref)
	struct aggregates *aggregates = inventory_get_aggregates(inventory);
	inventory_set_aggregates(inventory, NULL);
	g_assert_null(inventory_get_aggregates(inventory));
	g_assert_cmpuint(aggregates_get_size(aggregates), ==, 1); /* a reader's stays as it was */
}

static bool
is_up(struct inventory *inventory, int64_t now)
{
	CLEANUP(snapshot_unref) struct snapshot *snapshot = inventory_get_snapshot(inventory);
	int64_t until;
	return service_is_up(
		hypervisor_get_service(snapshot_get(snapshot, 0)), now, CLOUD_DOWN_TIME, &until);
}

static void
test_a_beat_makes_no_new_snapshot(void)
{
	CLEANUP(inventory_free)
	struct inventory *inventory = make_inventory(&(struct cloud_host){.n = 1});
	CLEANUP(snapshot_unref) struct snapshot *before = inventory_get_snapshot(inventory);
	int64_t later = CLOUD_START + CLOUD_DOWN_TIME;
	inventory_beat(inventory, "cmp-01", later, later);
	CLEANUP(snapshot_unref) struct snapshot *after = inventory_get_snapshot(inventory);
	g_assert_true(before == after);
	g_assert_true(is_up(inventory, later + CLOUD_DOWN_TIME));
	g_assert_cmpint(inventory_get_refreshed_at(inventory), ==, later);
	g_assert_cmpuint(inventory_get_revivals(inventory), ==, 0); /* it was up all the while */
}

static void
test_a_beat_that_brings_a_host_back_is_counted(void)
{
	CLEANUP(inventory_free)
	struct inventory *inventory = make_inventory(&(struct cloud_host){.n = 1});
	int64_t later = CLOUD_START + CLOUD_DOWN_TIME + 1;
	g_assert_false(is_up(inventory, later));
	inventory_beat(inventory, "cmp-01", later, later);
	g_assert_true(is_up(inventory, later));
	g_assert_cmpuint(inventory_get_revivals(inventory), ==, 1);
	inventory_beat(inventory, "cmp-01", later + 1, later + 1);
	g_assert_cmpuint(inventory_get_revivals(inventory), ==, 1);
}

static void
test_a_beat_too_old_brings_nothing_back(void)
{
	CLEANUP(inventory_free)
	struct inventory *inventory = make_inventory(&(struct cloud_host){.n = 1});
	int64_t later = CLOUD_START + 9 * CLOUD_DOWN_TIME;
	inventory_beat(inventory, "cmp-01", CLOUD_START + 1, later);
	g_assert_false(is_up(inventory, later));
	g_assert_cmpuint(inventory_get_revivals(inventory), ==, 0);
}

static void
test_a_beat_of_nobody_is_passed_over(void)
{
	CLEANUP(inventory_free)
	struct inventory *inventory = make_inventory(&(struct cloud_host){.n = 1, .orphan = true});
	inventory_beat(inventory, "cmp-01", CLOUD_START + 1, CLOUD_START + 1);
	inventory_beat(inventory, "cmp-99", CLOUD_START + 1, CLOUD_START + 2);
	g_assert_cmpuint(inventory_get_revivals(inventory), ==, 0);
	g_assert_cmpint(inventory_get_refreshed_at(inventory), ==, CLOUD_START + 2);
}

static void
test_a_beat_reaches_a_host_without_a_node(void)
{
	CLEANUP(inventory_free) struct inventory *inventory = inventory_new(CLOUD_DOWN_TIME);
	g_autoptr(GPtrArray) batch = cloud_make_batch(&(struct cloud_host){.n = 1});
	struct host *host = batch->pdata[0];
	g_ptr_array_set_size(host->hypervisors, 0);
	inventory_load(inventory, batch, CLOUD_START);
	inventory_beat(inventory, "cmp-01", CLOUD_START + 7, CLOUD_START + 7);
	g_assert_cmpint(service_get_updated_at(host->services->pdata[0]), ==, CLOUD_START + 7);
}

static void
test_a_beat_after_the_clock_was_set_back_is_counted(void)
{
	CLEANUP(inventory_free)
	struct inventory *inventory = make_inventory(&(struct cloud_host){.n = 1});
	inventory_beat(inventory, "cmp-01", CLOUD_START - 5, CLOUD_START - 5);
	g_assert_true(is_up(inventory, CLOUD_START - 5));
	g_assert_cmpuint(inventory_get_revivals(inventory), ==, 1);
}

struct reading {
	struct inventory *inventory;
	int done; /* atomic */
};

/* In every snapshot all hosts are of the same round, since a batch makes one snapshot. */
static void *
read_snapshots(void *data)
{
	struct reading *reading = data;
	int64_t newest = 0;
	do {
		CLEANUP(snapshot_unref)
		struct snapshot *snapshot = inventory_get_snapshot(reading->inventory);
		int64_t round = hypervisor_get_columns(snapshot_get(snapshot, 0))->vcpus_used;
		g_assert_cmpint(round, >=, newest);
		newest = round;
		for (size_t slot = 0; slot < snapshot_get_size(snapshot); slot++)
			g_assert_cmpint(
				hypervisor_get_columns(snapshot_get(snapshot, slot))->vcpus_used,
				==, round);
		g_assert_cmpint(snapshot_get_statistics(snapshot)->vcpus_used, ==, round * HOSTS);
	} while (!g_atomic_int_get(&reading->done));
	return NULL;
}

static GPtrArray *
make_round(int64_t round)
{
	GPtrArray *hosts = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	for (unsigned n = 1; n <= HOSTS; n++)
		g_ptr_array_add(
			hosts, cloud_make_host(&(struct cloud_host){.n = n, .vcpus_used = round}));
	return hosts;
}

static void
test_readers_see_whole_batches_while_one_writes(void)
{
	CLEANUP(inventory_free) struct inventory *inventory = inventory_new(CLOUD_DOWN_TIME);
	g_autoptr(GPtrArray) first = make_round(0);
	inventory_load(inventory, first, CLOUD_START);
	struct reading reading = {.inventory = inventory};
	GThread *readers[READERS];
	for (int i = 0; i < READERS; i++)
		readers[i] = g_thread_new("reader", read_snapshots, &reading);

	for (int64_t round = 1; round <= ROUNDS; round++) {
		g_autoptr(GPtrArray) batch = make_round(round);
		inventory_update(inventory, batch, CLOUD_START + round);
		inventory_beat(inventory, "cmp-01", CLOUD_START + round, CLOUD_START + round);
	}
	g_atomic_int_set(&reading.done, 1);
	for (int i = 0; i < READERS; i++)
		g_thread_join(readers[i]);
	CLEANUP(snapshot_unref) struct snapshot *last = inventory_get_snapshot(inventory);
	g_assert_cmpint(snapshot_get_statistics(last)->vcpus_used, ==, ROUNDS * HOSTS);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/inventory/publishes-aggregates-beside-the-snapshot",
		test_publishes_aggregates_beside_the_snapshot);
	g_test_add_func("/inventory/holds-an-empty-snapshot-at-first",
		test_holds_an_empty_snapshot_at_first);
	g_test_add_func("/inventory/publishes-what-is-loaded-and-updated",
		test_publishes_what_is_loaded_and_updated);
	g_test_add_func(
		"/inventory/a-beat-makes-no-new-snapshot", test_a_beat_makes_no_new_snapshot);
	g_test_add_func("/inventory/a-beat-that-brings-a-host-back-is-counted",
		test_a_beat_that_brings_a_host_back_is_counted);
	g_test_add_func("/inventory/a-beat-too-old-brings-nothing-back",
		test_a_beat_too_old_brings_nothing_back);
	g_test_add_func(
		"/inventory/a-beat-of-nobody-is-passed-over", test_a_beat_of_nobody_is_passed_over);
	g_test_add_func("/inventory/a-beat-reaches-a-host-without-a-node",
		test_a_beat_reaches_a_host_without_a_node);
	g_test_add_func("/inventory/a-beat-after-the-clock-was-set-back-is-counted",
		test_a_beat_after_the_clock_was_set_back_is_counted);
	g_test_add_func("/inventory/readers-see-whole-batches-while-one-writes",
		test_readers_see_whole_batches_while_one_writes);
	return g_test_run();
}
