/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report: what a collector read from one host at one moment. It crosses from
 * the collector's thread to the store's, which owns and frees it.
 *
 * All texts are UTF-8. What could not be read is unknown (NULL, or a nullable that is not known).
 * The store then keeps the last known value where Nova's column allows no NULL.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/nullable.h"

/* virDomainState, reduced to what Nova's power_state and vm_state tell. */
enum guest_state {
	GUEST_RUNNING,
	GUEST_PAUSED,
	GUEST_SHUTDOWN, /* off: holds no resources */
	GUEST_CRASHED,
	GUEST_SUSPENDED, /* by power management in the guest; holds its memory */
};

/* A domain. */
struct guest {
	char *uuid;
	char *name;
	enum guest_state state;
	int64_t vcpus;
	int64_t memory_mb;
};

struct report {
	char *connection;   /* the name of the connection: its URI as configured */
	char *machine_uuid; /* the host's uuid by libvirt (capabilities); NULL: unknown */
	int64_t taken_at;   /* µs since the epoch */

	char *hypervisor_hostname; /* NULL: unknown */
	char *hypervisor_type;
	struct nullable hypervisor_version;
	char *host_ip;
	char *cpu_info; /* JSON text, as nova-compute's libvirt driver writes it */
	char *uptime;   /* procps' line; NULL: unknown (another machine) */
	struct nullable vcpus, vcpus_used;
	struct nullable memory_mb, memory_mb_used, free_ram_mb;
	struct nullable local_gb, local_gb_used, free_disk_gb;
	struct nullable disk_available_least;
	struct nullable current_workload;
	struct nullable running_vms;

	GPtrArray *guests; /* struct guest *, all domains; NULL: could not be listed */
};

struct report *report_new(const char *connection, int64_t taken_at);
void report_free(struct report *report);
CLEANUP_DEFINE(struct report, report_free)

/* The guest's strings are copied; a name that is no UTF-8 is made such. */
struct guest *guest_new(const char *uuid, const char *name, enum guest_state state, int64_t vcpus,
	int64_t memory_mb);
void guest_free(struct guest *guest);

/* Running, paused or suspended: the guest has vcpus and memory of the host. */
bool guest_is_active(const struct guest *guest);
