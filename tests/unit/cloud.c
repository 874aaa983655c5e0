/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud.h"

#include <stdatomic.h>

#define NODES_MAX 10000 /* the second node of host 7 has the id 10007 */

static _Atomic int64_t now = CLOUD_START; /* a server's threads read it too */

int64_t
cloud_now(void)
{
	return atomic_load(&now);
}

void
cloud_set_now(int64_t moment)
{
	atomic_store(&now, moment);
}

char *
cloud_format_name(unsigned n)
{
	return g_strdup_printf("cmp-%02u", n);
}

char *
cloud_format_hostname(unsigned n)
{
	return g_strdup_printf("cmp-%02u.example.org", n);
}

char *
cloud_format_uuid(unsigned id)
{
	return g_strdup_printf("c0000000-0000-4000-8000-%012u", id);
}

static void
add_service(struct host *host, const struct cloud_host *wanted)
{
	g_autofree char *uuid = g_strdup_printf("5e000000-0000-4000-8000-%012u", wanted->n);
	struct service_columns columns = {
		.cell = wanted->cell,
		.id = wanted->n,
		.uuid = uuid,
		.host = host->name,
		.binary = "nova-compute",
		.disabled = wanted->disabled,
		.disabled_known = true,
		.disabled_reason = wanted->disabled_reason,
		.created_at = CLOUD_START - 86400 * CLOCK_SECOND,
		.updated_at = CLOUD_START - wanted->seen_ago,
		.last_seen_up = CLOUD_START - wanted->seen_ago,
	};
	host_take_service(host, service_new(&columns));
}

static struct servers *
make_servers(const struct cloud_host *wanted)
{
	struct servers_builder *builder = servers_builder_new();
	for (unsigned i = 1; i <= wanted->servers; i++) {
		g_autofree char *uuid =
			g_strdup_printf("a0000000-0000-4000-8000-%06u%06u", wanted->n, i);
		g_autofree char *name = g_strdup_printf("server-%u-%u", wanted->n, i);
		servers_builder_add(builder, i, uuid, name);
	}
	return servers_builder_end(builder);
}

static void
add_node(struct host *host, const struct cloud_host *wanted, unsigned id, struct servers *servers)
{
	g_autofree char *uuid = cloud_format_uuid(id);
	uuid[1] = (char)('0' + wanted->cell);
	g_autofree char *hostname = cloud_format_hostname(id);
	struct node_columns columns = {
		.cell = wanted->cell,
		.id = id,
		.uuid = uuid,
		.host = host->name,
		.hypervisor_hostname = hostname,
		.hypervisor_type = "QEMU",
		.hypervisor_version = 8002002,
		.host_ip = "192.0.2.1",
		.cpu_info = wanted->cpu_info == NULL ? "" : wanted->cpu_info,
		.vcpus = 8,
		.vcpus_used = wanted->vcpus_used,
		.memory_mb = 16384,
		.memory_mb_used = 512,
		.local_gb = 100,
		.local_gb_used = 10,
		.free_ram_mb = NULLABLE(15872),
		.free_disk_gb = NULLABLE(90),
		.disk_available_least = NULLABLE_UNKNOWN,
		.current_workload = NULLABLE(1),
		.running_vms = NULLABLE(wanted->servers),
		.uptime_known = wanted->uptime != NULL,
		.uptime = wanted->uptime,
	};
	CLEANUP(node_unref) struct node *node = node_new(&columns);
	host_join_node(host, node, servers);
}

struct host *
cloud_make_host(const struct cloud_host *wanted)
{
	g_autofree char *name = cloud_format_name(wanted->n);
	struct host *host = host_new_of_cell(wanted->cell, name);
	if (!wanted->orphan)
		add_service(host, wanted);
	CLEANUP(servers_unref) struct servers *servers = make_servers(wanted);
	for (unsigned i = 0; i < MAX(wanted->nodes, 1); i++)
		add_node(host, wanted, wanted->n + i * NODES_MAX, servers);
	return host;
}

GPtrArray *
cloud_make_hosts(unsigned n)
{
	GPtrArray *hosts = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	for (unsigned i = 1; i <= n; i++)
		g_ptr_array_add(hosts, cloud_make_host(&(struct cloud_host){.n = i}));
	return hosts;
}

GPtrArray *
cloud_make_batch(const struct cloud_host *wanted)
{
	GPtrArray *hosts = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	g_ptr_array_add(hosts, cloud_make_host(wanted));
	return hosts;
}
