/* SPDX-License-Identifier: Apache-2.0 */
#include "model/uptimes.h"

#include <glib.h>
#include <stdatomic.h>

#include "base/clock.h"

/* How long a host that was silent is left alone: long enough that many pollers do not keep a
 * question waiting in the queue of a host that hangs, short against the minute in which it would
 * count as down. */
#define SILENCE_TTL (10 * CLOCK_SECOND)

/* More than one, so that the table shrinks while there is something to drop. */
#define DROPPED_A_QUESTION 2

struct key {
	int64_t cell;
	const char *host;
};

/* A host. It has something to show for max_age after what came last. */
struct entry {
	struct key key; /* its host is owned */
	enum uptime_outcome outcome;
	char *text;
	int64_t answered_at; /* CLOCK_UNKNOWN: never */
	int64_t silent_at;   /* of the last silence since; CLOCK_UNKNOWN: none */
	bool is_asked;       /* at this moment */
	GList link;          /* in uptimes->recent, unless it is asked */
};

struct uptimes {
	int64_t ttl, max_age, silence_ttl;
	_Atomic uint64_t generation;
	GMutex lock;         /* of all below */
	GHashTable *entries; /* struct key * (the entry's) -> struct entry * */
	GQueue recent;       /* those that are not asked, by what came last, the newest first */
};

static guint
key_hash(const void *data)
{
	const struct key *key = data;
	return g_str_hash(key->host) * 31 + (guint)key->cell;
}

static gboolean
key_equal(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	return a->cell == b->cell && g_str_equal(a->host, b->host);
}

static void
entry_free(void *data)
{
	struct entry *entry = data;
	g_free((char *)entry->key.host);
	g_free(entry->text);
	g_free(entry);
}

void
uptime_clear(struct uptime *uptime)
{
	g_clear_pointer(&uptime->text, g_free);
}

struct uptimes *
uptimes_new(int64_t ttl, int64_t max_age)
{
	struct uptimes *uptimes = g_new0(struct uptimes, 1);
	uptimes->ttl = ttl;
	uptimes->max_age = max_age;
	uptimes->silence_ttl = MIN(SILENCE_TTL, ttl);
	g_mutex_init(&uptimes->lock);
	uptimes->entries = g_hash_table_new_full(key_hash, key_equal, NULL, entry_free);
	g_queue_init(&uptimes->recent);
	return uptimes;
}

void
uptimes_free(struct uptimes *uptimes)
{
	g_hash_table_unref(uptimes->entries);
	g_mutex_clear(&uptimes->lock);
	g_free(uptimes);
}

/* In either direction: after a clock was set back, what is of a far future counts for nothing. */
static bool
is_within(int64_t moment, int64_t span, int64_t now)
{
	return moment != CLOCK_UNKNOWN && now - moment < span && moment - now < span;
}

/* Under the lock. The answer is shown as long as it may be, whatever silence came since. */
static void
judge(const struct uptimes *uptimes, const struct entry *entry, int64_t now, struct uptime *uptime)
{
	bool answered = is_within(entry->answered_at, uptimes->max_age, now);
	if (!answered && !is_within(entry->silent_at, uptimes->max_age, now))
		return;
	uptime->outcome = answered ? entry->outcome : UPTIME_SILENT;
	uptime->text = answered ? g_strdup(entry->text) : NULL;
	uptime->until = (answered ? entry->answered_at : entry->silent_at) + uptimes->max_age;

	uptime->state = UPTIME_FRESH;
	if (is_within(entry->answered_at, uptimes->ttl, now))
		uptime->until = MIN(uptime->until, entry->answered_at + uptimes->ttl);
	else if (is_within(entry->silent_at, uptimes->silence_ttl, now))
		uptime->until = MIN(uptime->until, entry->silent_at + uptimes->silence_ttl);
	else if (!entry->is_asked)
		uptime->state = UPTIME_AGEING;
}

void
uptimes_get(
	struct uptimes *uptimes, int64_t cell, const char *host, int64_t now, struct uptime *uptime)
{
	*uptime = (struct uptime){.state = UPTIME_UNKNOWN, .until = CLOCK_NEVER};
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&uptimes->lock);
	const struct entry *entry =
		g_hash_table_lookup(uptimes->entries, &(struct key){cell, host});
	if (entry != NULL)
		judge(uptimes, entry, now, uptime);
}

static void
drop_oldest(struct uptimes *uptimes, int64_t now)
{
	for (int i = 0; i < DROPPED_A_QUESTION && uptimes->recent.tail != NULL; i++) {
		struct entry *entry = uptimes->recent.tail->data;
		if (is_within(entry->answered_at, uptimes->max_age, now) ||
			is_within(entry->silent_at, uptimes->max_age, now))
			return;
		g_queue_unlink(&uptimes->recent, &entry->link);
		g_hash_table_remove(uptimes->entries, &entry->key);
	}
}

static struct entry *
add_entry(struct uptimes *uptimes, int64_t cell, const char *host)
{
	struct entry *entry = g_new0(struct entry, 1);
	entry->key = (struct key){cell, g_strdup(host)};
	entry->answered_at = CLOCK_UNKNOWN;
	entry->silent_at = CLOCK_UNKNOWN;
	entry->link.data = entry;
	g_hash_table_insert(uptimes->entries, &entry->key, entry);
	return entry;
}

bool
uptimes_begin(struct uptimes *uptimes, int64_t cell, const char *host, int64_t now)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&uptimes->lock);
	struct entry *entry = g_hash_table_lookup(uptimes->entries, &(struct key){cell, host});
	if (entry != NULL && entry->is_asked)
		return false;
	if (entry == NULL)
		entry = add_entry(uptimes, cell, host);
	else
		g_queue_unlink(&uptimes->recent, &entry->link);
	entry->is_asked = true;
	drop_oldest(uptimes, now);
	return true;
}

void
uptimes_end(struct uptimes *uptimes, int64_t cell, const char *host, enum uptime_outcome outcome,
	const char *text, int64_t now)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&uptimes->lock);
	struct entry *entry = g_hash_table_lookup(uptimes->entries, &(struct key){cell, host});
	g_assert(entry != NULL && entry->is_asked);
	entry->is_asked = false;
	if (outcome == UPTIME_SILENT) {
		entry->silent_at = now;
	} else {
		g_free(entry->text);
		entry->text = g_strdup(text);
		entry->outcome = outcome;
		entry->answered_at = now;
		entry->silent_at = CLOCK_UNKNOWN;
	}
	g_queue_push_head_link(&uptimes->recent, &entry->link);
	atomic_fetch_add(&uptimes->generation, 1);
}

uint64_t
uptimes_get_generation(const struct uptimes *uptimes)
{
	return atomic_load(&uptimes->generation);
}
