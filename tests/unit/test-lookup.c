/* SPDX-License-Identifier: Apache-2.0 */
/* The look-up of one node, by its uuid and by its id, in several cells. */
#include "nova/lookup.h"

#include "base/error.h"
#include "cloud-fixture.h"

static void
test_a_node_is_looked_up(struct cloud_fixture *fixture, const void *data)
{
	cloud_fixture_start(fixture);
	assert_found(fixture, UUID_1, 0, "1/1@cmp-01 8 1/1 i1");
	assert_found(fixture, NULL, 3, "2/3@cmp-03 8 2/3");
	assert_not_found(fixture, "c9000000-0000-4000-8000-000000000001", 0);
	assert_not_found(fixture, NULL, 99);
	assert_not_found(fixture, NULL, 0);
	assert_not_found(fixture, NULL, -1);
}

static void
test_an_id_is_of_the_first_cell_that_has_it(struct cloud_fixture *fixture, const void *data)
{
	nova_add_host(&fixture->nova, 2, 2);
	cloud_fixture_start(fixture);
	assert_found(fixture, NULL, 2, "1/2@cmp-02 8 1/2");
	nova_execute(&fixture->nova, "cell1", "DELETE FROM compute_nodes WHERE id = 2");
	assert_found(fixture, NULL, 2, "2/2@cmp-02 8 1/2");
	nova_add_host(&fixture->nova, 1, 4); /* of an id that was another cell's alone */
	nova_execute(&fixture->nova, "cell1", "UPDATE compute_nodes SET id = 3 WHERE id = 4");
	assert_found(fixture, NULL, 3, "1/3@cmp-04 8 1/4");
}

static void
test_a_look_up_sees_what_was_written_before(struct cloud_fixture *fixture, const void *data)
{
	cloud_fixture_start(fixture);
	nova_execute(&fixture->nova, "cell1",
		"UPDATE compute_nodes SET vcpus = 9 WHERE id = 1;" /* and no time */
		"UPDATE instances SET host = 'cmp-02'");
	assert_found(fixture, UUID_1, 0, "1/1@cmp-01 9 1/1");
	assert_found(fixture, UUID_2, 0, "1/2@cmp-02 8 1/2 i1");
	nova_execute(&fixture->nova, "cell1",
		"UPDATE services SET deleted = id WHERE id = 1;"
		"UPDATE compute_nodes SET host = 'cmp-09' WHERE id = 2");
	assert_found(fixture, UUID_1, 0, "1/1@cmp-01 9 -");
	assert_found(fixture, UUID_2, 0, "1/2@cmp-09 8 - unmapped");
	nova_execute(&fixture->nova, "cell1", "UPDATE compute_nodes SET deleted = id");
	assert_not_found(fixture, UUID_1, 0);
	nova_add_host(&fixture->nova, 1, 5);
	assert_found(fixture, "c1000000-0000-4000-8000-000000000005", 0, "1/5@cmp-05 8 1/5");
}

static GString *
make(const struct hypervisor *hypervisor, enum shape shape, bool up)
{
	return g_string_new("a fragment");
}

static const char *
get_fragment(struct hypervisor *hypervisor)
{
	size_t length;
	return hypervisor_get_fragment(hypervisor, SHAPE_DETAIL_UUID, true, make, &length);
}

/* Whether node 1, looked up now, has the fragments of the published one; *seen: when its service
 * was seen last. */
static bool
shares_fragments(struct cloud_fixture *fixture, int64_t *seen)
{
	CLEANUP(freshness_outcome_free)
	struct freshness_outcome *outcome = look_up(fixture, UUID_1, 0);
	g_assert_no_error(outcome->error);
	struct service *service = hypervisor_get_service(outcome->hypervisor);
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(fixture->inventory);
	struct hypervisor *known = snapshot_get(snapshot, snapshot_find_uuid(snapshot, UUID_1));
	*seen = service == NULL ? 0 : service_get_last_seen_up(service);
	return get_fragment(outcome->hypervisor) == get_fragment(known);
}

static void
test_fragments_last_while_all_but_the_heartbeat_does(
	struct cloud_fixture *fixture, const void *data)
{
	int64_t before, after;
	cloud_fixture_start(fixture);
	g_assert_true(shares_fragments(fixture, &before));
	nova_execute(&fixture->nova, "cell1",
		"UPDATE services SET last_seen_up = datetime(last_seen_up, '+10 seconds')");
	g_assert_true(shares_fragments(fixture, &after));
	g_assert_cmpint(after, ==, before + 10 * G_USEC_PER_SEC);

	static const char *const changes[][2] = {
		{"cell1", "UPDATE compute_nodes SET running_vms = 99 WHERE id = 1"},
		{"cell1",
			"UPDATE services SET disabled_reason = 'full', disabled = 1 WHERE id = 1"},
		{"cell1", "UPDATE instances SET deleted = id"},
		{"api", "DELETE FROM host_mappings WHERE host = 'cmp-01'"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		nova_execute(&fixture->nova, changes[i][0], "%s", changes[i][1]);
		g_assert_false(shares_fragments(fixture, &after));
		freshness_outcome_free(refresh(fixture, FRESHNESS_SERVERS));
	}
}

static void
test_a_node_moves_to_another_cell(struct cloud_fixture *fixture, const void *data)
{
	cloud_fixture_start(fixture);
	nova_execute(&fixture->nova, "cell1", "UPDATE compute_nodes SET deleted = id WHERE id = 1");
	nova_add_host(&fixture->nova, 2, 1);
	nova_execute(&fixture->nova, "cell2",
		"UPDATE compute_nodes SET uuid = '" UUID_1 "', vcpus = 9 WHERE id = 1");
	assert_found(fixture, UUID_1, 0, "2/1@cmp-01 9 1/1 i1"); /* the host's mapping stays */
	nova_execute(&fixture->nova, "api",
		"UPDATE host_mappings SET cell_id = 2 WHERE host = 'cmp-01'");
	assert_found(fixture, UUID_1, 0, "2/1@cmp-01 9 2/1");
	nova_execute(&fixture->nova, "api",
		"UPDATE host_mappings SET cell_id = 7 WHERE host = 'cmp-01'");
	assert_found(fixture, UUID_1, 0, "2/1@cmp-01 9 -");
	nova_execute(&fixture->nova, "api", "DELETE FROM host_mappings WHERE host = 'cmp-01'");
	assert_found(fixture, UUID_1, 0, "2/1@cmp-01 9 - unmapped");
}

/* Another node that has its id is in a healthy cell. */
static void
test_of_a_cell_that_is_away_no_other_answers(struct cloud_fixture *fixture, const void *data)
{
	nova_add_host(&fixture->nova, 2, 1);
	nova_add_host(&fixture->nova, 2, 5);
	nova_execute(&fixture->nova, "cell2", "UPDATE compute_nodes SET id = 2 WHERE id = 5");
	cloud_fixture_start(fixture);
	nova_execute(&fixture->nova, "cell1", "ALTER TABLE compute_nodes RENAME TO away");
	assert_fails(look_up(fixture, NULL, 2), MUSTER_ERROR_UNAVAILABLE, "cell cell1");
	assert_fails(look_up(fixture, UUID_1, 0), MUSTER_ERROR_UNAVAILABLE, "cell cell1");
	assert_found(fixture, NULL, 3, "2/3@cmp-03 8 2/3");
	assert_found(fixture, "c2000000-0000-4000-8000-000000000005", 0, "2/2@cmp-05 8 2/5");
	/* Its host is mapped to the cell that is away. */
	assert_fails(look_up(fixture, "c2000000-0000-4000-8000-000000000001", 0),
		MUSTER_ERROR_UNAVAILABLE, "cell cell1");
}

#define ADD(name, test)                                                                            \
	g_test_add("/lookup/" name, struct cloud_fixture, NULL, cloud_fixture_set_up, test,        \
		cloud_fixture_tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* It warns of what is away. */
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
	ADD("keys", test_a_node_is_looked_up);
	ADD("first-cell", test_an_id_is_of_the_first_cell_that_has_it);
	ADD("fresh", test_a_look_up_sees_what_was_written_before);
	ADD("fragments", test_fragments_last_while_all_but_the_heartbeat_does);
	ADD("moved", test_a_node_moves_to_another_cell);
	ADD("hidden", test_of_a_cell_that_is_away_no_other_answers);
	return g_test_run();
}
