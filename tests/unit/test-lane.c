/* SPDX-License-Identifier: Apache-2.0 */
/* A lane whose work waits for a gate that the test holds: in time, and left behind. */
#include "nova/lane.h"

#include "base/clock.h"

#define PATIENCE (60 * CLOCK_SECOND) /* longer than any machine is slow */

/* What the thread and the test share. */
struct gate {
	GMutex lock;
	GCond news;
	bool open;
	unsigned works; /* that have been begun */
	GString *done;  /* the jobs, in their order; a bar after each time */
	GString *freed;
	bool state_freed;
};

/* A job is a letter. */
struct job {
	struct gate *gate;
	char letter;
};

static void
set_up(struct gate *gate, const void *data)
{
	g_mutex_init(&gate->lock);
	g_cond_init(&gate->news);
	gate->done = g_string_new(NULL);
	gate->freed = g_string_new(NULL);
}

static void
tear_down(struct gate *gate, const void *data)
{
	g_string_free(gate->done, TRUE);
	g_string_free(gate->freed, TRUE);
	g_mutex_clear(&gate->lock);
	g_cond_clear(&gate->news);
}

static void
work(GPtrArray *jobs, void *state)
{
	struct gate *gate = state;
	g_mutex_lock(&gate->lock);
	gate->works++;
	g_cond_broadcast(&gate->news);
	while (!gate->open)
		g_cond_wait(&gate->news, &gate->lock);
	for (guint i = 0; i < jobs->len; i++)
		g_string_append_c(gate->done, ((const struct job *)jobs->pdata[i])->letter);
	g_string_append_c(gate->done, '|');
	g_mutex_unlock(&gate->lock);
}

static void
free_job(void *data)
{
	struct job *job = data;
	g_mutex_lock(&job->gate->lock);
	g_string_append_c(job->gate->freed, job->letter);
	g_mutex_unlock(&job->gate->lock);
	g_free(job);
}

static void
free_state(void *data)
{
	struct gate *gate = data;
	g_mutex_lock(&gate->lock);
	gate->state_freed = true;
	g_cond_broadcast(&gate->news);
	g_mutex_unlock(&gate->lock);
}

static struct lane *
start(struct gate *gate)
{
	static const struct lane_options options = {
		.name = "test-lane", .work = work, .free_job = free_job, .free_state = free_state};
	return lane_start(&options, gate);
}

static void
push(struct lane *lane, struct gate *gate, char letter)
{
	struct job *job = g_new(struct job, 1);
	*job = (struct job){gate, letter};
	lane_push(lane, job);
}

/* Until the thread is at the gate. */
static void
await_works(struct gate *gate, unsigned works)
{
	g_mutex_lock(&gate->lock);
	while (gate->works < works)
		g_cond_wait(&gate->news, &gate->lock);
	g_mutex_unlock(&gate->lock);
}

static void
open_gate(struct gate *gate)
{
	g_mutex_lock(&gate->lock);
	gate->open = true;
	g_cond_broadcast(&gate->news);
	g_mutex_unlock(&gate->lock);
}

static void
test_what_waits_is_taken_together(struct gate *gate, const void *data)
{
	struct lane *lane = start(gate);
	push(lane, gate, 'a');
	await_works(gate, 1);
	push(lane, gate, 'b');
	push(lane, gate, 'c');
	push(lane, gate, 'd');
	open_gate(gate);
	await_works(gate, 2);
	g_assert_true(lane_stop(lane, PATIENCE));
	g_assert_cmpstr(gate->done->str, ==, "a|bcd|");
	g_assert_cmpstr(gate->freed->str, ==, "abcd");
	g_assert_true(gate->state_freed);
}

static void
test_an_idle_lane_ends(struct gate *gate, const void *data)
{
	struct lane *lane = start(gate);
	g_assert_true(lane_stop(lane, PATIENCE));
	g_assert_cmpstr(gate->done->str, ==, "");
	g_assert_true(gate->state_freed);
}

static void
test_a_lane_that_hangs_is_left_behind(struct gate *gate, const void *data)
{
	struct lane *lane = start(gate);
	push(lane, gate, 'a');
	await_works(gate, 1);
	push(lane, gate, 'b');
	push(lane, gate, 'c');
	g_assert_false(lane_stop(lane, 1000));

	g_mutex_lock(&gate->lock);
	g_assert_cmpstr(gate->freed->str, ==, "bc"); /* they wait for nobody any more */
	g_assert_false(gate->state_freed);           /* the thread is still at it */
	g_mutex_unlock(&gate->lock);

	open_gate(gate);
	g_mutex_lock(&gate->lock);
	while (!gate->state_freed)
		g_cond_wait(&gate->news, &gate->lock);
	g_assert_cmpstr(gate->done->str, ==, "a|");
	g_assert_cmpstr(gate->freed->str, ==, "bca");
	g_mutex_unlock(&gate->lock);
}

#define ADD(name, test) g_test_add("/lane/" name, struct gate, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("together", test_what_waits_is_taken_together);
	ADD("idle", test_an_idle_lane_ends);
	ADD("left-behind", test_a_lane_that_hangs_is_left_behind);
	return g_test_run();
}
