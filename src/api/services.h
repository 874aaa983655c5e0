/* SPDX-License-Identifier: Apache-2.0 */
/* GET /os-services: the services of the store, which Horizon's panel asks for. */
#pragma once

#include "api/context.h"

const struct query_schema *services_get_list_schema(unsigned minor);
struct http_response *services_list(struct context *context, GError **error);
