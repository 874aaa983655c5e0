/* SPDX-License-Identifier: Apache-2.0 */
#include "http/waiters.h"

struct waiters {
	unsigned max;
	GMutex lock; /* of all below, and of the waiters' own fields */
	bool ended;
	GQueue suspended;
};

struct http_waiter {
	struct waiters *all;
	GList link;                 /* in all->suspended; its data is the waiter */
	struct MHD_Connection *mhd; /* NULL: resumed */
	struct worker *worker;      /* until then */
	GDestroyNotify free_outcome;
	void *outcome;
	bool cut_off;
};

struct waiters *
waiters_new(unsigned max)
{
	struct waiters *waiters = g_atomic_rc_box_new0(struct waiters);
	waiters->max = max;
	g_mutex_init(&waiters->lock);
	g_queue_init(&waiters->suspended);
	return waiters;
}

static void
clear_waiters(void *data)
{
	struct waiters *waiters = data;
	g_mutex_clear(&waiters->lock);
}

void
waiters_unref(struct waiters *waiters)
{
	g_atomic_rc_box_release_full(waiters, clear_waiters);
}

static void
clear_waiter(void *data)
{
	struct http_waiter *waiter = data;
	if (waiter->outcome != NULL)
		waiter->free_outcome(waiter->outcome);
	waiters_unref(waiter->all);
}

void
waiter_unref(struct http_waiter *waiter)
{
	g_atomic_rc_box_release_full(waiter, clear_waiter);
}

/* How many wait for the same kind of thing. Under the lock. */
static unsigned
count_kind(const struct waiters *waiters, GDestroyNotify free_outcome)
{
	unsigned count = 0;
	for (GList *link = waiters->suspended.head; link != NULL; link = link->next)
		count += ((const struct http_waiter *)link->data)->free_outcome == free_outcome;
	return count;
}

static bool
may_wait(const struct waiters *waiters, GDestroyNotify free_outcome)
{
	return !waiters->ended && (waiters->suspended.length < waiters->max ||
					  count_kind(waiters, free_outcome) < waiters->max);
}

struct http_waiter *
waiters_add(struct waiters *waiters, struct MHD_Connection *mhd, struct worker *worker,
	GDestroyNotify free_outcome)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&waiters->lock);
	if (!may_wait(waiters, free_outcome))
		return NULL;
	struct http_waiter *waiter = g_atomic_rc_box_new0(struct http_waiter);
	waiter->all = g_atomic_rc_box_acquire(waiters);
	waiter->link.data = waiter;
	waiter->mhd = mhd;
	waiter->worker = worker;
	waiter->free_outcome = free_outcome;
	g_queue_push_tail_link(&waiters->suspended, &waiter->link);
	MHD_suspend_connection(mhd);
	return g_atomic_rc_box_acquire(waiter);
}

/* Under the lock. */
static void
resume(struct http_waiter *waiter)
{
	g_queue_unlink(&waiter->all->suspended, &waiter->link);
	MHD_resume_connection(waiter->mhd);
	worker_wake(waiter->worker);
	waiter->mhd = NULL;
}

void
http_waiter_resume(struct http_waiter *waiter, void *outcome)
{
	g_assert(outcome != NULL);
	g_mutex_lock(&waiter->all->lock);
	waiter->outcome = outcome;
	if (waiter->mhd != NULL)
		resume(waiter);
	g_mutex_unlock(&waiter->all->lock);
	waiter_unref(waiter);
}

void
waiters_end(struct waiters *waiters)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&waiters->lock);
	waiters->ended = true;
	while (waiters->suspended.head != NULL) {
		struct http_waiter *waiter = waiters->suspended.head->data;
		waiter->cut_off = true;
		resume(waiter);
	}
}

unsigned
waiters_get_size(struct waiters *waiters)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&waiters->lock);
	return waiters->suspended.length;
}

void *
waiter_get_outcome(const struct http_waiter *waiter, GDestroyNotify free_outcome)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&waiter->all->lock);
	return waiter->free_outcome == free_outcome && !waiter->cut_off ? waiter->outcome : NULL;
}

bool
waiter_is_cut_off(const struct http_waiter *waiter)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&waiter->all->lock);
	return waiter->cut_off;
}
