/* SPDX-License-Identifier: Apache-2.0 */
#include "model/chunks.h"

#include <string.h>

/* A change copies one chunk and the root: with 64 items a chunk, a root of 100,000
 * items is 12 KiB and a chunk half a KiB. */
#define CHUNK_ITEMS 64

struct chunk {
	gatomicrefcount refs;
	const struct chunks_kind *kind;
	unsigned size;
	void *items[CHUNK_ITEMS];
};

struct chunks {
	const struct chunks_kind *kind;
	size_t size;
	size_t chunks_size;
	struct chunk *chunks[];
};

struct chunks_hold {
	size_t first; /* the place of the first chunk in the root */
	size_t size;
	struct chunk *chunks[];
};

static struct chunk *
chunk_new(const struct chunks_kind *kind, void *const *items, unsigned size)
{
	struct chunk *chunk = g_new(struct chunk, 1);
	g_atomic_ref_count_init(&chunk->refs);
	chunk->kind = kind;
	chunk->size = size;
	for (unsigned i = 0; i < size; i++)
		chunk->items[i] = kind->ref(items[i]);
	return chunk;
}

static struct chunk *
chunk_ref(struct chunk *chunk)
{
	g_atomic_ref_count_inc(&chunk->refs);
	return chunk;
}

static void
chunk_unref(struct chunk *chunk)
{
	if (!g_atomic_ref_count_dec(&chunk->refs))
		return;
	for (unsigned i = 0; i < chunk->size; i++)
		chunk->kind->unref(chunk->items[i]);
	g_free(chunk);
}

static struct chunks *
root_new(const struct chunks_kind *kind, size_t size)
{
	size_t chunks_size = (size + CHUNK_ITEMS - 1) / CHUNK_ITEMS;
	struct chunks *chunks =
		g_malloc(sizeof(struct chunks) + chunks_size * sizeof(struct chunk *));
	chunks->kind = kind;
	chunks->size = size;
	chunks->chunks_size = chunks_size;
	return chunks;
}

struct chunks *
chunks_new(const struct chunks_kind *kind, GPtrArray *items)
{
	struct chunks *chunks = root_new(kind, items->len);
	for (size_t i = 0; i < chunks->chunks_size; i++) {
		size_t from = i * CHUNK_ITEMS;
		unsigned size = (unsigned)MIN(CHUNK_ITEMS, chunks->size - from);
		chunks->chunks[i] = chunk_new(kind, items->pdata + from, size);
	}
	return chunks;
}

void
chunks_free(struct chunks *chunks)
{
	for (size_t i = 0; i < chunks->chunks_size; i++)
		chunk_unref(chunks->chunks[i]);
	g_free(chunks);
}

size_t
chunks_get_size(const struct chunks *chunks)
{
	return chunks->size;
}

void *
chunks_get(const struct chunks *chunks, size_t at)
{
	return chunks->chunks[at / CHUNK_ITEMS]->items[at % CHUNK_ITEMS];
}

struct chunks *
chunks_new_with(const struct chunks *before, const struct chunks_change *changes, size_t n)
{
	struct chunks *chunks = root_new(before->kind, before->size);
	for (size_t i = 0; i < chunks->chunks_size; i++)
		chunks->chunks[i] = chunk_ref(before->chunks[i]);

	for (size_t i = 0; i < n; i++) {
		size_t at = changes[i].at / CHUNK_ITEMS;
		struct chunk *old = before->chunks[at];
		if (chunks->chunks[at] == old) { /* its first change: copy */
			chunks->chunks[at] = chunk_new(before->kind, old->items, old->size);
			chunk_unref(old);
		}
		void **place = &chunks->chunks[at]->items[changes[i].at % CHUNK_ITEMS];
		void *item = chunks->kind->ref(changes[i].item);
		chunks->kind->unref(*place);
		*place = item;
	}
	return chunks;
}

struct chunks_hold *
chunks_hold_new(const struct chunks *chunks, size_t from, size_t to)
{
	size_t first = from / CHUNK_ITEMS;
	size_t size = from < to ? (to - 1) / CHUNK_ITEMS - first + 1 : 0;
	struct chunks_hold *hold =
		g_malloc(sizeof(struct chunks_hold) + size * sizeof(struct chunk *));
	hold->first = first;
	hold->size = size;
	for (size_t i = 0; i < size; i++)
		hold->chunks[i] = chunk_ref(chunks->chunks[first + i]);
	return hold;
}

void
chunks_hold_free(struct chunks_hold *hold)
{
	for (size_t i = 0; i < hold->size; i++)
		chunk_unref(hold->chunks[i]);
	g_free(hold);
}

size_t
chunks_hold_count(const struct chunks_hold *hold)
{
	return hold->size * CHUNK_ITEMS;
}

bool
chunks_hold_is_in(const struct chunks_hold *hold, const struct chunks *chunks)
{
	return hold->first + hold->size <= chunks->chunks_size &&
	       memcmp(hold->chunks, chunks->chunks + hold->first,
		       hold->size * sizeof(struct chunk *)) == 0;
}
