/* SPDX-License-Identifier: Apache-2.0 */
/* GET /healthcheck: 200, or 503 and what is wrong. Needs no token and tells no secret. */
#pragma once

#include "api/context.h"

struct http_response *healthcheck_show(struct context *context);
