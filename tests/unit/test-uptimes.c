/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown of a host's uptime as time goes on: after an answer, after a silence, after one and
 * the other; while it is asked; and how long the table remembers. */
#include "model/uptimes.h"

#include <glib.h>

#include "base/clock.h"

#define TTL (60 * CLOCK_SECOND)
#define MAX_AGE (300 * CLOCK_SECOND)
#define START (INT64_C(1793491200) * CLOCK_SECOND)
#define AT(seconds) (START + (seconds)*CLOCK_SECOND)

static void
settle_of(struct uptimes *uptimes, int64_t cell, const char *host, enum uptime_outcome outcome,
	const char *text, int64_t now)
{
	g_assert_true(uptimes_begin(uptimes, cell, host, now));
	uptimes_end(uptimes, cell, host, outcome, text, now);
}

static void
settle(struct uptimes *uptimes, enum uptime_outcome outcome, const char *text, int64_t now)
{
	settle_of(uptimes, 1, "cmp-01", outcome, text, now);
}

static void
assert_shown(struct uptimes *uptimes, int64_t now, enum uptime_state state,
	enum uptime_outcome outcome, const char *text, int64_t until)
{
	struct uptime uptime;
	uptimes_get(uptimes, 1, "cmp-01", now, &uptime);
	g_assert_cmpint(uptime.state, ==, state);
	if (state != UPTIME_UNKNOWN)
		g_assert_cmpint(uptime.outcome, ==, outcome);
	g_assert_cmpstr(uptime.text, ==, text);
	g_assert_cmpint(uptime.until, ==, until);
	uptime_clear(&uptime);
}

static void
assert_unknown(struct uptimes *uptimes, int64_t now)
{
	assert_shown(uptimes, now, UPTIME_UNKNOWN, UPTIME_SILENT, NULL, CLOCK_NEVER);
}

/* What came of the questions, and what is seen later, in seconds. */
static const struct step {
	int64_t at;
	enum uptime_outcome outcome;
} answer[] = {{0, UPTIME_TEXT}, {-1}}, nothing[] = {{0, UPTIME_NONE}, {-1}},
  silence[] = {{0, UPTIME_SILENT}, {-1}},
  then_silence[] = {{0, UPTIME_TEXT}, {100, UPTIME_SILENT}, {-1}},
  and_back[] = {{0, UPTIME_SILENT}, {100, UPTIME_TEXT}, {-1}},
  set_back[] = {{100, UPTIME_SILENT}, {0, UPTIME_TEXT}, {-1}};

static const struct {
	const struct step *steps;
	int64_t at;
	enum uptime_state state;
	enum uptime_outcome outcome;
	int64_t until;
} table[] = {
	{answer, 0, UPTIME_FRESH, UPTIME_TEXT, 60}, {answer, 59, UPTIME_FRESH, UPTIME_TEXT, 60},
	{answer, 60, UPTIME_AGEING, UPTIME_TEXT, 300},
	{answer, 299, UPTIME_AGEING, UPTIME_TEXT, 300}, {answer, 300, UPTIME_UNKNOWN},
	{answer, -59, UPTIME_FRESH, UPTIME_TEXT, 60}, /* the clock was set back */
	{answer, -60, UPTIME_AGEING, UPTIME_TEXT, 300}, {answer, -300, UPTIME_UNKNOWN},
	{nothing, 59, UPTIME_FRESH, UPTIME_NONE, 60},
	{nothing, 60, UPTIME_AGEING, UPTIME_NONE, 300},
	{silence, 9, UPTIME_FRESH, UPTIME_SILENT, 10},
	{silence, 10, UPTIME_AGEING, UPTIME_SILENT, 300}, /* asked again, but not waited for */
	{silence, 299, UPTIME_AGEING, UPTIME_SILENT, 300}, {silence, 300, UPTIME_UNKNOWN},
	{then_silence, 100, UPTIME_FRESH, UPTIME_TEXT, 110},
	{then_silence, 110, UPTIME_AGEING, UPTIME_TEXT, 300},
	{then_silence, 300, UPTIME_AGEING, UPTIME_SILENT, 400}, {then_silence, 400, UPTIME_UNKNOWN},
	{and_back, 100, UPTIME_FRESH, UPTIME_TEXT, 160},
	{and_back, 399, UPTIME_AGEING, UPTIME_TEXT, 400}, {and_back, 400, UPTIME_UNKNOWN},
	{set_back, 305, UPTIME_UNKNOWN}, /* the silence before the answer is forgotten */
};

static void
test_ages(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		CLEANUP(uptimes_free) struct uptimes *uptimes = uptimes_new(TTL, MAX_AGE);
		for (const struct step *step = table[i].steps; step->at >= 0; step++)
			settle(uptimes, step->outcome,
				step->outcome == UPTIME_TEXT ? "up 1 day" : NULL, AT(step->at));
		g_test_message("row %zu", i);
		if (table[i].state == UPTIME_UNKNOWN)
			assert_unknown(uptimes, AT(table[i].at));
		else
			assert_shown(uptimes, AT(table[i].at), table[i].state, table[i].outcome,
				table[i].outcome == UPTIME_TEXT ? "up 1 day" : NULL,
				AT(table[i].until));
	}
}

static void
test_silence_is_remembered_no_longer_than_an_answer(void)
{
	CLEANUP(uptimes_free) struct uptimes *uptimes = uptimes_new(5 * CLOCK_SECOND, MAX_AGE);
	settle(uptimes, UPTIME_SILENT, NULL, START);
	assert_shown(uptimes, AT(4), UPTIME_FRESH, UPTIME_SILENT, NULL, AT(5));
	assert_shown(uptimes, AT(5), UPTIME_AGEING, UPTIME_SILENT, NULL, AT(300));
}

static void
test_nothing_is_shown_beyond_max_age(void)
{
	CLEANUP(uptimes_free) struct uptimes *uptimes = uptimes_new(TTL, 30 * CLOCK_SECOND);
	settle(uptimes, UPTIME_TEXT, "up 1 day", START);
	assert_shown(uptimes, AT(29), UPTIME_FRESH, UPTIME_TEXT, "up 1 day", AT(30));
	assert_unknown(uptimes, AT(30));
}

static void
test_one_question_at_a_time(void)
{
	CLEANUP(uptimes_free) struct uptimes *uptimes = uptimes_new(TTL, MAX_AGE);
	assert_unknown(uptimes, START);
	g_assert_true(uptimes_begin(uptimes, 1, "cmp-01", START));
	g_assert_false(uptimes_begin(uptimes, 1, "cmp-01", START));
	g_assert_true(uptimes_begin(uptimes, 2, "cmp-01", START)); /* another cell's */
	assert_unknown(uptimes, START); /* it is still to be waited for */
	uptimes_end(uptimes, 1, "cmp-01", UPTIME_TEXT, "up 1 day", AT(1));
	assert_shown(uptimes, AT(1), UPTIME_FRESH, UPTIME_TEXT, "up 1 day", AT(61));

	/* What is asked already is asked by nobody else. */
	assert_shown(uptimes, AT(70), UPTIME_AGEING, UPTIME_TEXT, "up 1 day", AT(301));
	g_assert_true(uptimes_begin(uptimes, 1, "cmp-01", AT(70)));
	assert_shown(uptimes, AT(70), UPTIME_FRESH, UPTIME_TEXT, "up 1 day", AT(301));
	uptimes_end(uptimes, 1, "cmp-01", UPTIME_TEXT, "up 2 days", AT(71));
	assert_shown(uptimes, AT(71), UPTIME_FRESH, UPTIME_TEXT, "up 2 days", AT(131));
}

static void
test_generation_moves_with_every_answer(void)
{
	CLEANUP(uptimes_free) struct uptimes *uptimes = uptimes_new(TTL, MAX_AGE);
	uint64_t before = uptimes_get_generation(uptimes);
	g_assert_true(uptimes_begin(uptimes, 1, "cmp-01", START));
	g_assert_cmpuint(uptimes_get_generation(uptimes), ==, before);
	uptimes_end(uptimes, 1, "cmp-01", UPTIME_SILENT, NULL, START);
	g_assert_cmpuint(uptimes_get_generation(uptimes), ==, before + 1);
}

static bool
is_known(struct uptimes *uptimes, unsigned n, int64_t now)
{
	g_autofree char *host = g_strdup_printf("cmp-%u", n);
	struct uptime uptime;
	uptimes_get(uptimes, 1, host, now, &uptime);
	uptime_clear(&uptime);
	return uptime.state != UPTIME_UNKNOWN;
}

/* Asks hosts `first` to `last`. */
static void
settle_hosts(struct uptimes *uptimes, unsigned first, unsigned last, int64_t now)
{
	for (unsigned n = first; n <= last; n++) {
		g_autofree char *host = g_strdup_printf("cmp-%u", n);
		settle_of(uptimes, 1, host, UPTIME_TEXT, "up", now);
	}
}

/* An old moment tells whether an entry is still there: to it, nothing is too old. */
static void
test_what_has_nothing_to_show_is_dropped_as_others_are_asked(void)
{
	CLEANUP(uptimes_free) struct uptimes *uptimes = uptimes_new(TTL, MAX_AGE);
	settle_hosts(uptimes, 1, 100, START);
	g_assert_true(uptimes_begin(uptimes, 1, "hung", START));
	settle_hosts(uptimes, 101, 150, AT(299));
	for (unsigned n = 1; n <= 150; n++)
		g_assert_true(is_known(uptimes, n, AT(10))); /* nothing was too old */

	settle_hosts(uptimes, 201, 250, AT(301)); /* two for each */
	for (unsigned n = 1; n <= 100; n++)
		g_assert_false(is_known(uptimes, n, AT(10)));
	for (unsigned n = 101; n <= 150; n++)
		g_assert_true(is_known(uptimes, n, AT(301)));

	settle_hosts(uptimes, 301, 310, AT(1000));
	g_assert_false(uptimes_begin(uptimes, 1, "hung", AT(1000))); /* is asked to this day */
	uptimes_end(uptimes, 1, "hung", UPTIME_SILENT, NULL, AT(1001));
}

#define THREADS 4
#define ROUNDS 2000

static void *
ask_and_look(void *data)
{
	struct uptimes *uptimes = data;
	for (unsigned i = 0; i < ROUNDS; i++) {
		g_autofree char *host = g_strdup_printf("cmp-%u", i % 7);
		if (uptimes_begin(uptimes, 1, host, AT(i)))
			uptimes_end(uptimes, 1, host, i % 3 == 0 ? UPTIME_SILENT : UPTIME_TEXT,
				i % 3 == 0 ? NULL : host, AT(i));
		struct uptime uptime;
		uptimes_get(uptimes, 1, host, AT(i), &uptime);
		if (uptime.text != NULL)
			g_assert_cmpstr(uptime.text, ==, host);
		uptime_clear(&uptime);
	}
	return NULL;
}

static void
test_many_threads(void)
{
	CLEANUP(uptimes_free) struct uptimes *uptimes = uptimes_new(TTL, MAX_AGE);
	GThread *threads[THREADS];
	for (unsigned i = 0; i < THREADS; i++)
		threads[i] = g_thread_new("ask", ask_and_look, uptimes);
	for (unsigned i = 0; i < THREADS; i++)
		g_thread_join(threads[i]);
	for (unsigned n = 0; n < 7; n++)
		g_assert_true(is_known(uptimes, n, AT(ROUNDS)));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/uptimes/ages", test_ages);
	g_test_add_func("/uptimes/silence-is-remembered-no-longer-than-an-answer",
		test_silence_is_remembered_no_longer_than_an_answer);
	g_test_add_func(
		"/uptimes/nothing-is-shown-beyond-max-age", test_nothing_is_shown_beyond_max_age);
	g_test_add_func("/uptimes/one-question-at-a-time", test_one_question_at_a_time);
	g_test_add_func("/uptimes/generation-moves-with-every-answer",
		test_generation_moves_with_every_answer);
	g_test_add_func("/uptimes/what-has-nothing-to-show-is-dropped-as-others-are-asked",
		test_what_has_nothing_to_show_is_dropped_as_others_are_asked);
	g_test_add_func("/uptimes/many-threads", test_many_threads);
	return g_test_run();
}
