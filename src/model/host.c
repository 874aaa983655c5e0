/* SPDX-License-Identifier: Apache-2.0 */
#include "model/host.h"

struct host *
host_new(const char *name)
{
	return host_new_of_cell(0, name);
}

struct host *
host_new_of_cell(int64_t cell, const char *name)
{
	struct host *host = g_new(struct host, 1);
	*host = (struct host){
		.cell = cell,
		.name = g_strdup(name),
		.services = g_ptr_array_new_with_free_func((GDestroyNotify)service_unref),
		.hypervisors = g_ptr_array_new_with_free_func((GDestroyNotify)hypervisor_unref),
	};
	return host;
}

void
host_free(struct host *host)
{
	g_free(host->name);
	g_ptr_array_unref(host->services);
	g_ptr_array_unref(host->hypervisors);
	g_free(host);
}

void
host_take_service(struct host *host, struct service *service)
{
	g_ptr_array_add(host->services, service);
}

static struct service *
find_compute(const struct host *host)
{
	for (guint i = 0; i < host->services->len; i++)
		if (service_is_compute(host->services->pdata[i]))
			return host->services->pdata[i];
	return NULL;
}

void
host_take_hypervisor(struct host *host, struct hypervisor *hypervisor)
{
	g_ptr_array_add(host->hypervisors, hypervisor);
}

void
host_join_node(struct host *host, struct node *node, struct servers *servers)
{
	struct service *compute = find_compute(host);
	const struct hypervisor_joins joins = {
		.service = compute,
		.servers = servers,
		.counts = compute != NULL && service_counts(compute),
	};
	host_take_hypervisor(host, hypervisor_new(node, &joins));
}
