/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one reading of a cell's database brought. It travels from the thread that
 * reads the cell to the one that puts the cells together, which owns and frees it.
 * A reading that brings more than has changed does no harm.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/node.h"
#include "model/servers.h"
#include "model/service.h"

struct cell_delta {
	int64_t cell;
	bool caseless;       /* hosts compare without case */
	bool all_nodes;      /* a node that is not here is no more */
	bool all_servers;    /* a host whose list is not here has no servers */
	GPtrArray *services; /* struct service *: all that are live; NULL: they were not read */
	GPtrArray *nodes;    /* struct node *: those that may be new or changed */
	GArray *gone;        /* int64_t: the ids of nodes that are no more */
	GHashTable *servers; /* host -> struct servers *: the lists that may have changed */
};

/* Empty. */
struct cell_delta *cell_delta_new(int64_t cell, bool caseless);
void cell_delta_free(struct cell_delta *delta);
CLEANUP_DEFINE(struct cell_delta, cell_delta_free)
