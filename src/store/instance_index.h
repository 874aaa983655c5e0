/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All live instances by Nova's indexes alone. Their rows are wide, and many of them
 * deleted: 2,000,000 servers lie in 5 GB. The index on (host, deleted, cleaned) has
 * the id and host of each, that on (uuid, deleted) its id and uuid, in 300 MB together.
 * Where a server's name is made of these, no row is looked at. A database that lacks
 * such an index gives the same from its rows, more slowly.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "store/instance_lists.h"

/* Connections, each in a transaction of the caller's, that see one moment. */
struct instance_index_source {
	struct database *hosts;
	struct database *uuids; /* read on a thread beside this one; or the same as hosts */
};

/* into->names needs neither display_name nor hostname. *done false: the ids lie too far apart for
 * this way, and there are no lists; the places are told. */
bool instance_index_read(const struct instance_lists *into,
	const struct instance_index_source *source, bool *done, GError **error);
