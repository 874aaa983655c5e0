/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live instances as lists by host, in which alone they are shown. All of them are
 * read from Nova's indexes where that will do (instance_index.h).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/instance_name.h"
#include "store/live_rows.h"

/* Where to, and how. */
struct instance_lists {
	GHashTable *lists; /* host, which it owns -> struct servers *; a list that is read takes the
			      place of the one that is there */
	bool caseless;     /* its hosts compare without case */
	const struct instance_name *names; /* give a server's name; NULL: it is its display_name */
	/* Is told of each instance where it is (NULL: on no host), in any order; NULL: nobody is.
	 */
	void (*place)(int64_t id, const char *host, void *data);
	void *data;
};

/* Whether the names need more than the indexes hold. */
bool instance_lists_need_rows(const struct instance_lists *into);

/* In a transaction of the caller's. A host that has no instance among them gets no list. */
bool instance_lists_read(
	const struct instance_lists *into, const struct live_rows *which, GError **error);
/* The same, from their rows in any case. */
bool instance_lists_read_rows(
	const struct instance_lists *into, const struct live_rows *which, GError **error);
