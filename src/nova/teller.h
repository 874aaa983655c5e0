/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An uptime is a host's: Nova asks the host's nova-compute for it where a node's row
 * does not tell. So what the row of one node tells goes for all nodes of its host, as
 * where a host has nodes of Ironic beside its own.
 */
#pragma once

#include <glib.h>

#include "model/node.h"

/* The first, by id, of the nodes of a host (struct node *) whose row tells the uptime, lent; NULL:
 * none. */
struct node *teller_find(const GPtrArray *nodes);

/* The node, or where only the teller knows the uptime the same with that; a new reference. */
struct node *teller_complete(struct node *node, const struct node *teller);
