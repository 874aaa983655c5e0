/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of several cells, put together. A snapshot is told as a text, a line for each
 * node: "CELL/ID@HOST", the service joined to it as "CELL/ID" or a dash, "unmapped", "counts",
 * its uptime, and how many servers it has.
 */
#include "nova/cloud_rows.h"

#include "base/clock.h"
#include "model/caseless.h"

#define NOW INT64_C(1793491200000000)
#define DOWN_TIME (60 * CLOCK_SECOND)

struct rows_fixture {
	struct inventory *inventory;
	struct cloud_rows *rows;
	bool caseless;
};

static void
set_up(struct rows_fixture *fixture, const void *data)
{
	fixture->caseless = data != NULL;
	fixture->inventory = inventory_new(DOWN_TIME);
	fixture->rows = cloud_rows_new(fixture->inventory, fixture->caseless);
}

static void
tear_down(struct rows_fixture *fixture, const void *data)
{
	cloud_rows_free(fixture->rows);
	inventory_free(fixture->inventory);
}

static struct cell_delta *
new_delta(struct rows_fixture *fixture, int64_t cell)
{
	struct cell_delta *delta = cell_delta_new(cell, fixture->caseless);
	delta->services = g_ptr_array_new_with_free_func((GDestroyNotify)service_unref);
	return delta;
}

static struct service *
add_service(struct cell_delta *delta, int64_t id, const char *host)
{
	struct service_columns columns = {
		.cell = delta->cell,
		.id = id,
		.host = host,
		.binary = "nova-compute",
		.disabled_known = true,
		.created_at = NOW,
		.updated_at = NOW,
		.last_seen_up = NOW,
	};
	struct service *service = service_new(&columns);
	g_ptr_array_add(delta->services, service);
	return service;
}

static void
add_node(struct cell_delta *delta, int64_t id, const char *host, const char *uptime)
{
	g_autofree char *uuid = g_strdup_printf("%d-%d", (int)delta->cell, (int)id);
	const struct node_columns columns = {
		.cell = delta->cell,
		.id = id,
		.uuid = uuid,
		.host = host,
		.hypervisor_hostname = host,
		.hypervisor_type = "QEMU",
		.cpu_info = "",
		.vcpus = 8,
		.uptime_known = uptime != NULL,
		.uptime = uptime,
	};
	g_ptr_array_add(delta->nodes, node_new(&columns));
}

static void
add_servers(struct cell_delta *delta, const char *host, unsigned size)
{
	struct servers_builder *builder = servers_builder_new();
	for (unsigned i = 0; i < size; i++)
		servers_builder_add(builder, i, "uuid", "name");
	g_hash_table_replace(delta->servers, g_strdup(host), servers_builder_end(builder));
}

/* Hosts a and b of a cell, of the ids 1 and 2, as a first reading brings them. */
static struct cell_delta *
new_whole_delta(struct rows_fixture *fixture, int64_t cell)
{
	struct cell_delta *delta = new_delta(fixture, cell);
	delta->all_nodes = delta->all_servers = true;
	add_service(delta, 1, "a");
	add_service(delta, 2, "b");
	add_node(delta, 1, "a", NULL);
	add_node(delta, 2, "b", NULL);
	add_servers(delta, "a", 3);
	return delta;
}

/* "a=1 b=2" */
static void
map(struct rows_fixture *fixture, const char *text)
{
	GHashTable *mappings = g_hash_table_new_full(caseless_get_hash(fixture->caseless),
		caseless_get_equal(fixture->caseless), g_free, g_free);
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	for (char **word = words; *word != NULL && **word != '\0'; word++) {
		g_auto(GStrv) sides = g_strsplit(*word, "=", 2);
		int64_t cell = g_ascii_strtoll(sides[1], NULL, 10);
		g_hash_table_replace(mappings, g_strdup(sides[0]), g_memdup2(&cell, sizeof(cell)));
	}
	cloud_rows_set_mappings(fixture->rows, mappings);
	g_hash_table_unref(mappings);
}

static void
take(struct rows_fixture *fixture, struct cell_delta *delta)
{
	cloud_rows_take_delta(fixture->rows, delta, NOW);
}

static void
format_node(GString *text, const struct hypervisor *hypervisor)
{
	const struct node_columns *node = hypervisor_get_columns(hypervisor);
	const struct service *service = hypervisor_get_service(hypervisor);
	g_string_append_printf(text, "%d/%d@%s", (int)node->cell, (int)node->id, node->host);
	if (service == NULL)
		g_string_append(text, " -");
	else
		g_string_append_printf(text, " %d/%d", (int)service_get_cell(service),
			(int)service_get_id(service));
	if (hypervisor_is_unmapped(hypervisor))
		g_string_append(text, " unmapped");
	if (hypervisor_counts(hypervisor))
		g_string_append(text, " counts");
	if (node->uptime_known)
		g_string_append_printf(text, " %s", node->uptime);
	g_string_append_printf(
		text, " %u\n", (unsigned)servers_get_size(hypervisor_get_servers(hypervisor)));
}

static void
assert_published(struct rows_fixture *fixture, const char *expected)
{
	cloud_rows_publish(fixture->rows, NOW);
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(fixture->inventory);
	g_autoptr(GString) text = g_string_new(NULL);
	for (size_t i = 0; i < snapshot_get_size(snapshot); i++)
		format_node(text, snapshot_get(snapshot, i));
	g_assert_cmpstr(text->str, ==, expected);
}

static void
test_a_cell_comes_and_goes(struct rows_fixture *fixture, const void *data)
{
	assert_published(fixture, "");
	map(fixture, "a=1 b=1 c=2");
	take(fixture, new_whole_delta(fixture, 1));
	assert_published(fixture, "1/1@a 1/1 counts 3\n1/2@b 1/2 counts 0\n");
	struct cell_delta *second = new_delta(fixture, 2);
	add_service(second, 1, "c");
	add_node(second, 1, "c", NULL);
	take(fixture, second);
	assert_published(fixture, "1/1@a 1/1 counts 3\n1/2@b 1/2 counts 0\n2/1@c 2/1 counts 0\n");
	cloud_rows_drop_cell(fixture->rows, 1);
	assert_published(fixture, "2/1@c 2/1 counts 0\n");
	cloud_rows_drop_cell(fixture->rows, 7); /* of which nothing was known */
	take(fixture, new_whole_delta(fixture, 1));
	assert_published(fixture, "1/1@a 1/1 counts 3\n1/2@b 1/2 counts 0\n2/1@c 2/1 counts 0\n");
}

static void
test_a_host_is_mapped_elsewhere(struct rows_fixture *fixture, const void *data)
{
	map(fixture, "a=1");
	take(fixture, new_whole_delta(fixture, 1));
	struct cell_delta *second = new_delta(fixture, 2);
	add_service(second, 9, "a");
	add_servers(second, "a", 5);
	take(fixture, second);
	assert_published(fixture, "1/1@a 1/1 counts 3\n1/2@b - unmapped counts 0\n");
	map(fixture, "a=2 b=2");
	assert_published(fixture, "1/1@a 2/9 counts 5\n1/2@b - counts 0\n");
	map(fixture, "b=1 a=3"); /* of which there is none, or it has not been read */
	assert_published(fixture, "1/1@a - counts 0\n1/2@b 1/2 counts 0\n");
	map(fixture, "");
	assert_published(fixture, "1/1@a - unmapped counts 0\n1/2@b - unmapped counts 0\n");
	map(fixture, "a=1 b=1");
	assert_published(fixture, "1/1@a 1/1 counts 3\n1/2@b 1/2 counts 0\n");
}

static void
test_one_hostname_in_two_cells(struct rows_fixture *fixture, const void *data)
{
	map(fixture, "a=2 b=2");
	take(fixture, new_whole_delta(fixture, 1));
	take(fixture, new_whole_delta(fixture, 2));
	assert_published(fixture, "1/1@a 2/1 counts 3\n1/2@b 2/2 counts 0\n"
				  "2/1@a 2/1 counts 3\n2/2@b 2/2 counts 0\n");
	cloud_rows_drop_cell(fixture->rows, 2);
	assert_published(fixture, "1/1@a - counts 0\n1/2@b - counts 0\n");
}

/* Nova counts a node by the nova-compute of its own cell, wherever its host is mapped. */
static void
test_what_counts(struct rows_fixture *fixture, const void *data)
{
	map(fixture, "a=2 b=1");
	struct cell_delta *first = new_delta(fixture, 1);
	add_node(first, 1, "a", NULL);
	add_node(first, 2, "b", NULL);
	add_service(first, 2, "b");
	take(fixture, first);
	struct cell_delta *second = new_delta(fixture, 2);
	add_service(second, 1, "a");
	take(fixture, second);
	assert_published(fixture, "1/1@a 2/1 0\n1/2@b 1/2 counts 0\n");
}

static void
test_a_service_is_made_anew(struct rows_fixture *fixture, const void *data)
{
	map(fixture, "a=1 b=1");
	take(fixture, new_whole_delta(fixture, 1));
	assert_published(fixture, "1/1@a 1/1 counts 3\n1/2@b 1/2 counts 0\n");
	struct cell_delta *without = new_delta(fixture, 1);
	add_service(without, 2, "b");
	take(fixture, without);
	assert_published(fixture, "1/1@a - 3\n1/2@b 1/2 counts 0\n");
	struct cell_delta *anew = new_delta(fixture, 1);
	add_service(anew, 2, "b");
	add_service(anew, 3, "a");
	take(fixture, anew);
	assert_published(fixture, "1/1@a 1/3 counts 3\n1/2@b 1/2 counts 0\n");
	struct cell_delta *moved = new_delta(fixture, 1);
	add_service(moved, 2, "a");
	take(fixture, moved);
	assert_published(fixture, "1/1@a 1/2 counts 3\n1/2@b - 0\n");
}

static void
test_nodes_come_move_and_go(struct rows_fixture *fixture, const void *data)
{
	map(fixture, "a=1 b=1");
	take(fixture, new_whole_delta(fixture, 1));
	struct cell_delta *more = cell_delta_new(1, fixture->caseless); /* services were not read */
	add_node(more, 3, "a", NULL);
	add_node(more, 2, "a", NULL);
	take(fixture, more);
	assert_published(fixture, "1/1@a 1/1 counts 3\n1/2@a 1/1 counts 3\n1/3@a 1/1 counts 3\n");
	struct cell_delta *fewer = cell_delta_new(1, fixture->caseless);
	const int64_t gone[] = {1, 99};
	g_array_append_vals(fewer->gone, gone, 2);
	take(fixture, fewer);
	assert_published(fixture, "1/2@a 1/1 counts 3\n1/3@a 1/1 counts 3\n");
	struct cell_delta *all = cell_delta_new(1, fixture->caseless);
	all->all_nodes = true;
	add_node(all, 3, "b", NULL);
	take(fixture, all);
	assert_published(fixture, "1/3@b 1/2 counts 0\n");
}

static void
test_servers_come_and_go(struct rows_fixture *fixture, const void *data)
{
	map(fixture, "a=1 b=1");
	take(fixture, new_whole_delta(fixture, 1));
	struct cell_delta *moved = cell_delta_new(1, fixture->caseless);
	add_servers(moved, "a", 1);
	add_servers(moved, "b", 2);
	add_servers(moved, "nowhere", 7);
	take(fixture, moved);
	assert_published(fixture, "1/1@a 1/1 counts 1\n1/2@b 1/2 counts 2\n");
	struct cell_delta *emptied = cell_delta_new(1, fixture->caseless);
	add_servers(emptied, "b", 0);
	take(fixture, emptied);
	assert_published(fixture, "1/1@a 1/1 counts 1\n1/2@b 1/2 counts 0\n");
	struct cell_delta *all = cell_delta_new(1, fixture->caseless);
	all->all_servers = true;
	add_servers(all, "b", 4);
	take(fixture, all);
	assert_published(fixture, "1/1@a 1/1 counts 0\n1/2@b 1/2 counts 4\n");
}

/* Of a host's nodes the first by id tells for all, in whichever order they came. */
static void
test_a_node_tells_the_uptime_of_its_host(struct rows_fixture *fixture, const void *data)
{
	map(fixture, "a=1 b=1");
	take(fixture, new_whole_delta(fixture, 1));
	struct cell_delta *tellers = cell_delta_new(1, fixture->caseless);
	add_node(tellers, 5, "a", "five");
	add_node(tellers, 4, "a", "four");
	take(fixture, tellers);
	assert_published(fixture, "1/1@a 1/1 counts four 3\n1/2@b 1/2 counts 0\n"
				  "1/4@a 1/1 counts four 3\n1/5@a 1/1 counts five 3\n");
}

static struct hypervisor *
get(struct rows_fixture *fixture, size_t slot)
{
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(fixture->inventory);
	return snapshot_get(snapshot, slot);
}

static void
test_what_has_not_changed_stays_itself(struct rows_fixture *fixture, const void *data)
{
	map(fixture, "a=1 b=1");
	take(fixture, new_whole_delta(fixture, 1));
	cloud_rows_publish(fixture->rows, NOW);
	CLEANUP(snapshot_unref)
	struct snapshot *before = inventory_get_snapshot(fixture->inventory);

	take(fixture, new_whole_delta(fixture, 1));
	map(fixture, "b=1 a=1");
	cloud_rows_publish(fixture->rows, NOW + CLOCK_SECOND);
	CLEANUP(snapshot_unref)
	struct snapshot *same = inventory_get_snapshot(fixture->inventory);
	g_assert_true(same == before);
	g_assert_cmpint(inventory_get_refreshed_at(fixture->inventory), ==, NOW + CLOCK_SECOND);

	struct cell_delta *other = new_whole_delta(fixture, 1);
	add_node(other, 3, "b", NULL);
	take(fixture, other);
	cloud_rows_publish(fixture->rows, NOW);
	g_assert_true(get(fixture, 0) == snapshot_get(before, 0));
	g_assert_true(get(fixture, 1) != snapshot_get(before, 1));
}

static void
test_a_heartbeat_makes_no_snapshot(struct rows_fixture *fixture, const void *data)
{
	map(fixture, "a=1 b=1");
	take(fixture, new_whole_delta(fixture, 1));
	cloud_rows_publish(fixture->rows, NOW);
	CLEANUP(snapshot_unref)
	struct snapshot *before = inventory_get_snapshot(fixture->inventory);
	struct service *service = snapshot_find_compute(before, 1, "a");
	uint64_t revivals = inventory_get_revivals(fixture->inventory);

	struct cell_delta *beats = new_delta(fixture, 1);
	service_beat(add_service(beats, 1, "a"), NOW + 70 * CLOCK_SECOND, NOW + CLOCK_SECOND);
	add_service(beats, 2, "b");
	cloud_rows_take_delta(fixture->rows, beats, NOW + 90 * CLOCK_SECOND);
	g_assert_cmpint(service_get_last_seen_up(service), ==, NOW + 70 * CLOCK_SECOND);
	g_assert_cmpint(service_get_updated_at(service), ==, NOW + CLOCK_SECOND);
	g_assert_cmpuint(inventory_get_revivals(fixture->inventory), ==, revivals + 1);
	cloud_rows_publish(fixture->rows, NOW);
	CLEANUP(snapshot_unref)
	struct snapshot *after = inventory_get_snapshot(fixture->inventory);
	g_assert_true(after == before);
}

static void
test_case_does_not_count_where_the_database_says(struct rows_fixture *fixture, const void *data)
{
	map(fixture, "A=1 b=1");
	struct cell_delta *delta = new_delta(fixture, 1);
	delta->all_nodes = delta->all_servers = true;
	add_service(delta, 1, "a");
	add_node(delta, 1, "A", NULL);
	add_servers(delta, "a", 2);
	add_service(delta, 2, "B");
	add_node(delta, 2, "b", NULL);
	take(fixture, delta);
	assert_published(fixture, fixture->caseless ? "1/1@A 1/1 counts 2\n1/2@b 1/2 counts 0\n"
						    : "1/1@A - 0\n1/2@b - 0\n");
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(fixture->inventory);
	g_assert_true((snapshot_find_host(snapshot, 1, "a") != SNAPSHOT_NONE) == fixture->caseless);
}

#define ADD(name, data, test)                                                                      \
	g_test_add("/cloud-rows/" name, struct rows_fixture, data, set_up, test, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("cell", NULL, test_a_cell_comes_and_goes);
	ADD("mapped-elsewhere", NULL, test_a_host_is_mapped_elsewhere);
	ADD("two-cells", NULL, test_one_hostname_in_two_cells);
	ADD("counts", NULL, test_what_counts);
	ADD("service-anew", NULL, test_a_service_is_made_anew);
	ADD("nodes", NULL, test_nodes_come_move_and_go);
	ADD("servers", NULL, test_servers_come_and_go);
	ADD("teller", NULL, test_a_node_tells_the_uptime_of_its_host);
	ADD("identity", NULL, test_what_has_not_changed_stays_itself);
	ADD("heartbeat", NULL, test_a_heartbeat_makes_no_snapshot);
	ADD("case", NULL, test_case_does_not_count_where_the_database_says);
	ADD("caseless", "", test_case_does_not_count_where_the_database_says);
	return g_test_run();
}
