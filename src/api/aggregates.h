/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /os-aggregates: the aggregates of Nova's API database; on its own Muster has
 * none. `openstack hypervisor show` asks, and fails whole on a 404.
 */
#pragma once

#include "api/context.h"

const struct query_schema *aggregates_get_list_schema(unsigned minor);
struct http_response *aggregates_list(struct context *context, GError **error);
