/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listing: hypervisors that are more than a page, as all of them to 2.32, or all that
 * a pattern finds. It is put together piece by piece while it is sent, so that an answer
 * of a hundred megabytes takes some kilobytes. All of it is of one snapshot and one moment.
 */
#pragma once

#include <glib.h>

#include "api/context.h"
#include "api/hypervisor_view.h"
#include "model/snapshot.h"

/* Whether so many are to be answered by a listing, and can be: what may have to wait for an uptime
 * can't. */
bool listing_suits(const struct context *context, size_t size, struct view view);

/* Of all of the snapshot; matches: of these alone, struct hypervisor * that it lends; NULL: of all.
 * Takes a reference to both. */
struct http_response *listing_answer(const struct context *context, struct snapshot *snapshot,
	GPtrArray *matches, struct view view);
