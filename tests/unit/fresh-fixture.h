/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API beside a made-up Nova: a real server on the loopback, so that requests can
 * wait, somebody who asks it, and a freshness in the test's hands. A wish of the API's
 * is held until the test grants it, on the test's thread.
 */
#pragma once

#include "api-fixture.h"
#include "http/client.h"
#include "http/server.h"
#include "model/freshness.h"
#include "model/uptimes.h"

#define FRESH_TTL (60 * CLOCK_SECOND)
#define FRESH_MAX_AGE (300 * CLOCK_SECOND)

enum wish_kind {
	WISH_NODES,
	WISH_SERVERS,
	WISH_NODE,
	WISH_NODE_WITH_SERVERS,
	WISH_UPTIMES,        /* somebody waits for them */
	WISH_UPTIMES_BEHIND, /* nobody does */
};

struct fresh_fixture;

/* Takes the hosts. Nothing is fresh. */
struct fresh_fixture *fresh_fixture_new(GPtrArray *hosts);
void fresh_fixture_free(struct fresh_fixture *fixture);
CLEANUP_DEFINE(struct fresh_fixture, fresh_fixture_free)

/* For ask() by hand, which can't wait; and its inventory. */
struct api_fixture *fresh_fixture_get_api(struct fresh_fixture *fixture);
struct uptimes *fresh_fixture_get_uptimes(struct fresh_fixture *fixture);
/* Whether the inventory will do from now on. */
void fresh_fixture_set_fresh(struct fresh_fixture *fixture, bool is_fresh);

/* From now on refreshes and uptimes ("up 1 day") are granted at once, on the server's threads. */
void fresh_fixture_grant_at_once(struct fresh_fixture *fixture);

/* Something that the API wants; the test grants it, which frees it. */
struct wish {
	enum wish_kind kind;
	char *key;        /* the node's: its uuid, or its id */
	GPtrArray *hosts; /* names of those to be asked, owned */
	freshness_done *done;
	void (*done_asking)(void *user);
	void *user;
};

/* The next wish, waited for; it is of that kind. */
struct wish *fresh_take_wish(struct fresh_fixture *fixture, enum wish_kind kind);
/* Of WISH_NODES to WISH_NODE_WITH_SERVERS; takes the outcome. */
void fresh_grant(struct wish *wish, struct freshness_outcome *outcome);
/* Of WISH_UPTIMES and _BEHIND: every host answers so. */
void fresh_answer(struct fresh_fixture *fixture, struct wish *wish, enum uptime_outcome outcome,
	const char *text);
/* Nothing is wished for. */
void fresh_assert_no_wish(struct fresh_fixture *fixture);

/* An outcome; message: of MUSTER_ERROR_UNAVAILABLE, NULL: no error. */
struct freshness_outcome *fresh_outcome_new(const char *message);

/* Asks through the server, as ask() does; the reply is waited for later, by fresh_receive(). */
struct question *fresh_send(struct fresh_fixture *fixture, const char *target, const char *version);
struct reply *fresh_receive(struct question *question);
