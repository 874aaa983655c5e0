/* SPDX-License-Identifier: Apache-2.0 */
/* GET /os-aggregates: none; `openstack hypervisor show` asks and fails whole on a 404. */
#pragma once

#include "api/context.h"

struct http_response *aggregates_list(struct context *context, GError **error);
