/* SPDX-License-Identifier: Apache-2.0 */
/* What `muster status` tells, as JSON. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "api/api.h"
#include "base/health.h"
#include "collect/collector.h"
#include "http/server.h"
#include "model/inventory.h"
#include "store/publisher.h"

struct server_parts {
	struct inventory *inventory;
	struct health *health;
	struct health *warnings;
	struct publisher *publisher; /* NULL: the records are Nova's */
	struct api *api;
	struct http_server *http;
	struct collectors *collectors; /* NULL: nothing is collected */
	int64_t started_at;            /* µs */
};

/* A new reference. now: µs. */
json_t *server_status_new(const struct server_parts *parts, int64_t now);
