/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ThreadSanitizer sees what was built with it, and GLib was not: its mutexes and
 * reference counts, made of atomics and futexes, would seem to order nothing. This
 * library is preloaded and stands before GLib for the calls by which Muster
 * synchronizes; it tells the sanitizer what each of them orders, and passes it on.
 * What libraries do among their own parts is not looked at (run.in).
 */
#include <dlfcn.h>
#include <glib.h>

/* The sanitizer's own (sanitizer/tsan_interface.h), in the program that this is loaded into;
 * a program that it starts has none. */
void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

static void
acquire(void *address)
{
	if (__tsan_acquire != NULL)
		__tsan_acquire(address);
}

static void
release(void *address)
{
	if (__tsan_release != NULL)
		__tsan_release(address);
}

#define REAL(function) ((__typeof__(&(function)))dlsym(RTLD_NEXT, #function))

void
g_mutex_lock(GMutex *mutex)
{
	REAL(g_mutex_lock)(mutex);
	acquire(mutex);
}

gboolean
g_mutex_trylock(GMutex *mutex)
{
	gboolean locked = REAL(g_mutex_trylock)(mutex);
	if (locked)
		acquire(mutex);
	return locked;
}

void
g_mutex_unlock(GMutex *mutex)
{
	release(mutex);
	REAL(g_mutex_unlock)(mutex);
}

void
g_cond_wait(GCond *cond, GMutex *mutex)
{
	release(mutex);
	REAL(g_cond_wait)(cond, mutex);
	acquire(mutex);
}

gboolean
g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
	release(mutex);
	gboolean woken = REAL(g_cond_wait_until)(cond, mutex, end_time);
	acquire(mutex);
	return woken;
}

/* What a pool runs, in place of the function itself; kept for the program's life. */
struct work {
	GFunc function;
	gpointer data;
};

static void
run_work(gpointer item, gpointer data)
{
	struct work *work = data;
	acquire(item);
	work->function(item, work->data);
	release(work);
}

GThreadPool *
g_thread_pool_new(
	GFunc function, gpointer data, gint threads_max, gboolean exclusive, GError **error)
{
	struct work *work = g_new(struct work, 1);
	*work = (struct work){function, data};
	return REAL(g_thread_pool_new)(run_work, work, threads_max, exclusive, error);
}

gboolean
g_thread_pool_push(GThreadPool *pool, gpointer item, GError **error)
{
	release(item);
	return REAL(g_thread_pool_push)(pool, item, error);
}

void
g_thread_pool_free(GThreadPool *pool, gboolean immediate, gboolean wait)
{
	struct work *work = pool->user_data;
	REAL(g_thread_pool_free)(pool, immediate, wait);
	acquire(work);
}

/* What a source calls, in place of the function itself. */
struct call {
	GSource *source;
	GSourceFunc function;
	gpointer data;
	GDestroyNotify free_data;
};

static gboolean
run_call(gpointer data)
{
	struct call *call = data;
	acquire(call->source);
	return call->function(call->data);
}

static void
free_call(gpointer data)
{
	struct call *call = data;
	acquire(call->source);
	if (call->free_data != NULL)
		call->free_data(call->data);
	g_free(call);
}

/* Of sources of other kinds the function has other arguments. */
void
g_source_set_callback(
	GSource *source, GSourceFunc function, gpointer data, GDestroyNotify free_data)
{
	if (source->source_funcs != &g_idle_funcs && source->source_funcs != &g_timeout_funcs) {
		REAL(g_source_set_callback)(source, function, data, free_data);
		return;
	}
	struct call *call = g_new(struct call, 1);
	*call = (struct call){source, function, data, free_data};
	REAL(g_source_set_callback)(source, run_call, call, free_call);
}

guint
g_source_attach(GSource *source, GMainContext *context)
{
	release(source);
	return REAL(g_source_attach)(source, context);
}

gboolean(g_atomic_ref_count_dec)(gatomicrefcount *count)
{
	release(count);
	gboolean last = REAL(g_atomic_ref_count_dec)(count);
	if (last)
		acquire(count);
	return last;
}

/* The clear function of the call under way; calls nest, but each has read it by then. */
static _Thread_local GDestroyNotify box_clear;

static void
clear_box(void *box)
{
	GDestroyNotify clear = box_clear;
	acquire(box);
	clear(box);
}

void
g_atomic_rc_box_release_full(gpointer box, GDestroyNotify clear)
{
	release(box);
	box_clear = clear;
	REAL(g_atomic_rc_box_release_full)(box, clear_box);
}
