/* SPDX-License-Identifier: Apache-2.0 */
#include "model/report.h"

struct report *
report_new(const char *connection, int64_t taken_at)
{
	struct report *report = g_new0(struct report, 1);
	report->connection = g_strdup(connection);
	report->taken_at = taken_at;
	return report;
}

void
report_free(struct report *report)
{
	g_free(report->connection);
	g_free(report->machine_uuid);
	g_free(report->hypervisor_hostname);
	g_free(report->hypervisor_type);
	g_free(report->host_ip);
	g_free(report->cpu_info);
	g_free(report->uptime);
	g_clear_pointer(&report->guests, g_ptr_array_unref);
	g_free(report);
}

struct guest *
guest_new(const char *uuid, const char *name, enum guest_state state, int64_t vcpus,
	int64_t memory_mb)
{
	struct guest *guest = g_new(struct guest, 1);
	*guest = (struct guest){
		.uuid = g_strdup(uuid),
		.name = g_utf8_make_valid(name, -1),
		.state = state,
		.vcpus = vcpus,
		.memory_mb = memory_mb,
	};
	return guest;
}

void
guest_free(struct guest *guest)
{
	g_free(guest->uuid);
	g_free(guest->name);
	g_free(guest);
}

bool
guest_is_active(const struct guest *guest)
{
	return guest->state == GUEST_RUNNING || guest->state == GUEST_PAUSED ||
	       guest->state == GUEST_SUSPENDED;
}
