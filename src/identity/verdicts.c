/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/verdicts.h"

#include "http/waiter.h"

#define CROWDED "Too many requests wait to be authenticated."

/* Verdicts of one sort, the most recently used first. */
struct room {
	GQueue entries;
	unsigned max;
};

struct entry {
	struct digest key;
	GList link; /* in its room; its data is the entry */
	struct room *room;
	struct verdict *verdict;
	int64_t until;
};

/* A verdict that is being found out. */
struct quest {
	struct digest key;
	GPtrArray *waiters; /* struct http_waiter * */
};

struct verdicts {
	GMutex lock;         /* of all below */
	GHashTable *entries; /* struct digest * (the entry's) -> struct entry * */
	GHashTable *quests;  /* struct digest * (the quest's) -> struct quest * */
	struct room callers;
	struct room refusals;
};

static void
entry_free(void *data)
{
	struct entry *entry = data;
	g_queue_unlink(&entry->room->entries, &entry->link);
	verdict_unref(entry->verdict);
	g_free(entry);
}

struct verdicts *
verdicts_new(unsigned callers_max, unsigned refusals_max)
{
	struct verdicts *verdicts = g_new0(struct verdicts, 1);
	g_mutex_init(&verdicts->lock);
	verdicts->entries = g_hash_table_new_full(digest_hash, digest_equal, NULL, entry_free);
	verdicts->quests = g_hash_table_new(digest_hash, digest_equal);
	verdicts->callers.max = callers_max;
	verdicts->refusals.max = refusals_max;
	return verdicts;
}

void
verdicts_free(struct verdicts *verdicts)
{
	g_assert(g_hash_table_size(verdicts->quests) == 0);
	g_hash_table_unref(verdicts->quests);
	g_hash_table_unref(verdicts->entries);
	g_mutex_clear(&verdicts->lock);
	g_free(verdicts);
}

/* Under the lock. */
static struct verdict *
get(struct verdicts *verdicts, const struct digest *key, int64_t now)
{
	struct entry *entry = g_hash_table_lookup(verdicts->entries, key);
	if (entry == NULL)
		return NULL;
	if (entry->until <= now) {
		g_hash_table_remove(verdicts->entries, key);
		return NULL;
	}
	g_queue_unlink(&entry->room->entries, &entry->link);
	g_queue_push_head_link(&entry->room->entries, &entry->link);
	return verdict_ref(entry->verdict);
}

/* Under the lock: has the request wait for the verdict, and begins a quest for it where there
 * is none. NULL: it is suspended. */
static struct verdict *
wait_for(struct verdicts *verdicts, const struct digest *key, const struct http_request *request,
	bool *is_first)
{
	struct http_waiter *waiter = http_request_suspend(request, (GDestroyNotify)verdict_unref);
	if (waiter == NULL)
		return verdict_new_refusal(503, CROWDED);
	struct quest *quest = g_hash_table_lookup(verdicts->quests, key);
	*is_first = quest == NULL;
	if (quest == NULL) {
		quest = g_new(struct quest, 1);
		*quest = (struct quest){.key = *key, .waiters = g_ptr_array_new()};
		g_hash_table_insert(verdicts->quests, &quest->key, quest);
	}
	g_ptr_array_add(quest->waiters, waiter);
	return NULL;
}

struct verdict *
verdicts_find(struct verdicts *verdicts, const struct digest *key,
	const struct http_request *request, int64_t now, bool *is_first)
{
	*is_first = false;
	struct verdict *waited_for =
		http_request_get_outcome(request, (GDestroyNotify)verdict_unref);
	if (waited_for != NULL)
		return verdict_ref(waited_for);
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&verdicts->lock);
	struct verdict *known = get(verdicts, key, now);
	return known != NULL ? known : wait_for(verdicts, key, request, is_first);
}

/* Under the lock. */
static void
remember(struct verdicts *verdicts, const struct digest *key, struct verdict *verdict,
	int64_t until, int64_t now)
{
	struct room *room = verdict->caller != NULL ? &verdicts->callers : &verdicts->refusals;
	g_hash_table_remove(verdicts->entries, key);
	if (until <= now || room->max == 0)
		return;
	if (room->entries.length >= room->max) {
		struct entry *oldest = room->entries.tail->data;
		g_hash_table_remove(verdicts->entries, &oldest->key);
	}
	struct entry *entry = g_new0(struct entry, 1);
	entry->key = *key;
	entry->link.data = entry;
	entry->room = room;
	entry->verdict = verdict_ref(verdict);
	entry->until = until;
	g_queue_push_head_link(&room->entries, &entry->link);
	g_hash_table_insert(verdicts->entries, &entry->key, entry);
}

void
verdicts_settle(struct verdicts *verdicts, const struct digest *key, struct verdict *verdict,
	int64_t until, int64_t now)
{
	g_mutex_lock(&verdicts->lock);
	remember(verdicts, key, verdict, until, now);
	struct quest *quest = g_hash_table_lookup(verdicts->quests, key);
	g_assert(quest != NULL);
	g_hash_table_remove(verdicts->quests, key);
	g_mutex_unlock(&verdicts->lock);

	for (guint i = 0; i < quest->waiters->len; i++)
		http_waiter_resume(quest->waiters->pdata[i], verdict_ref(verdict));
	g_ptr_array_unref(quest->waiters);
	g_free(quest);
}
