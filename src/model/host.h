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
	char *name;             /* services.host */
	GPtrArray *services;    /* struct service *, owned */
	GPtrArray *hypervisors; /* struct hypervisor *, owned */
};

struct host *host_new(const char *name);
void host_free(struct host *host);
CLEANUP_DEFINE(struct host, host_free)

/* Takes the service. Services come before the nodes that join them. */
void host_take_service(struct host *host, struct service *service);

/* Makes the node a hypervisor of this host, with the host's nova-compute service (if
 * any is there yet) and the given servers, of which it takes a reference of its own. */
void host_add_node(struct host *host, const struct node_columns *columns, struct servers *servers);
