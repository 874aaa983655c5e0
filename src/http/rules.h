/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request may be: the rules of HTTP and the limits of server.h that can
 * be told from its method, target and headers. Pure functions over two tables.
 */
#pragma once

#include "http/request.h"

struct http_rule {
	bool (*is_broken)(const struct http_request *request);
	unsigned status;
	const char *words; /* a sentence for the client: what was wrong, what is expected */
};

/* The first rule that the request breaks by its method, its target or all of its head; or NULL. */
const struct http_rule *http_rules_find_broken(const struct http_request *request);
/* The first one that it breaks by what follows from its version and headers alone; or NULL. */
const struct http_rule *http_rules_find_broken_by_headers(const struct http_request *request);
