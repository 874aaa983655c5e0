/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots: order, indexes, sums, and what a new one shares with the one before. That a
 * changed snapshot equals one made anew is tried on random changes; the seed is printed by
 * g_test, and given again with --seed. */
#include "model/snapshot.h"

#include "cloud.h"
#include "model/like.h"

enum { HOSTS_MAX = 150, ROUNDS = 300, CELLS = 3 };

static struct snapshot *
make_cloud(unsigned hosts)
{
	g_autoptr(GPtrArray) array = cloud_make_hosts(hosts);
	return snapshot_new(array);
}

static struct snapshot *
change(const struct snapshot *before, const struct cloud_host *wanted)
{
	g_autoptr(GPtrArray) batch = cloud_make_batch(wanted);
	return snapshot_new_with(before, batch);
}

static struct snapshot *
remove_host(const struct snapshot *before, unsigned n)
{
	g_autofree char *name = cloud_format_name(n);
	g_autoptr(GPtrArray) batch = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	g_ptr_array_add(batch, host_new(name));
	return snapshot_new_with(before, batch);
}

static int64_t
id_at(const struct snapshot *snapshot, size_t slot)
{
	return hypervisor_get_columns(snapshot_get(snapshot, slot))->id;
}

static void
test_empty(void)
{
	CLEANUP(snapshot_unref) struct snapshot *snapshot = snapshot_new_empty();
	g_assert_cmpuint(snapshot_get_size(snapshot), ==, 0);
	g_assert_cmpuint(snapshot_get_services_size(snapshot), ==, 0);
	g_assert_cmpuint(snapshot_find_id(snapshot, 1), ==, SNAPSHOT_NONE);
	g_assert_cmpuint(snapshot_find_uuid(snapshot, ""), ==, SNAPSHOT_NONE);
	g_assert_cmpuint(snapshot_find_host(snapshot, 0, "cmp-01"), ==, SNAPSHOT_NONE);
	g_assert_cmpint(snapshot_get_statistics(snapshot)->count, ==, 0);
}

static void
test_is_in_the_order_of_ids(void)
{
	static const unsigned order[] = {5, 1, 4, 2, 3};
	g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		g_ptr_array_add(
			hosts, cloud_make_host(&(struct cloud_host){.n = order[i], .nodes = 2}));
	CLEANUP(snapshot_unref) struct snapshot *snapshot = snapshot_new(hosts);

	g_assert_cmpuint(snapshot_get_size(snapshot), ==, 10);
	for (size_t slot = 1; slot < 10; slot++)
		g_assert_cmpint(id_at(snapshot, slot - 1), <, id_at(snapshot, slot));
	g_assert_cmpuint(snapshot_get_services_size(snapshot), ==, 5);
	for (size_t at = 0; at < 5; at++)
		g_assert_cmpint(
			service_get_id(snapshot_get_service(snapshot, at)), ==, (int64_t)at + 1);
}

/* Ids and names of hosts repeat from cell to cell. */
static void
test_is_in_the_order_of_cells(void)
{
	g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	for (int64_t cell = 3; cell >= 2; cell--)
		for (unsigned n = 2; n >= 1; n--)
			g_ptr_array_add(
				hosts, cloud_make_host(&(struct cloud_host){.cell = cell, .n = n}));
	CLEANUP(snapshot_unref) struct snapshot *snapshot = snapshot_new(hosts);
	for (size_t slot = 0; slot < 4; slot++) {
		const struct node_columns *node =
			hypervisor_get_columns(snapshot_get(snapshot, slot));
		g_assert_cmpint(node->cell, ==, slot < 2 ? 2 : 3);
		g_assert_cmpint(node->id, ==, slot % 2 + 1);
		g_assert_cmpuint(snapshot_find_uuid(snapshot, node->uuid), ==, slot);
		g_assert_cmpuint(snapshot_find_host(snapshot, node->cell, node->host), ==, slot);
		g_assert_cmpuint(snapshot_find_id(snapshot, node->id), ==, slot % 2);
		struct service *service = snapshot_get_service(snapshot, slot);
		g_assert_cmpint(service_get_cell(service), ==, node->cell);
		g_assert_true(snapshot_find_compute(snapshot, node->cell, node->host) == service);
	}
	g_assert_cmpuint(snapshot_find_host(snapshot, 0, "cmp-01"), ==, SNAPSHOT_NONE);

	/* A change in one cell leaves the other's host of the same name alone. */
	CLEANUP(snapshot_unref)
	struct snapshot *after =
		change(snapshot, &(struct cloud_host){.cell = 3, .n = 1, .vcpus_used = 7});
	g_assert_true(snapshot_get(after, 0) == snapshot_get(snapshot, 0));
	g_assert_cmpint(hypervisor_get_columns(snapshot_get(after, 2))->vcpus_used, ==, 7);
	CLEANUP(host_free) struct host *gone = host_new_of_cell(2, "cmp-01");
	g_autoptr(GPtrArray) batch = g_ptr_array_new();
	g_ptr_array_add(batch, gone);
	CLEANUP(snapshot_unref) struct snapshot *left = snapshot_new_with(after, batch);
	g_assert_cmpuint(snapshot_get_size(left), ==, 3);
	g_assert_cmpuint(snapshot_find_id(left, 1), ==, 1);
}

static void
test_finds_by_uuid_id_and_host(void)
{
	CLEANUP(snapshot_unref) struct snapshot *snapshot = make_cloud(100);
	for (unsigned n = 1; n <= 100; n++) {
		g_autofree char *uuid = cloud_format_uuid(n);
		g_autofree char *name = cloud_format_name(n);
		g_assert_cmpuint(snapshot_find_uuid(snapshot, uuid), ==, n - 1);
		g_assert_cmpuint(snapshot_find_id(snapshot, n), ==, n - 1);
		g_assert_cmpuint(snapshot_find_host(snapshot, 0, name), ==, n - 1);
	}
	g_assert_cmpuint(snapshot_find_id(snapshot, 0), ==, SNAPSHOT_NONE);
	g_assert_cmpuint(snapshot_find_id(snapshot, -1), ==, SNAPSHOT_NONE);
	g_assert_cmpuint(snapshot_find_id(snapshot, INT64_MIN), ==, SNAPSHOT_NONE);
	g_assert_cmpuint(snapshot_find_id(snapshot, INT64_C(1) << 32 | 1), ==, SNAPSHOT_NONE);
	g_assert_cmpuint(snapshot_find_uuid(snapshot, "no such"), ==, SNAPSHOT_NONE);
	g_autofree char *uuid = cloud_format_uuid(1);
	g_autofree char *upper = g_ascii_strup(uuid, -1);
	g_assert_cmpuint(snapshot_find_uuid(snapshot, upper), ==, SNAPSHOT_NONE);
	g_assert_cmpuint(snapshot_find_host(snapshot, 0, "cmp"), ==, SNAPSHOT_NONE);
}

/* As a walk through all would find them, of any pattern. */
static void
test_finds_hostnames(void)
{
	static const char *const patterns[] = {"", "c", "mp", "cmp", "CMP-01", "-1", "-12", "12.e",
		"p-1_.", "p%7", "%", "_", "___", "0_.ex", "cmp-120.example.org",
		"cmp-120.example.orgs", "xyz", "%org", "exam%7", "-7%example", "\xc3\xa9",
		"n\xc3\xa9t"};
	CLEANUP(snapshot_unref) struct snapshot *snapshot = make_cloud(120);
	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
		g_autoptr(GArray) found = snapshot_find_hostnames(snapshot, patterns[i]);
		guint n = 0;
		for (size_t slot = 0; slot < snapshot_get_size(snapshot); slot++) {
			const struct node_columns *node =
				hypervisor_get_columns(snapshot_get(snapshot, slot));
			if (!like_contains(node->hypervisor_hostname, patterns[i]))
				continue;
			g_assert_cmpuint(n, <, found->len);
			g_assert_cmpuint(g_array_index(found, size_t, n), ==, slot);
			n++;
		}
		g_assert_cmpuint(found->len, ==, n);
	}
}

/* The index of hostnames is of those that the snapshot has. */
static void
test_a_changed_hostname_is_found(void)
{
	CLEANUP(snapshot_unref) struct snapshot *before = make_cloud(3);
	g_autoptr(GArray) none = snapshot_find_hostnames(before, "renamed");
	g_assert_cmpuint(none->len, ==, 0);

	CLEANUP(host_free) struct host *host = cloud_make_host(&(struct cloud_host){.n = 2});
	struct node_columns columns = *hypervisor_get_columns(host->hypervisors->pdata[0]);
	columns.hypervisor_hostname = "renamed.example.org";
	CLEANUP(node_unref) struct node *node = node_new(&columns);
	CLEANUP(servers_unref) struct servers *servers = servers_new_empty();
	g_ptr_array_set_size(host->hypervisors, 0);
	host_join_node(host, node, servers);
	g_autoptr(GPtrArray) batch = g_ptr_array_new();
	g_ptr_array_add(batch, host);
	CLEANUP(snapshot_unref) struct snapshot *after = snapshot_new_with(before, batch);
	g_autoptr(GArray) found = snapshot_find_hostnames(after, "RENAMED");
	g_assert_cmpuint(found->len, ==, 1);
	g_assert_cmpuint(g_array_index(found, size_t, 0), ==, 1);
	g_autoptr(GArray) old = snapshot_find_hostnames(after, "cmp-02");
	g_assert_cmpuint(old->len, ==, 0);
}

static void
test_caseless_finds_whatever_the_case(void)
{
	g_autoptr(GPtrArray) hosts = cloud_make_hosts(2);
	CLEANUP(snapshot_unref) struct snapshot *first = snapshot_new_caseless(hosts);
	struct host *second = hosts->pdata[1];
	g_autofree char *upper = g_ascii_strup(second->name, -1);
	CLEANUP(host_free) struct host *gone = host_new(upper);
	g_autofree char *uuid = cloud_format_uuid(2);
	g_autofree char *upper_uuid = g_ascii_strup(uuid, -1);
	g_assert_cmpuint(snapshot_find_host(first, 0, upper), ==, 1);
	g_assert_cmpuint(snapshot_find_uuid(first, upper_uuid), ==, 1);

	g_autoptr(GPtrArray) changes = g_ptr_array_new();
	g_ptr_array_add(changes, gone);
	CLEANUP(snapshot_unref) struct snapshot *next = snapshot_new_with(first, changes);
	g_assert_cmpuint(snapshot_get_size(next), ==, 1);
}

static void
test_a_host_without_nodes_has_its_service(void)
{
	CLEANUP(host_free) struct host *host = host_new("ctl-1");
	host_take_service(host, service_new(&(struct service_columns){
					.id = 20, .host = "ctl-1", .binary = "nova-conductor"}));
	g_autoptr(GPtrArray) hosts = g_ptr_array_new();
	g_ptr_array_add(hosts, host);
	CLEANUP(snapshot_unref) struct snapshot *snapshot = snapshot_new(hosts);
	g_assert_cmpuint(snapshot_get_services_size(snapshot), ==, 1);
	g_assert_cmpuint(snapshot_find_host(snapshot, 0, "ctl-1"), ==, SNAPSHOT_NONE);
}

static void
test_sums_what_counts(void)
{
	g_autoptr(GPtrArray) hosts = cloud_make_hosts(2);
	static const struct cloud_host others[] = {
		{.n = 3, .disabled = true},
		{.n = 4, .orphan = true},
		{.n = 5, .seen_ago = 9 * CLOUD_DOWN_TIME}, /* one that is down counts */
		{.n = 6, .nodes = 2, .servers = 3, .vcpus_used = 2},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		g_ptr_array_add(hosts, cloud_make_host(&others[i]));
	CLEANUP(snapshot_unref) struct snapshot *snapshot = snapshot_new(hosts);

	const struct statistics *sums = snapshot_get_statistics(snapshot);
	g_assert_cmpint(sums->count, ==, 5);
	g_assert_cmpint(sums->vcpus, ==, 5 * 8);
	g_assert_cmpint(sums->vcpus_used, ==, 2 * 2);
	g_assert_cmpint(sums->memory_mb, ==, 5 * 16384);
	g_assert_cmpint(sums->memory_mb_used, ==, 5 * 512);
	g_assert_cmpint(sums->free_ram_mb, ==, 5 * 15872);
	g_assert_cmpint(sums->local_gb, ==, 5 * 100);
	g_assert_cmpint(sums->local_gb_used, ==, 5 * 10);
	g_assert_cmpint(sums->free_disk_gb, ==, 5 * 90);
	g_assert_cmpint(sums->disk_available_least, ==, 0); /* unknown everywhere */
	g_assert_cmpint(sums->current_workload, ==, 5);
	g_assert_cmpint(sums->running_vms, ==, 2 * 3);
}

/* A database that is not Muster's may hold any number. */
static void
test_sums_beyond_64_bits_come_back(void)
{
	CLEANUP(snapshot_unref) struct snapshot *one = make_cloud(1);
	CLEANUP(snapshot_unref)
	struct snapshot *most = change(one, &(struct cloud_host){.n = 1, .vcpus_used = INT64_MAX});
	CLEANUP(snapshot_unref)
	struct snapshot *beyond =
		change(most, &(struct cloud_host){.n = 2, .vcpus_used = INT64_MAX});
	CLEANUP(snapshot_unref)
	struct snapshot *least =
		change(beyond, &(struct cloud_host){.n = 2, .vcpus_used = INT64_MIN});
	CLEANUP(snapshot_unref)
	struct snapshot *back = change(least, &(struct cloud_host){.n = 2, .vcpus_used = -7});
	g_assert_cmpint(snapshot_get_statistics(back)->vcpus_used, ==, INT64_MAX - 7);
}

static bool
shares(const struct snapshot *a, const struct snapshot *b, size_t slot)
{
	struct chunks_hold *hold = chunks_hold_new(snapshot_get_chunks(a), slot, slot + 1);
	bool is_in = chunks_hold_is_in(hold, snapshot_get_chunks(b));
	chunks_hold_free(hold);
	return is_in;
}

static void
test_a_change_shares_the_other_chunks(void)
{
	CLEANUP(snapshot_unref) struct snapshot *before = make_cloud(200);
	CLEANUP(snapshot_unref)
	struct snapshot *after = change(before, &(struct cloud_host){.n = 1, .vcpus_used = 4});
	g_assert_false(shares(before, after, 0));
	g_assert_true(shares(before, after, 199));
	g_assert_true(snapshot_get(before, 1) == snapshot_get(after, 1));
	g_assert_cmpint(hypervisor_get_columns(snapshot_get(before, 0))->vcpus_used, ==, 0);
	g_assert_cmpint(hypervisor_get_columns(snapshot_get(after, 0))->vcpus_used, ==, 4);
	g_assert_cmpint(snapshot_get_statistics(after)->vcpus_used, ==, 4);
	g_assert_true(
		snapshot_get_service(after, 0) == hypervisor_get_service(snapshot_get(after, 0)));
}

static void
test_a_changed_membership_makes_all_anew(void)
{
	CLEANUP(snapshot_unref) struct snapshot *before = make_cloud(200);
	CLEANUP(snapshot_unref)
	struct snapshot *joined = change(before, &(struct cloud_host){.n = 201});
	g_assert_cmpuint(snapshot_get_size(joined), ==, 201);
	g_assert_false(shares(before, joined, 199));
	g_assert_cmpuint(snapshot_find_id(joined, 201), ==, 200);
	g_assert_cmpuint(snapshot_find_id(before, 201), ==, SNAPSHOT_NONE);

	CLEANUP(snapshot_unref) struct snapshot *left = remove_host(joined, 1);
	g_assert_cmpuint(snapshot_get_size(left), ==, 200);
	g_assert_cmpuint(snapshot_get_services_size(left), ==, 200);
	g_assert_cmpuint(snapshot_find_id(left, 1), ==, SNAPSHOT_NONE);
	g_assert_cmpuint(snapshot_find_host(left, 0, "cmp-01"), ==, SNAPSHOT_NONE);
	g_assert_cmpuint(snapshot_find_id(left, 2), ==, 0);
}

/* Host cmp-02 of three with one thing about its records changed; all of them were in their
 * places before, as many as after. */
static const struct {
	const char *what;
	const char *uuid; /* of the node */
	int64_t id;
	int64_t service; /* its id */
} changed[] = {
	{"the node's uuid", "d0000000-0000-4000-8000-000000000002", 2, 2},
	{"the node's id", "c0000000-0000-4000-8000-000000000002", 77, 2},
	{"the service's id", "c0000000-0000-4000-8000-000000000002", 2, 77},
	{"the service's id, to another's", "c0000000-0000-4000-8000-000000000002", 2, 1},
};

static void
test_a_changed_identity_is_found(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(changed); i++) {
		CLEANUP(snapshot_unref) struct snapshot *before = make_cloud(3);
		g_autofree char *old = cloud_format_uuid(2);
		struct node_columns columns = *hypervisor_get_columns(snapshot_get(before, 1));
		columns.id = changed[i].id;
		columns.uuid = changed[i].uuid;

		CLEANUP(host_free) struct host *host = host_new("cmp-02");
		host_take_service(host, service_new(&(struct service_columns){
						.id = changed[i].service,
						.host = "cmp-02",
						.binary = "nova-compute",
					}));
		CLEANUP(node_unref) struct node *node = node_new(&columns);
		host_join_node(host, node, hypervisor_get_servers(snapshot_get(before, 1)));
		g_autoptr(GPtrArray) batch = g_ptr_array_new();
		g_ptr_array_add(batch, host);
		CLEANUP(snapshot_unref) struct snapshot *after = snapshot_new_with(before, batch);

		g_test_message("%s", changed[i].what);
		size_t slot = snapshot_find_id(after, columns.id);
		g_assert_cmpuint(slot, ==, columns.id == 2 ? 1 : 2);
		g_assert_true(snapshot_get(after, slot) == host->hypervisors->pdata[0]);
		g_assert_cmpuint(snapshot_find_uuid(after, columns.uuid), ==, slot);
		g_assert_cmpuint(snapshot_get_size(after), ==, 3);
		g_assert_cmpuint(snapshot_get_services_size(after), ==, 3);
		g_assert_cmpuint(snapshot_find_uuid(before, old), ==, 1);
		if (!g_str_equal(old, columns.uuid))
			g_assert_cmpuint(snapshot_find_uuid(after, old), ==, SNAPSHOT_NONE);
	}
}

/* Two snapshots tell the same of everything. */
static void
assert_equal(const struct snapshot *a, const struct snapshot *b)
{
	g_assert_cmpuint(snapshot_get_size(a), ==, snapshot_get_size(b));
	for (size_t slot = 0; slot < snapshot_get_size(a); slot++) {
		const struct node_columns *left = hypervisor_get_columns(snapshot_get(a, slot));
		const struct node_columns *right = hypervisor_get_columns(snapshot_get(b, slot));
		g_assert_cmpint(left->id, ==, right->id);
		g_assert_cmpstr(left->uuid, ==, right->uuid);
		g_assert_cmpint(left->vcpus_used, ==, right->vcpus_used);
		g_assert_cmpuint(snapshot_find_uuid(a, left->uuid), ==, slot);
		g_assert_cmpuint(snapshot_find_id(a, left->id), ==, slot);
		g_assert_cmpuint(snapshot_find_host(a, left->cell, left->host), ==,
			snapshot_find_host(b, left->cell, left->host));
		g_assert_cmpint(hypervisor_is_listed(snapshot_get(a, slot)), ==,
			hypervisor_is_listed(snapshot_get(b, slot)));
	}
	g_assert_cmpuint(snapshot_get_services_size(a), ==, snapshot_get_services_size(b));
	for (size_t at = 0; at < snapshot_get_services_size(a); at++)
		g_assert_cmpint(service_get_id(snapshot_get_service(a, at)), ==,
			service_get_id(snapshot_get_service(b, at)));
	g_assert_cmpmem(snapshot_get_statistics(a), sizeof(struct statistics),
		snapshot_get_statistics(b), sizeof(struct statistics));
}

/* What the tables would hold: host n, or nothing where its n is 0. */
static struct cloud_host world[HOSTS_MAX + 1];

static struct host *
make_world_host(unsigned n)
{
	if (world[n].n != 0)
		return cloud_make_host(&world[n]);
	g_autofree char *name = cloud_format_name(n);
	return host_new_of_cell(n % CELLS, name);
}

static void
change_world(unsigned n)
{
	int dice = g_test_rand_int_range(0, 20);
	if (dice == 0)
		world[n] = (struct cloud_host){0};
	else
		world[n] = (struct cloud_host){
			.cell = n % CELLS,
			.n = n,
			.orphan = dice == 1,
			.disabled = dice == 2,
			.nodes = dice == 3 ? 2 : 1,
			.servers = (unsigned)g_test_rand_int_range(0, 4),
			.vcpus_used = g_test_rand_int_range(0, 9),
		};
}

static void
test_changes_lead_where_a_fresh_build_does(void)
{
	CLEANUP(snapshot_unref) struct snapshot *snapshot = snapshot_new_empty();
	for (int round = 0; round < ROUNDS; round++) {
		g_autoptr(GPtrArray) batch =
			g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
		unsigned n = (unsigned)g_test_rand_int_range(1, HOSTS_MAX);
		for (int size = g_test_rand_int_range(0, 5); size > 0 && n <= HOSTS_MAX; size--) {
			change_world(n);
			g_ptr_array_add(batch, make_world_host(n));
			n += (unsigned)g_test_rand_int_range(1, 40);
		}
		struct snapshot *after = snapshot_new_with(snapshot, batch);
		snapshot_unref(snapshot);
		snapshot = after;

		g_autoptr(GPtrArray) all =
			g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
		for (unsigned i = 1; i <= HOSTS_MAX; i++)
			g_ptr_array_add(all, make_world_host(i));
		CLEANUP(snapshot_unref) struct snapshot *fresh = snapshot_new(all);
		assert_equal(snapshot, fresh);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/snapshot/empty", test_empty);
	g_test_add_func("/snapshot/is-in-the-order-of-ids", test_is_in_the_order_of_ids);
	g_test_add_func("/snapshot/is-in-the-order-of-cells", test_is_in_the_order_of_cells);
	g_test_add_func("/snapshot/finds-by-uuid-id-and-host", test_finds_by_uuid_id_and_host);
	g_test_add_func("/snapshot/finds-hostnames", test_finds_hostnames);
	g_test_add_func("/snapshot/a-changed-hostname-is-found", test_a_changed_hostname_is_found);
	g_test_add_func("/snapshot/caseless-finds-whatever-the-case",
		test_caseless_finds_whatever_the_case);
	g_test_add_func("/snapshot/a-host-without-nodes-has-its-service",
		test_a_host_without_nodes_has_its_service);
	g_test_add_func("/snapshot/sums-what-counts", test_sums_what_counts);
	g_test_add_func(
		"/snapshot/sums-beyond-64-bits-come-back", test_sums_beyond_64_bits_come_back);
	g_test_add_func("/snapshot/a-change-shares-the-other-chunks",
		test_a_change_shares_the_other_chunks);
	g_test_add_func("/snapshot/a-changed-membership-makes-all-anew",
		test_a_changed_membership_makes_all_anew);
	g_test_add_func("/snapshot/a-changed-identity-is-found", test_a_changed_identity_is_found);
	g_test_add_func("/snapshot/changes-lead-where-a-fresh-build-does",
		test_changes_lead_where_a_fresh_build_does);
	return g_test_run();
}
