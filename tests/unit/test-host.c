/* SPDX-License-Identifier: Apache-2.0 */
/* A host joins its nodes to its nova-compute service and its servers. */
#include "model/host.h"

#include "base/clock.h"
#include "cloud.h"

static void
take_service(struct host *host, int64_t id, const char *binary)
{
	host_take_service(host, service_new(&(struct service_columns){
					.id = id,
					.host = host->name,
					.binary = binary,
					.created_at = CLOCK_UNKNOWN,
					.updated_at = CLOCK_UNKNOWN,
					.last_seen_up = CLOCK_UNKNOWN,
				}));
}

static void
add_node(struct host *host)
{
	CLEANUP(servers_unref) struct servers *none = servers_new_empty();
	CLEANUP(node_unref)
	struct node *node = node_new(&(struct node_columns){
		.id = 1,
		.uuid = "c1",
		.host = host->name,
		.hypervisor_hostname = "cmp-01.example.org",
		.hypervisor_type = "QEMU",
		.cpu_info = "",
	});
	host_join_node(host, node, none);
}

static void
test_begins_empty(void)
{
	CLEANUP(host_free) struct host *host = host_new("cmp-01");
	g_assert_cmpstr(host->name, ==, "cmp-01");
	g_assert_cmpuint(host->services->len, ==, 0);
	g_assert_cmpuint(host->hypervisors->len, ==, 0);
}

static void
test_a_node_joins_nova_compute(void)
{
	CLEANUP(host_free) struct host *host = host_new("cmp-01");
	take_service(host, 1, "nova-conductor");
	take_service(host, 2, "nova-compute");
	add_node(host);
	struct hypervisor *hypervisor = host->hypervisors->pdata[0];
	g_assert_cmpint(service_get_id(hypervisor_get_service(hypervisor)), ==, 2);
	g_assert_true(hypervisor_is_listed(hypervisor));
}

static void
test_a_node_without_nova_compute_is_not_listed(void)
{
	CLEANUP(host_free) struct host *host = host_new("cmp-01");
	take_service(host, 1, "nova-conductor");
	add_node(host);
	g_assert_null(hypervisor_get_service(host->hypervisors->pdata[0]));
	g_assert_false(hypervisor_is_listed(host->hypervisors->pdata[0]));
}

static void
test_nodes_share_service_and_servers(void)
{
	CLEANUP(host_free)
	struct host *host = cloud_make_host(&(struct cloud_host){.n = 1, .nodes = 2, .servers = 3});
	struct hypervisor *first = host->hypervisors->pdata[0];
	struct hypervisor *second = host->hypervisors->pdata[1];
	g_assert_true(hypervisor_get_service(first) == hypervisor_get_service(second));
	g_assert_true(hypervisor_get_servers(first) == hypervisor_get_servers(second));
	g_assert_cmpuint(servers_get_size(hypervisor_get_servers(first)), ==, 3);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/host/begins-empty", test_begins_empty);
	g_test_add_func("/host/a-node-joins-nova-compute", test_a_node_joins_nova_compute);
	g_test_add_func("/host/a-node-without-nova-compute-is-not-listed",
		test_a_node_without_nova_compute_is_not_listed);
	g_test_add_func(
		"/host/nodes-share-service-and-servers", test_nodes_share_service_and_servers);
	return g_test_run();
}
