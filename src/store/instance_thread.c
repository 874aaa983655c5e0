/* SPDX-License-Identifier: Apache-2.0 */
#include "store/instance_thread.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/instance_index.h"

/* µs between questions whether to go on. */
#define ASK_INTERVAL (CLOCK_SECOND / 50)

enum { HOSTS, UUIDS, TWINS };

struct instance_thread {
	const struct instance_lists *into;
	struct database *database;
	struct database *twins[TWINS];
	GThread *thread;
	atomic_bool unwanted; /* what runs is to end */
	GMutex lock;          /* of what follows */
	GCond changed;
	bool done;

	GError *error; /* the thread's, until it is done */
};

static int
is_unwanted(void *data)
{
	struct instance_thread *thread = data;
	return atomic_load(&thread->unwanted);
}

static void *
run(void *data)
{
	struct instance_thread *thread = data;
	const struct instance_index_source source = {thread->twins[HOSTS], thread->twins[UUIDS]};
	const struct live_rows all = {.database = thread->twins[HOSTS]};
	bool done;
	/* Where the indexes will not do, the rows are read here too. */
	if (instance_index_read(thread->into, &source, &done, &thread->error) && !done)
		instance_lists_read_rows(thread->into, &all, &thread->error);
	g_mutex_lock(&thread->lock);
	thread->done = true;
	g_cond_signal(&thread->changed);
	g_mutex_unlock(&thread->lock);
	return NULL;
}

struct instance_thread *
instance_thread_start(const struct instance_lists *into, struct database *database)
{
	struct database *twins[TWINS];
	g_assert(into->place == NULL);
	if (instance_lists_need_rows(into) || !database_open_twins(database, twins, TWINS))
		return NULL;
	struct instance_thread *thread = g_new0(struct instance_thread, 1);
	thread->into = into;
	thread->database = database;
	g_mutex_init(&thread->lock);
	g_cond_init(&thread->changed);
	for (int i = 0; i < TWINS; i++) {
		thread->twins[i] = twins[i];
		database_set_interrupt(twins[i], is_unwanted, thread);
	}
	thread->thread = g_thread_new("instances", run, thread);
	return thread;
}

/* Asks at least once, so that whether it is wanted does not depend on who is faster. */
static void
wait_until_done(struct instance_thread *thread)
{
	bool done = false;
	while (!done) {
		if (!is_unwanted(thread) && database_is_interrupted(thread->database))
			atomic_store(&thread->unwanted, true);
		g_mutex_lock(&thread->lock);
		if (!thread->done)
			g_cond_wait_until(&thread->changed, &thread->lock,
				g_get_monotonic_time() + ASK_INTERVAL);
		done = thread->done;
		g_mutex_unlock(&thread->lock);
	}
}

bool
instance_thread_end(struct instance_thread *thread, GError **error)
{
	wait_until_done(thread);
	g_thread_join(thread->thread);
	for (int i = 0; i < TWINS; i++)
		database_close(thread->twins[i]);
	if (thread->error == NULL && is_unwanted(thread))
		g_set_error(&thread->error, MUSTER_ERROR, MUSTER_ERROR_IO,
			"cannot read instances: interrupted");
	bool well = thread->error == NULL;
	if (!well)
		g_propagate_error(error, thread->error);
	g_mutex_clear(&thread->lock);
	g_cond_clear(&thread->changed);
	g_free(thread);
	return well;
}

void
instance_thread_abandon(struct instance_thread *thread)
{
	atomic_store(&thread->unwanted, true);
	instance_thread_end(thread, NULL);
}
