/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/host_info.h"

#include <stdlib.h>
#include <string.h>

#include "collect/capabilities.h"
#include "collect/guests.h"
#include "collect/libvirt_error.h"
#include "collect/local.h"

#define KIB_PER_MIB 1024

/* Has libvirt name the features that the CPU's model implies. Drivers without this, and CPUs that
 * it does not know, keep the features named in the capabilities. */
static void
expand_features(virConnectPtr connection, struct capabilities *capabilities)
{
	const char *cpu = capabilities_get_cpu(capabilities);
	if (cpu == NULL)
		return;
	char *expanded = virConnectBaselineCPU(
		connection, &cpu, 1, VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES);
	if (expanded != NULL)
		capabilities_set_features(capabilities, expanded, strlen(expanded), NULL);
	free(expanded);
}

struct machine *
machine_read(virConnectPtr connection, const char *uri, GError **error)
{
	char *xml = virConnectGetCapabilities(connection);
	if (xml == NULL && libvirt_error_is_unsupported())
		return g_new0(struct machine, 1);
	if (xml == NULL) {
		libvirt_error_take(error, uri, "read the host's capabilities");
		return NULL;
	}
	CLEANUP(capabilities_free)
	struct capabilities *capabilities = capabilities_parse(xml, strlen(xml), error);
	free(xml);
	if (capabilities == NULL) {
		g_prefix_error(error, "%s: capabilities: ", uri);
		return NULL;
	}
	expand_features(connection, capabilities);

	struct machine *machine = g_new0(struct machine, 1);
	machine->uuid = g_strdup(capabilities_get_machine_uuid(capabilities));
	machine->cpu_info = capabilities_format_cpu_info(capabilities);
	return machine;
}

void
machine_free(struct machine *machine)
{
	g_free(machine->uuid);
	g_free(machine->cpu_info);
	g_free(machine);
}

/* Sets *error after a call that failed, unless an earlier one did or the driver lacks it. */
static void
note(GError **error, const struct source *source, const char *what)
{
	if (*error == NULL && !libvirt_error_is_unsupported())
		libvirt_error_take(error, source->uri, what);
}

static void
read_hypervisor(virConnectPtr connection, const struct source *source, struct report *report,
	GError **error)
{
	report->hypervisor_type = g_strdup(virConnectGetType(connection));
	if (report->hypervisor_type == NULL)
		note(error, source, "read the hypervisor's type");

	unsigned long version = 0; /* 0: the driver tells of none */
	if (virConnectGetVersion(connection, &version) < 0)
		note(error, source, "read the hypervisor's version");
	else if (version != 0)
		report->hypervisor_version = NULLABLE((int64_t)version);
}

static void
read_node(virConnectPtr connection, const struct source *source, struct report *report,
	GError **error)
{
	virNodeInfo node;
	if (virNodeGetInfo(connection, &node) < 0) {
		note(error, source, "read the host's processors and memory");
		return;
	}
	report->vcpus = NULLABLE(node.cpus);
	report->memory_mb = NULLABLE((int64_t)(node.memory / KIB_PER_MIB));
}

/* Sums up the guests that hold resources. */
static void
sum_guests(const struct source *source, struct report *report)
{
	int64_t vcpus = 0;
	int64_t memory_mb = source->reserved_memory_mb;
	int64_t active = 0;
	for (guint i = 0; i < report->guests->len; i++) {
		const struct guest *guest = report->guests->pdata[i];
		if (!guest_is_active(guest))
			continue;
		vcpus += guest->vcpus;
		memory_mb += guest->memory_mb;
		active++;
	}
	report->vcpus_used = NULLABLE(vcpus);
	report->memory_mb_used = NULLABLE(memory_mb);
	report->running_vms = NULLABLE(active);
	if (report->memory_mb.known)
		report->free_ram_mb = NULLABLE(report->memory_mb.value - memory_mb);
}

void
host_info_read(virConnectPtr connection, const struct source *source, struct report *report,
	GError **error)
{
	g_autoptr(GError) first = NULL;
	read_hypervisor(connection, source, report, &first);
	read_node(connection, source, report, &first);

	int64_t in_transit;
	report->guests =
		guests_list(connection, source->uri, &in_transit, first == NULL ? &first : NULL);
	if (report->guests != NULL) {
		sum_guests(source, report);
		report->current_workload = NULLABLE(in_transit);
	}
	if (source->is_this_machine)
		report->uptime = local_read_uptime(first == NULL ? &first : NULL);
	if (first != NULL)
		g_propagate_error(error, g_steal_pointer(&first));
}
