/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing: what finds changes that no time tells of, and hides none. */
#include "nova/cell_reader.h"

#include <string.h>

#include "cell-fixture.h"

static void
test_comparing_finds_what_has_no_time(struct cell_fixture *fixture, const void *data)
{
	skip_reading(fixture);
	fixture->now += LATER;
	nova_execute(&fixture->nova, "cell1",
		"UPDATE compute_nodes SET vcpus = 9 WHERE id = 1;"
		"UPDATE compute_nodes SET host = NULL WHERE id = 2;"
		"UPDATE instances SET host = 'cmp-02' WHERE id = 1");
	assert_reads(fixture, "");
	for (unsigned pass = 0; pass < 2; pass++) {
		g_autofree char *text = compare_all(fixture);
		g_assert_cmpstr(text, ==, "1@cmp-01 -2\ncmp-01[i2] cmp-02[i1]\n");
	}
	fixture->now += LATER;
	assert_reads(fixture, "cmp-01[i2]"); /* a server has left it */
	fixture->now += LATER;
	assert_reads(fixture, "");
}

static void
add_many_nodes(struct cell_fixture *fixture)
{
	nova_execute(&fixture->nova, "cell1",
		"WITH RECURSIVE n(i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 3100) "
		"INSERT INTO compute_nodes (id, vcpus, memory_mb, local_gb, vcpus_used, "
		"memory_mb_used, local_gb_used, hypervisor_type, hypervisor_version, cpu_info, "
		"hypervisor_hostname, deleted, host, uuid) "
		"SELECT i, 1, 1, 1, 0, 0, 0, '', 1, '', 'h-' || i, 0, 'h-' || i, 'u-' || i FROM n;"
		"WITH RECURSIVE n(i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 1300) "
		"INSERT INTO services (id, host, `binary`, topic, report_count, deleted) "
		"SELECT i, 'h-' || i, 'nova-compute', 'compute', 0, 0 FROM n;"
		"INSERT INTO instances (id, host, uuid, display_name, deleted) VALUES "
		"(3, 'h-1001', 'u3', 'i3', 0), (4, 'h-1300', 'u4', 'i4', 0)");
}

static void
test_comparing_goes_slice_by_slice(struct cell_fixture *fixture, const void *data)
{
	add_many_nodes(fixture);
	CLEANUP(cell_delta_free) struct cell_delta *first = read_delta(fixture);
	g_assert_cmpuint(first->nodes->len, ==, 2102);
	g_autofree char *text = compare_all(fixture);
	g_auto(GStrv) slices = g_strsplit(text, "\n", -1);
	g_assert_cmpuint(g_strv_length(slices), ==, 5); /* 2,102 nodes, 302 hosts, and the end */
	g_assert_true(g_str_has_prefix(slices[0], "1@cmp-01 2@cmp-02 1001@h-1001 "));
	g_assert_true(g_str_has_suffix(slices[0], " 2998@h-2998"));
	g_assert_true(g_str_has_prefix(slices[1], "2999@h-2999 "));
	g_assert_true(g_str_has_suffix(slices[1], " 3100@h-3100"));
	g_assert_nonnull(strstr(slices[2], "cmp-01[i1 i2] cmp-02[] h-1001[i3]"));
	g_assert_null(strstr(slices[2], "h-1300"));
	g_assert_nonnull(strstr(slices[3], "h-1300[i4]"));
}

static void
test_comparing_passes_slices_that_cannot_be_shown(struct cell_fixture *fixture, const void *data)
{
	add_many_nodes(fixture);
	nova_execute(
		&fixture->nova, "cell1", "UPDATE compute_nodes SET host = NULL WHERE id < 3100");
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*cell1: 2101 rows of compute_nodes*");
	CLEANUP(cell_delta_free) struct cell_delta *first = read_delta(fixture);
	g_test_assert_expected_messages();
	g_assert_cmpuint(first->nodes->len, ==, 1);
	g_autofree char *text = compare_all(fixture);
	g_auto(GStrv) slices = g_strsplit(text, "\n", -1);
	g_assert_cmpuint(g_strv_length(slices), ==, 5);
	g_assert_true(g_str_has_prefix(slices[0], "-1 -2 -1001 "));
	g_assert_true(g_str_has_suffix(slices[0], " -2998"));
	g_assert_true(g_str_has_prefix(slices[1], "3100@h-3100 -2999 "));
	g_assert_nonnull(strstr(slices[3], "h-1300[i4]"));
}

/* Between two readings a node comes, is seen by a comparison, and goes. */
static void
test_what_only_a_comparison_saw_goes_again(struct cell_fixture *fixture, const void *data)
{
	skip_reading(fixture);
	fixture->now += LATER;
	nova_add_host(&fixture->nova, 1, 9);
	CLEANUP(cell_delta_free) struct cell_delta *compared = compare_next(fixture);
	g_autofree char *text = describe(compared);
	g_assert_cmpstr(text, ==, "1@cmp-01 2@cmp-02 9@cmp-09");
	nova_execute(&fixture->nova, "cell1", "UPDATE compute_nodes SET deleted = id WHERE id = 9");
	assert_reads(fixture, "-9");
}

/* Between two slices a server moves from a host that was compared to one that will be. */
static void
test_a_comparison_hides_no_move(struct cell_fixture *fixture, const void *data)
{
	add_many_nodes(fixture);
	skip_reading(fixture);
	fixture->now += LATER;
	for (unsigned i = 0; i < 3; i++) /* all nodes, and the first hosts */
		cell_delta_free(compare_next(fixture));
	g_autofree char *now = clock_format_sql(fixture->now);
	nova_execute(&fixture->nova, "cell1",
		"UPDATE instances SET host = 'h-1300', updated_at = '%s' WHERE id = 1", now);
	CLEANUP(cell_delta_free) struct cell_delta *second = compare_next(fixture);
	g_assert_nonnull(g_hash_table_lookup(second->servers, "h-1300"));
	g_assert_null(g_hash_table_lookup(second->servers, "cmp-01"));
	fixture->now += CLOCK_SECOND;
	assert_reads(fixture, "cmp-01[i2] h-1300[i1 i4]");
	fixture->now += LATER;
	assert_reads(fixture, "");
}

static void
test_a_comparison_that_breaks_off_loses_nothing(struct cell_fixture *fixture, const void *data)
{
	skip_reading(fixture);
	nova_execute(&fixture->nova, "cell1", "ALTER TABLE services RENAME TO away");
	g_autoptr(GError) error = NULL;
	bool last;
	g_assert_null(cell_reader_compare(fixture->reader, &last, &error));
	g_assert_nonnull(error);
	nova_execute(&fixture->nova, "cell1", "ALTER TABLE away RENAME TO services");
	fixture->now += LATER;
	assert_reads(fixture, "all-nodes 1@cmp-01 2@cmp-02 all-servers cmp-01[i1 i2]");
	g_autofree char *text = compare_all(fixture);
	g_assert_cmpstr(text, ==, "1@cmp-01 2@cmp-02\ncmp-01[i1 i2] cmp-02[]\n");
}

#define ADD(name, test)                                                                            \
	g_test_add("/cell-compare/" name, struct cell_fixture, NULL, cell_fixture_set_up, test,    \
		cell_fixture_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("no-time", test_comparing_finds_what_has_no_time);
	ADD("slices", test_comparing_goes_slice_by_slice);
	ADD("not-shown", test_comparing_passes_slices_that_cannot_be_shown);
	ADD("goes-again", test_what_only_a_comparison_saw_goes_again);
	ADD("hides-no-move", test_a_comparison_hides_no_move);
	ADD("breaks-off", test_a_comparison_that_breaks_off_loses_nothing);
	return g_test_run();
}
