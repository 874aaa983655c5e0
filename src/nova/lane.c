/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/lane.h"

struct lane {
	gatomicrefcount refs; /* the owner's and the thread's */
	struct lane_options options;
	void *state;

	GMutex lock; /* of what follows */
	GCond news;
	GPtrArray *jobs;
	int64_t begun; /* when the thread took its work, monotonic; 0: it has none */
	bool stopping;
	bool ended; /* the thread is done, the state freed */
};

static void
lane_unref(struct lane *lane)
{
	if (!g_atomic_ref_count_dec(&lane->refs))
		return;
	g_ptr_array_unref(lane->jobs);
	g_mutex_clear(&lane->lock);
	g_cond_clear(&lane->news);
	g_free(lane);
}

static GPtrArray *
new_jobs(const struct lane *lane)
{
	return g_ptr_array_new_with_free_func(lane->options.free_job);
}

/* Waits for jobs; NULL: the lane is given up. */
static GPtrArray *
take_jobs(struct lane *lane)
{
	GPtrArray *jobs = NULL;
	g_mutex_lock(&lane->lock);
	lane->begun = 0;
	while (lane->jobs->len == 0 && !lane->stopping)
		g_cond_wait(&lane->news, &lane->lock);
	if (!lane->stopping) {
		jobs = lane->jobs;
		lane->jobs = new_jobs(lane);
		lane->begun = g_get_monotonic_time();
	}
	g_mutex_unlock(&lane->lock);
	return jobs;
}

static void *
run(void *data)
{
	struct lane *lane = data;
	GPtrArray *jobs;
	while ((jobs = take_jobs(lane)) != NULL) {
		lane->options.work(jobs, lane->state);
		g_ptr_array_unref(jobs);
	}
	lane->options.free_state(lane->state);
	g_mutex_lock(&lane->lock);
	lane->ended = true;
	g_cond_broadcast(&lane->news);
	g_mutex_unlock(&lane->lock);
	lane_unref(lane);
	return NULL;
}

struct lane *
lane_start(const struct lane_options *options, void *state)
{
	struct lane *lane = g_new0(struct lane, 1);
	g_atomic_ref_count_init(&lane->refs);
	g_atomic_ref_count_inc(&lane->refs);
	lane->options = *options;
	lane->state = state;
	g_mutex_init(&lane->lock);
	g_cond_init(&lane->news);
	lane->jobs = new_jobs(lane);
	g_thread_unref(g_thread_new(options->name, run, lane));
	return lane;
}

void
lane_push(struct lane *lane, void *job)
{
	g_mutex_lock(&lane->lock);
	g_ptr_array_add(lane->jobs, job);
	g_cond_broadcast(&lane->news);
	g_mutex_unlock(&lane->lock);
}

bool
lane_is_stuck(struct lane *lane, int64_t limit)
{
	g_mutex_lock(&lane->lock);
	bool stuck = lane->begun != 0 && g_get_monotonic_time() - lane->begun > limit;
	g_mutex_unlock(&lane->lock);
	return stuck;
}

bool
lane_stop(struct lane *lane, int64_t patience)
{
	int64_t deadline = g_get_monotonic_time() + patience;
	g_mutex_lock(&lane->lock);
	lane->stopping = true;
	g_cond_broadcast(&lane->news);
	while (!lane->ended)
		if (!g_cond_wait_until(&lane->news, &lane->lock, deadline))
			break;
	bool ended = lane->ended;
	GPtrArray *jobs = lane->jobs;
	lane->jobs = new_jobs(lane);
	g_mutex_unlock(&lane->lock);
	g_ptr_array_unref(jobs);
	lane_unref(lane);
	return ended;
}
