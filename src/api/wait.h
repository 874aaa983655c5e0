/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request must wait for beside Nova: rows as new as itself, and computes that
 * are asked for their uptime (model/freshness.h). Each of these is called when all
 * that can be refused without it has been refused. True: go on. False: *error says
 * why not; or it is not set, the request was suspended, and will be answered anew.
 * On its own Muster waits for nothing.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "api/context.h"
#include "api/survey.h"
#include "model/freshness.h"

/* For the inventory. MUSTER_ERROR_UNAVAILABLE and _TIMEOUT name the cell that is away. */
bool wait_for_inventory(struct context *context, enum freshness_part part, GError **error);

/* The same, where a cell that is away spoils nothing but itself: wait_is_away() tells. */
bool wait_for_cells(struct context *context, enum freshness_part part, GError **error);
bool wait_is_away(const struct context *context, int64_t cell);

/* For one node: *hypervisor, a reference that the caller drops; NULL: there is none. */
bool wait_for_node(struct context *context, struct freshness_node node,
	struct hypervisor **hypervisor, GError **error);

/* For the computes whose uptime the survey did not know, once a request; has those asked whose
 * answer is ageing. Clears the survey. */
bool wait_for_uptimes(const struct context *context, struct survey *survey, GError **error);
