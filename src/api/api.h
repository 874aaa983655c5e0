/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API: answers HTTP requests from the inventory. It knows no database and
 * never waits; any of the HTTP server's threads enters.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/health.h"
#include "http/request.h"
#include "http/response.h"
#include "identity/identity.h"
#include "model/freshness.h"
#include "model/inventory.h"
#include "model/uptimes.h"
#include "policy/policy.h"

struct api_options {
	struct inventory *inventory;       /* lent */
	struct health *health;             /* lent */
	struct identity *identity;         /* lent */
	struct policy *policy;             /* lent */
	const struct freshness *freshness; /* lent; NULL: the inventory is as new as can be */
	struct uptimes *uptimes;   /* lent; NULL: no compute is asked; needs the freshness */
	int64_t (*now)(void);      /* the clock, in µs */
	unsigned max_limit;        /* Nova's [api] max_limit */
	unsigned max_minor;        /* the last microversion offered: 2.max_minor */
	const char *link_prefix;   /* Nova's [api] compute_link_prefix; NULL: by the Host header */
	bool behind_proxy;         /* whether links follow what a proxy tells */
	const char *default_zone;  /* Nova's default_availability_zone */
	const char *internal_zone; /* Nova's internal_service_availability_zone */
	size_t pages_max;          /* bytes of pages that are kept */
};

struct api;

struct api *api_new(const struct api_options *options);
void api_free(struct api *api);
CLEANUP_DEFINE(struct api, api_free)

/* The two functions of struct http_handler; data is the struct api. No answer (NULL): the request
 * was suspended (http/waiter.h). */
struct http_response *api_answer(void *data, const struct http_request *request);
struct http_response *api_refuse(
	void *data, const struct http_request *request, unsigned status, const char *words);

/* Pages kept at this moment and their bytes, for `muster status`. Any thread. */
void api_get_pages(struct api *api, unsigned *pages, size_t *bytes);
