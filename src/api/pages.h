/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages: the arrays of hypervisors that lists answer with, kept in an LRU that is
 * bounded in bytes and given again until something in them has changed, the
 * computes' uptimes among it. What depends on the caller (the link, by Host, project and query)
 * makes no page of its own, so a client can't fill the cache with it: of a page one body is kept,
 * the last one. Any thread enters.
 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "api/hypervisor_view.h"
#include "api/survey.h"
#include "http/etag.h"
#include "model/inventory.h"
#include "model/snapshot.h"

#define PAGE_UNLIMITED SIZE_MAX

/* What makes a page; nothing that a client words freely. */
struct page_key {
	struct view view;
	size_t first; /* the slot it begins at */
	size_t limit; /* how many hypervisors at most; PAGE_UNLIMITED */
};

struct page {
	GBytes *array;             /* the JSON array and what stands before it, owned */
	char etag[HTTP_ETAG_SIZE]; /* of the array; "": it has none, since it is not kept */
	size_t size;               /* hypervisors in it */
	size_t last;               /* the slot of the last one; meaningful where size > 0 */
};

void page_clear(struct page *page);

struct pages;

/* bytes_max: of all that is kept, the records under a page among it; 0 keeps none. */
struct pages *pages_new(struct inventory *inventory, size_t bytes_max);
void pages_free(struct pages *pages);

/* The page of the snapshot as it is at the survey's moment, kept or made. The caller clears it.
 * Whom the survey notes has to be asked; a page that shows an unknown uptime is not kept. */
void pages_get(struct pages *pages, const struct snapshot *snapshot, struct page_key key,
	struct survey *survey, struct page *page);

/* The whole body that the page makes with what stands behind its array. It is one piece, which goes
 * out in one call of the kernel; the last one of a kept page is kept in the place of its array. The
 * caller owns it. */
GBytes *pages_get_body(
	struct pages *pages, struct page_key key, const struct page *page, const char *end);

void pages_get_usage(struct pages *pages, unsigned *size, size_t *bytes);
