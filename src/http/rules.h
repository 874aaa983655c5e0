/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request may be: the rules of HTTP and the limits of server.h that can
 * be told from its method, target and headers. A pure function over one table.
 */
#pragma once

#include "http/request.h"

struct http_rule {
	bool (*is_broken)(const struct http_request *request);
	unsigned status;
	const char *words; /* a sentence for the client: what was wrong, what is expected */
};

/* The first rule that the request breaks, or NULL. */
const struct http_rule *http_rules_find_broken(const struct http_request *request);
