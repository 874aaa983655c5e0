/* SPDX-License-Identifier: Apache-2.0 */
#include "api/pages.h"

#include <string.h>

#include "api/json.h"
#include "base/clock.h"

/* Bytes of a record with a fragment or two: an estimate. */
#define RECORD_COST 1024
#define END_MAX 1024 /* bytes of a body behind its array, for it to be kept */

/*
 * A kept page. It fits for as long as the newest snapshot has the very chunks that it was made
 * of and no state in it has flipped. From `since` to `until` nothing flips but by a heartbeat,
 * which `revivals` counts; outside the states are compared again. The uptimes' mark must match too.
 */
struct kept {
	struct page_key key;
	struct page page;
	GBytes *body; /* the last one that was asked for, of which the array is a slice; NULL: none
		       */
	size_t end;   /* one past the last slot looked at */
	struct chunks_hold *hold;
	GByteArray *states; /* of the slots from first to end: up or not */
	int64_t since;      /* when they were compared last: a clock may be set back */
	int64_t until;
	uint64_t revivals;
	struct survey_mark uptimes;
	GList link; /* in pages->recent */
};

struct pages {
	struct inventory *inventory;
	size_t bytes_max;
	GMutex lock;
	GHashTable *kept; /* by key */
	GQueue recent;    /* the most recent first */
	size_t bytes;
};

void
page_clear(struct page *page)
{
	g_clear_pointer(&page->array, g_bytes_unref);
}

static guint
key_hash(const void *data)
{
	const struct page_key *key = data;
	return (guint)(key->first * 31 + key->limit) * 31 + (guint)key->view.shape * 4 +
	       (guint)key->view.servers;
}

static gboolean
key_equal(const void *left, const void *right)
{
	const struct page_key *a = left, *b = right;
	return a->first == b->first && a->limit == b->limit && a->view.shape == b->view.shape &&
	       a->view.servers == b->view.servers;
}

static void
kept_free(struct kept *kept)
{
	page_clear(&kept->page);
	g_clear_pointer(&kept->body, g_bytes_unref);
	chunks_hold_free(kept->hold);
	g_byte_array_unref(kept->states);
	g_free(kept);
}

struct pages *
pages_new(struct inventory *inventory, size_t bytes_max)
{
	struct pages *pages = g_new0(struct pages, 1);
	pages->inventory = inventory;
	pages->bytes_max = bytes_max;
	g_mutex_init(&pages->lock);
	pages->kept = g_hash_table_new_full(key_hash, key_equal, NULL, (GDestroyNotify)kept_free);
	g_queue_init(&pages->recent);
	return pages;
}

void
pages_free(struct pages *pages)
{
	g_hash_table_unref(pages->kept);
	g_mutex_clear(&pages->lock);
	g_free(pages);
}

/* What a page may keep from being freed: its text, and the records under it, of which it may be
 * the last to have a hold. */
static size_t
cost_of(const struct kept *kept)
{
	return sizeof(struct kept) + g_bytes_get_size(kept->page.array) + kept->states->len +
	       chunks_hold_count(kept->hold) * RECORD_COST;
}

static void
drop(struct pages *pages, struct kept *kept)
{
	pages->bytes -= cost_of(kept);
	g_queue_unlink(&pages->recent, &kept->link);
	g_hash_table_remove(pages->kept, &kept->key);
}

static uint8_t
state_of(const struct snapshot *snapshot, size_t slot, int64_t now, int64_t down_time,
	int64_t *until)
{
	struct hypervisor *hypervisor = snapshot_get(snapshot, slot);
	if (!hypervisor_is_listed(hypervisor))
		return 0;
	int64_t flips;
	bool up = service_is_up(hypervisor_get_service(hypervisor), now, down_time, &flips);
	*until = MIN(*until, flips);
	return up;
}

/* Makes a page anew, into `kept`. */
static void
make(const struct pages *pages, const struct snapshot *snapshot, struct page_key key,
	struct survey *survey, struct kept *kept)
{
	int64_t now = survey->now;
	int64_t down_time = inventory_get_down_time(pages->inventory);
	kept->key = key;
	kept->link.data = kept;
	kept->revivals = inventory_get_revivals(pages->inventory); /* before any state is read */
	kept->since = now;
	kept->until = CLOCK_NEVER;
	kept->states = g_byte_array_new();

	GString *json = g_string_new("{\"hypervisors\": [");
	size_t size = snapshot_get_size(snapshot);
	size_t slot = key.first;
	for (; slot < size && kept->page.size < key.limit; slot++) {
		struct hypervisor *hypervisor = snapshot_get(snapshot, slot);
		uint8_t up = state_of(snapshot, slot, now, down_time, &kept->until);
		g_byte_array_append(kept->states, &up, 1);
		if (!hypervisor_is_listed(hypervisor))
			continue;
		json_append_comma(json);
		survey_append(survey, json, hypervisor, key.view, up);
		kept->page.size++;
		kept->page.last = slot;
	}
	g_string_append_c(json, ']');
	kept->page.array = g_string_free_to_bytes(json);
	kept->end = slot;
	kept->uptimes = survey->mark;
	kept->hold = chunks_hold_new(snapshot_get_chunks(snapshot), key.first, kept->end);
}

/* Whether the page is what would be made now. */
static bool
fits(const struct pages *pages, const struct snapshot *snapshot, struct kept *kept,
	const struct survey *survey)
{
	/* A page that stopped at the end of the list fits only a list of the same length. */
	if (kept->page.size < kept->key.limit && kept->end != snapshot_get_size(snapshot))
		return false;
	if (!chunks_hold_is_in(kept->hold, snapshot_get_chunks(snapshot)) ||
		!survey_matches(survey, &kept->uptimes))
		return false;
	int64_t now = survey->now;
	uint64_t revivals = inventory_get_revivals(pages->inventory);
	if (now >= kept->since && now < kept->until && revivals == kept->revivals)
		return true;

	int64_t down_time = inventory_get_down_time(pages->inventory);
	int64_t until = CLOCK_NEVER;
	for (size_t slot = kept->key.first; slot < kept->end; slot++)
		if (state_of(snapshot, slot, now, down_time, &until) !=
			kept->states->data[slot - kept->key.first])
			return false;
	kept->since = now;
	kept->until = until;
	kept->revivals = revivals;
	return true;
}

static void
lend(const struct kept *kept, struct page *page)
{
	*page = kept->page;
	g_bytes_ref(page->array);
}

static bool
find(struct pages *pages, const struct snapshot *snapshot, struct page_key key,
	const struct survey *survey, struct page *page)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
	struct kept *kept = g_hash_table_lookup(pages->kept, &key);
	if (kept == NULL)
		return false;
	if (!fits(pages, snapshot, kept, survey)) {
		drop(pages, kept);
		return false;
	}
	g_queue_unlink(&pages->recent, &kept->link);
	g_queue_push_head_link(&pages->recent, &kept->link);
	lend(kept, page);
	return true;
}

/* Takes the page; another thread may have kept its like meanwhile, and the last to come stays. */
static void
keep(struct pages *pages, struct kept *kept)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
	struct kept *other = g_hash_table_lookup(pages->kept, &kept->key);
	if (other != NULL)
		drop(pages, other);
	g_hash_table_insert(pages->kept, &kept->key, kept);
	g_queue_push_head_link(&pages->recent, &kept->link);
	pages->bytes += cost_of(kept);
	while (pages->bytes > pages->bytes_max)
		drop(pages, pages->recent.tail->data);
}

/* The limit tells whether a link follows the array. */
static void
set_etag(struct kept *kept)
{
	size_t size;
	const void *array = g_bytes_get_data(kept->page.array, &size);
	http_etag_format(array, size, kept->key.limit, kept->page.etag);
}

void
pages_get(struct pages *pages, const struct snapshot *snapshot, struct page_key key,
	struct survey *survey, struct page *page)
{
	if (find(pages, snapshot, key, survey, page))
		return;
	struct kept *kept = g_new0(struct kept, 1);
	make(pages, snapshot, key, survey, kept);
	/* One that is larger than all may be together would push out every other. */
	bool stays = survey->unknown == NULL && cost_of(kept) <= pages->bytes_max;
	if (stays)
		set_etag(kept);
	lend(kept, page);
	if (stays)
		keep(pages, kept);
	else
		kept_free(kept);
}

static GBytes *
make_body(const struct page *page, const char *end)
{
	gsize size, rest = strlen(end);
	const void *array = g_bytes_get_data(page->array, &size);
	char *body = g_malloc(size + rest);
	memcpy(body, array, size);
	memcpy(body + size, end, rest);
	return g_bytes_new_take(body, size + rest);
}

/* Whether the body that is kept ends so. */
static bool
has_end(const struct kept *kept, const char *end)
{
	if (kept->body == NULL)
		return false;
	gsize whole, size = g_bytes_get_size(kept->page.array);
	const char *body = g_bytes_get_data(kept->body, &whole);
	return whole - size == strlen(end) && memcmp(body + size, end, whole - size) == 0;
}

/* An end is not counted in the page's cost, and holds what its client sent: its Host, its limit. */
static void
keep_body(struct kept *kept, GBytes *body)
{
	if (g_bytes_get_size(body) - g_bytes_get_size(kept->page.array) > END_MAX)
		return;
	gsize size = g_bytes_get_size(kept->page.array);
	g_bytes_unref(kept->page.array);
	kept->page.array = g_bytes_new_from_bytes(body, 0, size);
	g_clear_pointer(&kept->body, g_bytes_unref);
	kept->body = g_bytes_ref(body);
}

GBytes *
pages_get_body(struct pages *pages, struct page_key key, const struct page *page, const char *end)
{
	g_mutex_lock(&pages->lock);
	const struct kept *kept = g_hash_table_lookup(pages->kept, &key);
	bool is_known = kept != NULL && kept->page.array == page->array && has_end(kept, end);
	GBytes *body = is_known ? g_bytes_ref(kept->body) : NULL;
	g_mutex_unlock(&pages->lock);
	if (body != NULL)
		return body;

	body = make_body(page, end);
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
	struct kept *still = g_hash_table_lookup(pages->kept, &key);
	if (still != NULL && still->page.array == page->array)
		keep_body(still, body);
	return body;
}

void
pages_get_usage(struct pages *pages, unsigned *size, size_t *bytes)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&pages->lock);
	*size = g_hash_table_size(pages->kept);
	*bytes = pages->bytes;
}
