/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes: two are equal where every column is. */
#include "model/node.h"

static const struct node_columns usual = {
	.cell = 2,
	.id = 7,
	.uuid = "c7",
	.host = "cmp-07",
	.hypervisor_hostname = "cmp-07.example.org",
	.hypervisor_type = "QEMU",
	.host_ip = "192.0.2.7",
	.cpu_info = "{}",
	.free_ram_mb = {.known = true, .value = 5},
};

static void
test_is_equal_to_its_like(void)
{
	CLEANUP(node_unref) struct node *node = node_new(&usual);
	CLEANUP(node_unref) struct node *same = node_new(&usual);
	g_assert_true(node != same);
	g_assert_true(node_equal(node, same));
}

#define OTHERS 24

static void
test_differs_where_a_column_does(void)
{
	struct node_columns others[OTHERS];
	for (size_t i = 0; i < OTHERS; i++)
		others[i] = usual;
	size_t n = 0;
	others[n++].cell = 3;
	others[n++].id = 8;
	others[n++].uuid = "c8";
	others[n++].host = "cmp-08";
	others[n++].hypervisor_hostname = "cmp-08.example.org";
	others[n++].hypervisor_type = "ironic";
	others[n++].hypervisor_version = 1;
	others[n++].host_ip = NULL;
	others[n++].cpu_info = "";
	others[n++].vcpus = 1;
	others[n++].vcpus_used = 1;
	others[n++].memory_mb = 1;
	others[n++].memory_mb_used = 1;
	others[n++].local_gb = 1;
	others[n++].local_gb_used = 1;
	others[n++].free_ram_mb = NULLABLE_UNKNOWN;
	others[n++].free_ram_mb = NULLABLE(6);
	others[n++].free_disk_gb = NULLABLE(0);
	others[n++].disk_available_least = NULLABLE(0);
	others[n++].current_workload = NULLABLE(0);
	others[n++].running_vms = NULLABLE(0);
	others[n++].uptime_known = true;
	others[n].uptime_known = true;
	others[n++].uptime = "up 1 day";
	others[n++].host_ip = "";
	g_assert_cmpuint(n, ==, OTHERS);

	CLEANUP(node_unref) struct node *node = node_new(&usual);
	for (size_t i = 0; i < OTHERS; i++) {
		CLEANUP(node_unref) struct node *other = node_new(&others[i]);
		g_assert_false(node_equal(node, other));
		g_assert_false(node_equal(other, node));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/node/is-equal-to-its-like", test_is_equal_to_its_like);
	g_test_add_func("/node/differs-where-a-column-does", test_differs_where_a_column_does);
	return g_test_run();
}
