/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hostnames of a snapshot's hypervisors, indexed for searches: for each three
 * bytes that follow each other in a hostname, ASCII letters as small ones, the slots
 * where they do. A pattern can only match where all of its own do, so that a search
 * compares a few names instead of all. Immutable; any thread.
 */
#pragma once

#include <glib.h>

#include "base/cleanup.h"
#include "model/chunks.h"

struct hostnames;

/* Of the hypervisors (struct hypervisor *) in their slots. */
struct hostnames *hostnames_new(const struct chunks *hypervisors);
void hostnames_free(struct hostnames *hostnames);
CLEANUP_DEFINE(struct hostnames, hostnames_free)

/* The slots (guint32) in order, lent, among which are all that LIKE '%pattern%' matches (like.h);
 * NULL: it may match any. */
const GArray *hostnames_find(const struct hostnames *hostnames, const char *pattern);
