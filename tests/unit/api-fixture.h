/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API over a made-up cloud, and somebody who asks it: requests made by hand,
 * without a server, at the moment that cloud_set_now() has set. A reply has the
 * body in one piece, and parsed.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "api/api.h"
#include "base/cleanup.h"
#include "cloud.h"

struct api_fixture {
	struct inventory *inventory;
	struct health *health;
	struct config *config; /* empty: noauth */
	struct identity *identity;
	struct policy *policy;
	struct api *api;
};

/* Takes the hosts. Of the options, those that are 0 are made usual. Sets the clock back. */
struct api_fixture *api_fixture_new(GPtrArray *hosts, struct api_options options);
void api_fixture_free(struct api_fixture *fixture);
CLEANUP_DEFINE(struct api_fixture, api_fixture_free)

struct reply {
	struct http_response *response;
	unsigned status;
	char *body;
	json_t *json; /* NULL: the body is no JSON */
};

/* Takes the response. */
struct reply *reply_new(struct http_response *response);
/* Asks for "path" or "path?query", with the Host muster.test:8774. version: "2.53", or NULL for
 * none. Nothing is encoded. */
struct reply *ask(struct api_fixture *fixture, const char *target, const char *version);
/* Asks as the request says; NULL method: GET. */
struct reply *ask_with(struct api_fixture *fixture, struct http_request request);
void reply_free(struct reply *reply);
CLEANUP_DEFINE(struct reply, reply_free)

/* The value of a header of the reply, lent; NULL: none. */
const char *reply_get_header(const struct reply *reply, const char *name);

/* Holds what stands at a path of the body ("hypervisors/0/id"; '*' is each element of a list)
 * against its expected JSON, compact and with sorted keys. NULL: nothing stands there. */
void reply_assert(const struct reply *reply, const char *path, const char *expected);
/* The reply is a fault of that status, name and message. */
void reply_assert_fault(
	const struct reply *reply, unsigned status, const char *name, const char *message);
