/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which service and node are a connection's: a row of muster_hosts.
 *
 * A machine is known by its uuid, whatever connection reaches it and whatever it
 * is called; where no row has that uuid (it was never told, or has changed), by
 * the name of the connection. So ids survive restarts, renames and edited URIs.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/report.h"
#include "store/batch.h"

struct binding {
	int64_t id;       /* 0: no host has the report's machine or connection */
	char *connection; /* that reported it last; NULL: unknown */
	int64_t service_id;
	int64_t node_id;
	char *service_uuid;
	char *host;     /* services.host */
	char *nodename; /* compute_nodes.hypervisor_hostname */
};

/* Never NULL but at an error. */
struct binding *binding_find(
	const struct batch *batch, const struct report *report, GError **error);
void binding_free(struct binding *binding);
CLEANUP_DEFINE(struct binding, binding_free)

/* Binds the report's connection and machine to the binding's service and node: a new row where
 * its id is 0. The connection is taken from any other host that had it. */
bool binding_write(const struct batch *batch, struct binding *binding, const struct report *report,
	GError **error);
