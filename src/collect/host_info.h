/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a host over an open connection into a report, with the figures that
 * nova-compute's libvirt driver gives (nova/virt/libvirt/driver.py,
 * get_available_resource). What could not be read stays unknown.
 */
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>

#include "base/cleanup.h"
#include "collect/source.h"
#include "model/report.h"

/* What stays as it is while a connection lives, read once: which machine, and its CPU. */
struct machine {
	char *uuid;     /* NULL: the driver tells of none */
	char *cpu_info; /* JSON; NULL: likewise */
};

/* NULL and *error: could not be read. Takes seconds where QEMU's abilities are not cached. */
struct machine *machine_read(virConnectPtr connection, const char *uri, GError **error);
void machine_free(struct machine *machine);
CLEANUP_DEFINE(struct machine, machine_free)

/* Reads all that libvirt tells at once. *error is set to the first trouble; whether the
 * connection lives on is for the caller to find out. */
void host_info_read(virConnectPtr connection, const struct source *source, struct report *report,
	GError **error);
