/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A persistent vector: immutable, its items in chunks that versions share, so
 * that changing a few items copies their chunks and the root. Items are
 * reference-counted by the functions given.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

struct chunks;

/* How items are held and let go. */
struct chunks_kind {
	void *(*ref)(void *item);
	void (*unref)(void *item);
};

/* Of the array's items, each of which gets a reference. kind is static. */
struct chunks *chunks_new(const struct chunks_kind *kind, GPtrArray *items);
void chunks_free(struct chunks *chunks);
CLEANUP_DEFINE(struct chunks, chunks_free)

size_t chunks_get_size(const struct chunks *chunks);
void *chunks_get(const struct chunks *chunks, size_t at);

/* As `before`, with n items put at the given places. */
struct chunks_change {
	size_t at;
	void *item;
};
struct chunks *chunks_new_with(
	const struct chunks *before, const struct chunks_change *changes, size_t n);

/*
 * A hold on the chunks under the places [from, to): keeps them alive, and tells
 * whether another version still has the very same.
 */
struct chunks_hold;
struct chunks_hold *chunks_hold_new(const struct chunks *chunks, size_t from, size_t to);
void chunks_hold_free(struct chunks_hold *hold);
/* How many items it keeps alive, at most. */
size_t chunks_hold_count(const struct chunks_hold *hold);
bool chunks_hold_is_in(const struct chunks_hold *hold, const struct chunks *chunks);
