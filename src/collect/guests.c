/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/guests.h"

#include <stdbool.h>
#include <stdlib.h>

#include <libvirt/virterror.h>

#include "collect/libvirt_error.h"
#include "model/report.h"

#define KIB_PER_MIB 1024

static enum guest_state
translate_state(int state, bool active)
{
	switch (state) {
	case VIR_DOMAIN_RUNNING:
	case VIR_DOMAIN_BLOCKED:  /* Xen: runs, and waits for something */
	case VIR_DOMAIN_SHUTDOWN: /* is being shut down: still holds all it has */
		return GUEST_RUNNING;
	case VIR_DOMAIN_PAUSED:
		return GUEST_PAUSED;
	case VIR_DOMAIN_PMSUSPENDED:
		return GUEST_SUSPENDED;
	case VIR_DOMAIN_CRASHED:
		return GUEST_CRASHED;
	case VIR_DOMAIN_SHUTOFF:
		return GUEST_SHUTDOWN;
	default: /* VIR_DOMAIN_NOSTATE: the driver knows no more than whether it is active */
		return active ? GUEST_RUNNING : GUEST_SHUTDOWN;
	}
}

/* A paused domain is in transit where libvirt itself paused it for the move. */
static bool
is_paused_in_transit(virDomainPtr domain)
{
	int state = VIR_DOMAIN_NOSTATE;
	int reason = 0;
	if (virDomainGetState(domain, &state, &reason, 0) < 0 || state != VIR_DOMAIN_PAUSED)
		return false;
	switch (reason) {
	case VIR_DOMAIN_PAUSED_MIGRATION:
	case VIR_DOMAIN_PAUSED_POSTCOPY:
	case VIR_DOMAIN_PAUSED_SAVE:
	case VIR_DOMAIN_PAUSED_DUMP:
	case VIR_DOMAIN_PAUSED_SNAPSHOT:
	case VIR_DOMAIN_PAUSED_STARTING_UP:
	case VIR_DOMAIN_PAUSED_SHUTTING_DOWN:
		return true;
	default:
		return false;
	}
}

/* Adds the domain, unless it has gone since it was listed. */
static bool
add_guest(GPtrArray *guests, virDomainPtr domain, const char *uri, int64_t *in_transit,
	GError **error)
{
	char uuid[VIR_UUID_STRING_BUFLEN];
	virDomainInfo info;
	if (virDomainGetUUIDString(domain, uuid) < 0 || virDomainGetInfo(domain, &info) < 0) {
		if (virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
			return true;
		libvirt_error_take(error, uri, "read a domain's state");
		return false;
	}
	bool active = virDomainGetID(domain) != (unsigned)-1;
	/* What it may take: a Nova flavor's memory, which a balloon does not lessen. */
	g_ptr_array_add(guests,
		guest_new(uuid, virDomainGetName(domain), translate_state(info.state, active),
			info.nrVirtCpu, (int64_t)(info.maxMem / KIB_PER_MIB)));
	if (info.state == VIR_DOMAIN_SHUTDOWN ||
		(info.state == VIR_DOMAIN_PAUSED && is_paused_in_transit(domain)))
		(*in_transit)++;
	return true;
}

GPtrArray *
guests_list(virConnectPtr connection, const char *uri, int64_t *in_transit, GError **error)
{
	*in_transit = 0;
	virDomainPtr *domains = NULL;
	int count = virConnectListAllDomains(connection, &domains, 0);
	if (count < 0) {
		libvirt_error_take(error, uri, "list the domains");
		return NULL;
	}
	g_autoptr(GPtrArray) guests =
		g_ptr_array_new_full((guint)count, (GDestroyNotify)guest_free);
	bool done = true;
	for (int i = 0; i < count; i++) {
		done = done && add_guest(guests, domains[i], uri, in_transit, error);
		virDomainFree(domains[i]);
	}
	free(domains);
	return done ? g_steal_pointer(&guests) : NULL;
}
