/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All servers, read beside the rest on connections of their own that see the same
 * moment: where the kind of the database has such, and names can be made of what its
 * indexes hold. A start then takes about half as long.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "store/instance_lists.h"

struct instance_thread;

/* Called before anything else is read in a transaction of the database. into stays, and what it
 * points to is not touched until the end; it has no place(). NULL: it can't be done this way, and
 * is to be done by instance_lists_read(). */
struct instance_thread *instance_thread_start(
	const struct instance_lists *into, struct database *database);

/* Waits until they are read, or until the database's interrupt is wanted. Frees the thread. */
bool instance_thread_end(struct instance_thread *thread, GError **error);
/* Ends it soon: nobody wants the lists any more. */
void instance_thread_abandon(struct instance_thread *thread);
