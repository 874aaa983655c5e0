/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host's rows in services and compute_nodes, as a report has them.
 *
 * What is unknown is NULL where Nova's column allows it; elsewhere it stays as it
 * was known last, and a host is not made before all of that is known. Ids and
 * uuids are made once. The hostname is an attribute: where it changes, the names
 * in services, compute_nodes and instances follow. Two machines of one hostname
 * get distinct services.host.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/report.h"
#include "store/batch.h"
#include "store/binding.h"

/* Which value keeps the report from making a host ("vcpus"); NULL: none. */
const char *host_rows_get_missing(const struct report *report);

/* Makes the service and the node, and puts their ids and names into the binding. */
bool host_rows_insert(const struct batch *batch, const struct report *report,
	struct binding *binding, GError **error);

/* Brings both up to the report, the heartbeat with them; puts new names into the binding. */
bool host_rows_update(const struct batch *batch, const struct report *report,
	struct binding *binding, GError **error);
