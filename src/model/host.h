/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host with all that a store knows of it: its live services, its live nodes,
 * each joined to the host's nova-compute service and servers. It is the unit in
 * which a store hands rows to the inventory; a plain value, owned by one thread.
 */
#pragma once

#include <glib.h>

#include "base/cleanup.h"
#include "model/hypervisor.h"
#include "model/servers.h"
#include "model/service.h"

struct host {
	int64_t cell;           /* cell_mappings.id; 0 where there are no cells */
	char *name;             /* services.host */
	GPtrArray *services;    /* struct service *, owned */
	GPtrArray *hypervisors; /* struct hypervisor *, owned */
};

/* Of cell 0. */
struct host *host_new(const char *name);
struct host *host_new_of_cell(int64_t cell, const char *name);
void host_free(struct host *host);
CLEANUP_DEFINE(struct host, host_free)

/* Takes the service. Services come before the nodes that join them. */
void host_take_service(struct host *host, struct service *service);

/* Makes the node a hypervisor of this host, with the host's nova-compute service (if
 * any is there yet) and the given servers. It takes references of its own. */
void host_join_node(struct host *host, struct node *node, struct servers *servers);

/* Takes a hypervisor whose joins come from elsewhere. */
void host_take_hypervisor(struct host *host, struct hypervisor *hypervisor);
