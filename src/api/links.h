/* SPDX-License-Identifier: Apache-2.0 */
/* Links of a paged list. */
#pragma once

#include <glib.h>

#include "api/context.h"

/* Appends `, "NAME_links": [{"rel": "next", …}]` to an open object: the list's own path and
 * query with another marker. asked_by_marker: query_format_next(). */
void links_append_next(GString *json, const struct context *context, const char *name,
	const char *marker, bool asked_by_marker);
