/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question to a cell about one node, or about one host, and the rows that answer it.
 * Many are answered at once: by as many queries as for one, each by an index.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "config/instance_name.h"
#include "model/node.h"
#include "model/servers.h"
#include "model/service.h"
#include "store/database.h"

struct cell_query {
	/* What is asked: about the node of the uuid, where that is NULL about the host, where that
	 * is NULL too about the node of the id. */
	char *uuid;
	char *host;
	int64_t id;
	bool servers; /* whether those of the host are wanted */
	bool uptime;  /* whether a teller is */

	/* The answer. */
	GError *error;
	struct node *node;   /* NULL: there is none, or a host was asked about */
	struct node *teller; /* a node of the host that tells the uptime; NULL: it is not needed,
				not wanted, or there is none */
	struct service *compute; /* the host's nova-compute; NULL: there is none */
	struct servers *list;    /* NULL: none, or not wanted */

	/* Gets the answered query, which stays its owner's. */
	void (*answer)(struct cell_query *query, void *data);
	void *data;
	GDestroyNotify free_data; /* NULL: it is not freed */
};

void cell_query_free(struct cell_query *query);
CLEANUP_DEFINE(struct cell_query, cell_query_free)

/* A cell's database, of which is asked. One thread. */
struct cell_place {
	struct database *database;
	int64_t cell;
	const struct instance_name *names; /* NULL: a server's name is its display name */
	bool caseless;                     /* uuids and hosts compare without case */
};

/* Answers the queries (struct cell_query *); their answers are empty before. Each table is read at
 * a moment of its own, as Nova does. */
bool cell_query_run(const struct cell_place *place, GPtrArray *queries, GError **error);
