/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routes: which path is which operation, from which microversion to which,
 * under which policy rule. All operations are GET.
 */
#pragma once

#include <glib.h>

#include "api/context.h"

struct route {
	const char *path; /* segments below /v2.1; {} stands for any one */
	unsigned first;   /* the first and last minor microversion that have it */
	unsigned last;
	const char *rule; /* the policy rule, by its name in Nova */
	/* What the query may be at a minor microversion; NULL: it is not looked at. */
	const struct query_schema *(*get_schema)(unsigned minor);
	/* The answer, without the headers that all answers share; or NULL and an error; or NULL
	 * alone, where the request was suspended (wait.h). */
	struct http_response *(*handle)(struct context *context, GError **error);
};

/*
 * The route of a path's segments (NULL-terminated, without a project id), and the segment
 * that {} stands for, lent (NULL: none). NULL: no such path.
 */
const struct route *route_find(const char *const *segments, const char **key);

/* All routes, for those who go through them; ended by a NULL path. */
const struct route *routes_get(void);
