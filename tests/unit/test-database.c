/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often a transaction is tried, over a kind of database that is made up.
 */
#include <glib.h>

#include "base/error.h"
#include "store/database_ops.h"

struct made_up {
	struct database base;
	unsigned attached, begun, committed, rolled_back, worked;
	unsigned locked; /* so many times a lock is in the way of the work */
	bool commit_locked;
	bool away;
};

static bool
fail(enum muster_error code, GError **error)
{
	g_set_error(error, MUSTER_ERROR, code, "made up");
	return false;
}

static bool
begin(struct database *database, enum database_mode mode, GError **error)
{
	struct made_up *made_up = (struct made_up *)database;
	made_up->begun++;
	return !made_up->away || fail(MUSTER_ERROR_UNAVAILABLE, error);
}

static bool
commit(struct database *database, GError **error)
{
	struct made_up *made_up = (struct made_up *)database;
	if (made_up->commit_locked)
		return fail(MUSTER_ERROR_BUSY, error);
	made_up->committed++;
	return true;
}

static bool
attach(struct database *database, GError **error)
{
	struct made_up *made_up = (struct made_up *)database;
	made_up->attached++;
	return !made_up->away || fail(MUSTER_ERROR_UNAVAILABLE, error);
}

static void
rollback(struct database *database)
{
	((struct made_up *)database)->rolled_back++;
}

static const struct database_ops ops = {
	.tries = 3,
	.attach = attach,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
};

static bool
meet_locks(void *data, GError **error)
{
	struct made_up *made_up = data;
	return ++made_up->worked > made_up->locked || fail(MUSTER_ERROR_BUSY, error);
}

static bool
break_a_rule(void *data, GError **error)
{
	((struct made_up *)data)->worked++;
	return fail(MUSTER_ERROR_INVALID, error);
}

static void
check(const struct made_up *made_up, unsigned begun, unsigned worked, unsigned committed)
{
	g_assert_cmpuint(made_up->begun, ==, begun);
	g_assert_cmpuint(made_up->worked, ==, worked);
	g_assert_cmpuint(made_up->committed, ==, committed);
	g_assert_cmpuint(made_up->rolled_back, ==, worked - committed);
}

static void
test_a_lock_is_met_a_bounded_number_of_times(void)
{
	static const struct {
		unsigned locked, worked, committed;
	} cases[] = {{0, 1, 1}, {1, 2, 1}, {2, 3, 1}, {3, 3, 0}, {9, 3, 0}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		struct made_up made_up = {.base.ops = &ops, .locked = cases[i].locked};
		bool done = database_write(&made_up.base, meet_locks, &made_up, &error);
		check(&made_up, cases[i].worked, cases[i].worked, cases[i].committed);
		g_assert_cmpint(done, ==, cases[i].committed == 1);
		g_assert_cmpint(done, ==, error == NULL);
	}
}

static void
test_a_lock_at_the_commit_is_one_too(void)
{
	g_autoptr(GError) error = NULL;
	struct made_up made_up = {.base.ops = &ops, .commit_locked = true};
	g_assert_false(database_read(&made_up.base, meet_locks, &made_up, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_BUSY);
	check(&made_up, 3, 3, 0);
}

static void
test_other_failures_are_final(void)
{
	g_autoptr(GError) error = NULL;
	struct made_up made_up = {.base.ops = &ops};
	g_assert_false(database_write(&made_up.base, break_a_rule, &made_up, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	check(&made_up, 1, 1, 0);

	g_autoptr(GError) unavailable = NULL;
	struct made_up away = {.base.ops = &ops, .away = true};
	g_assert_false(database_write(&away.base, meet_locks, &away, &unavailable));
	g_assert_error(unavailable, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE);
	check(&away, 1, 0, 0);
}

static void
test_statements_apart_are_no_transaction(void)
{
	g_autoptr(GError) error = NULL;
	struct made_up made_up = {.base.ops = &ops, .locked = 1};
	g_assert_true(database_read_apart(&made_up.base, meet_locks, &made_up, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(made_up.attached, ==, 2);
	g_assert_cmpuint(made_up.worked, ==, 2);
	g_assert_cmpuint(made_up.begun + made_up.committed, ==, 0);

	struct made_up away = {.base.ops = &ops, .away = true};
	g_assert_false(database_read_apart(&away.base, meet_locks, &away, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE);
	g_assert_cmpuint(away.attached, ==, 2); /* as of a connection that broke unused */
	g_assert_cmpuint(away.worked, ==, 0);
}

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/database/a-lock-is-met-a-bounded-number-of-times",
		test_a_lock_is_met_a_bounded_number_of_times);
	g_test_add_func(
		"/database/a-lock-at-the-commit-is-one-too", test_a_lock_at_the_commit_is_one_too);
	g_test_add_func("/database/other-failures-are-final", test_other_failures_are_final);
	g_test_add_func("/database/statements-apart", test_statements_apart_are_no_transaction);
	return g_test_run();
}
