/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The context: what is known of one request while it is answered. It lives on
 * the stack of the HTTP thread that answers; each step fills in its part.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "api/api.h"
#include "api/microversion.h"
#include "api/query.h"
#include "http/request.h"
#include "http/response.h"
#include "identity/caller.h"

struct pages;
struct route;

#define CONTEXT_REQUEST_ID_SIZE sizeof("req-01234567-89ab-cdef-0123-456789abcdef")

/* A version, a project, os-hypervisors, an id, an operation: a path with more of them is none that
 * is known, and one more than that is kept to tell so. */
#define CONTEXT_SEGMENTS_MAX 5

/* What the answers are made from; the same for every request. */
struct api {
	struct api_options options;
	char *link_prefix;
	struct pages *pages;
};

struct context {
	struct api *api;
	const struct http_request *request;
	int64_t now; /* µs; every part of the answer is of this moment */
	char request_id[CONTEXT_REQUEST_ID_SIZE];

	char *path;          /* decoded, without the mount */
	const char *mount;   /* static: "/compute" where the path began so, else "" */
	char *segments_text; /* a copy of the path that is cut up into them */
	/* Of the path, empty ones left out; ended by NULL. */
	const char *segments[CONTEXT_SEGMENTS_MAX + 2];
	const char *root;       /* static: "/v2" or "/v2.1"; NULL: another */
	const char *project_id; /* of the path, one of the segments; NULL: the path has none */
	const struct route *route;
	const char *key; /* what the route's {} stands for, one of the segments; NULL */

	struct microversion version;
	struct caller *caller;
	struct query *query;
	const struct freshness_outcome *outcome; /* of the refresh that was waited for, lent by the
						    request; NULL: none */
};

/* Begins with the moment and the request id. context_clear() frees what was filled in. */
void context_init(struct context *context, struct api *api, const struct http_request *request);
void context_clear(struct context *context);

/* Fills in the path's parts. MUSTER_ERROR_INVALID for one that cannot be decoded. */
bool context_parse_path(struct context *context, GError **error);

/* Where links begin: the configured prefix, else the origin (origin.h), and the mount. The caller
 * frees it. */
char *context_format_base(const struct context *context);
