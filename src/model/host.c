/* SPDX-License-Identifier: Apache-2.0 */
#include "model/host.h"

struct host *
host_new(const char *name)
{
	struct host *host = g_new(struct host, 1);
	*host = (struct host){
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

void
host_add_node(struct host *host, const struct node_columns *columns, struct servers *servers)
{
	struct service *compute = NULL;
	for (guint i = 0; i < host->services->len && compute == NULL; i++)
		if (service_is_compute(host->services->pdata[i]))
			compute = host->services->pdata[i];
	g_ptr_array_add(host->hypervisors, hypervisor_new(columns, compute, servers));
}
