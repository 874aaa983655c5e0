/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/outlet.h"

struct outlet {
	GMutex delivery; /* held while a report is handed over */
	collector_deliver *deliver;
	void *data;

	GMutex lock;
	GCond changed;
	bool rung;
	bool closed;
};

struct outlet *
outlet_new(collector_deliver *deliver, void *data)
{
	struct outlet *outlet = g_atomic_rc_box_new0(struct outlet);
	g_mutex_init(&outlet->delivery);
	g_mutex_init(&outlet->lock);
	g_cond_init(&outlet->changed);
	outlet->deliver = deliver;
	outlet->data = data;
	return outlet;
}

struct outlet *
outlet_ref(struct outlet *outlet)
{
	return g_atomic_rc_box_acquire(outlet);
}

static void
outlet_clear(void *data)
{
	struct outlet *outlet = data;
	g_mutex_clear(&outlet->delivery);
	g_mutex_clear(&outlet->lock);
	g_cond_clear(&outlet->changed);
}

void
outlet_unref(struct outlet *outlet)
{
	g_atomic_rc_box_release_full(outlet, outlet_clear);
}

bool
outlet_deliver(struct outlet *outlet, struct report *report)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&outlet->delivery);
	if (outlet->deliver == NULL) {
		report_free(report);
		return false;
	}
	outlet->deliver(report, outlet->data);
	return true;
}

void
outlet_close(struct outlet *outlet)
{
	g_mutex_lock(&outlet->delivery);
	outlet->deliver = NULL;
	g_mutex_unlock(&outlet->delivery);

	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&outlet->lock);
	outlet->closed = true;
	g_cond_signal(&outlet->changed);
}

void
outlet_ring(struct outlet *outlet)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&outlet->lock);
	outlet->rung = true;
	g_cond_signal(&outlet->changed);
}

bool
outlet_wait(struct outlet *outlet, int64_t until)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&outlet->lock);
	while (!outlet->rung && !outlet->closed)
		if (!g_cond_wait_until(&outlet->changed, &outlet->lock, until))
			break;
	outlet->rung = false;
	return !outlet->closed;
}
