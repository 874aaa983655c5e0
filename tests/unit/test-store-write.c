/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reports and commands make of the tables.
 */
#include <glib.h>

#include "base/error.h"
#include "store-fixture.h"
#include "store/purge.h"

#define GUEST "11111111-1111-4111-8111-111111111111"
#define OTHER "22222222-2222-4222-8222-222222222222"

static void
set_up(struct fixture *fixture, const void *data)
{
	fixture_set_up(fixture, data);
	fixture_open(fixture, STORE_WRITE);
}

static void
assert_written(struct fixture *fixture, struct report *report, const char *changed)
{
	CLEANUP(store_written_free) struct store_written *written = write_report(fixture, report);
	const struct store_verdict *verdict =
		&g_array_index(written->verdicts, struct store_verdict, 0);
	g_assert_cmpint(verdict->outcome, ==, STORE_WRITTEN);
	g_assert_nonnull(verdict->host);
	g_autofree char *names = format_changed(written);
	g_assert_cmpstr(names, ==, changed);
}

/* A report of host a or b, with one guest in the given state; -1: without. */
static void
assert_guest(struct fixture *fixture, const char *host, int state, const char *changed)
{
	g_autofree char *connection = g_strdup_printf("qemu+tcp://%s/system", host);
	g_autofree char *machine = g_strdup_printf("machine-%s", host);
	struct report *report = make_report(fixture, connection, machine, host);
	if (state >= 0)
		add_guest(report, GUEST, "web", (enum guest_state)state);
	assert_written(fixture, report, changed);
}

static char *
ids(struct fixture *fixture)
{
	return fixture_select(fixture,
		"SELECT group_concat(s.id || ' ' || s.uuid || ' ' || n.id || ' ' || n.uuid, ';') "
		"FROM muster_hosts m JOIN services s ON s.id = m.service_id "
		"JOIN compute_nodes n ON n.id = m.node_id");
}

static void
test_first_report_makes_a_host(struct fixture *fixture, const void *data)
{
	struct report *report = make_report(fixture, "qemu:///system", "m1", "one.lab");
	report->uptime = g_strdup(" 08:32:11 up 93 days");
	add_guest(report, GUEST, "web", GUEST_RUNNING);
	assert_written(fixture, report, "one.lab");

	CLEANUP(host_free) struct host *host = store_read_host(fixture->store, "one.lab", NULL);
	g_assert_cmpuint(host->services->len, ==, 1);
	struct service *service = host->services->pdata[0];
	g_assert_true(service_counts(service));
	int64_t until;
	g_assert_true(service_is_up(service, START, DOWN_TIME, &until));
	struct hypervisor *node = host->hypervisors->pdata[0];
	const struct node_columns *columns = hypervisor_get_columns(node);
	g_assert_cmpstr(columns->hypervisor_hostname, ==, "one.lab");
	g_assert_cmpint(columns->memory_mb, ==, 16384);
	g_assert_cmpstr(columns->uptime, ==, " 08:32:11 up 93 days");
	g_assert_false(columns->disk_available_least.known);
	struct servers *servers = hypervisor_get_servers(node);
	g_assert_cmpuint(servers_get_size(servers), ==, 1);
	g_assert_cmpstr(servers_get_uuid(servers, 0), ==, GUEST);
	g_assert_cmpstr(servers_get_name(servers, 0), ==, "web");
	assert_select(fixture,
		"SELECT vm_state || power_state || vcpus || memory_mb || node FROM instances",
		"active122048one.lab");
}

static void
test_only_a_heartbeat_changes_no_row_but_the_service(struct fixture *fixture, const void *data)
{
	assert_guest(fixture, "a", GUEST_RUNNING, "a");
	fixture->now += 10 * CLOCK_SECOND;
	assert_guest(fixture, "a", GUEST_RUNNING, "");
	assert_select(fixture, "SELECT report_count || ' ' || last_seen_up FROM services",
		"2 2026-11-01 00:00:10.000000");
	assert_select(fixture, "SELECT updated_at FROM compute_nodes", NULL);
	assert_select(fixture, "SELECT updated_at FROM instances", NULL);
}

static void
test_unknown_is_null_or_stays_as_it_was(struct fixture *fixture, const void *data)
{
	assert_guest(fixture, "a", GUEST_RUNNING, "a");
	struct report *report = make_report(fixture, "qemu+tcp://a/system", "machine-a", NULL);
	g_clear_pointer(&report->cpu_info, g_free);
	g_clear_pointer(&report->host_ip, g_free);
	g_clear_pointer(&report->guests, g_ptr_array_unref);
	report->local_gb = NULLABLE_UNKNOWN;
	report->free_disk_gb = NULLABLE_UNKNOWN;
	assert_written(fixture, report, "a");
	assert_select(fixture,
		"SELECT hypervisor_hostname || cpu_info || local_gb FROM compute_nodes "
		"WHERE free_disk_gb IS NULL AND host_ip IS NULL",
		"a{\"arch\": \"x86_64\"}100");
	assert_select(fixture, "SELECT count(*) FROM instances WHERE deleted = 0", "1");
	assert_select(fixture, "SELECT stats FROM compute_nodes", "{\"uptime\": null}");
}

static void
test_an_incomplete_first_report_is_held_back(struct fixture *fixture, const void *data)
{
	for (int i = 0; i < 2; i++) {
		struct report *report = make_report(fixture, "test:///default", NULL, "t");
		report->local_gb_used = NULLABLE_UNKNOWN;
		if (i == 0)
			g_test_expect_message(
				"muster", G_LOG_LEVEL_WARNING, "*test:///default*local_gb_used*");
		g_assert_cmpint(write_for_outcome(fixture, report), ==, STORE_HELD_BACK);
		g_test_assert_expected_messages();
	}
	assert_select(fixture, "SELECT count(*) FROM services", "0");
	assert_written(fixture, make_report(fixture, "test:///default", NULL, "t"), "t");
}

static void
test_ids_survive_renames_and_edited_uris(struct fixture *fixture, const void *data)
{
	assert_guest(fixture, "a", GUEST_RUNNING, "a");
	g_autofree char *before = ids(fixture);

	struct report *renamed =
		make_report(fixture, "qemu+tcp://a/system", "machine-a", "new.lab");
	g_clear_pointer(&renamed->guests, g_ptr_array_unref); /* its servers move with it */
	assert_written(fixture, renamed, "a new.lab");
	assert_select(fixture,
		"SELECT s.host || n.host || n.hypervisor_hostname || i.host || i.node "
		"FROM services s, compute_nodes n, instances i",
		"new.labnew.labnew.labnew.labnew.lab");

	/* A restart, for the edited URI to be read. */
	fixture_close(fixture);
	fixture_open(fixture, STORE_WRITE);
	struct report *edited = make_report(fixture, "qemu+ssh://a/system", "machine-a", "new.lab");
	add_guest(edited, GUEST, "web", GUEST_RUNNING);
	assert_written(fixture, edited, "");
	/* A machine whose uuid is another one by now is known by its connection. */
	struct report *reset = make_report(fixture, "qemu+ssh://a/system", "machine-z", "new.lab");
	add_guest(reset, GUEST, "web", GUEST_RUNNING);
	assert_written(fixture, reset, "");
	g_autofree char *after = ids(fixture);
	g_assert_cmpstr(before, ==, after);
	assert_select(fixture, "SELECT connection || machine_uuid FROM muster_hosts",
		"qemu+ssh://a/systemmachine-z");
}

static void
test_connections_may_change_places(struct fixture *fixture, const void *data)
{
	assert_written(fixture, make_report(fixture, "one", "m1", "h1"), "h1");
	assert_written(fixture, make_report(fixture, "two", "m2", "h2"), "h2");
	g_autofree char *before = ids(fixture);
	fixture_close(fixture);
	fixture_open(fixture, STORE_WRITE);
	assert_written(fixture, make_report(fixture, "two", "m1", "h1"), "");
	assert_written(fixture, make_report(fixture, "one", "m2", "h2"), "");
	g_autofree char *after = ids(fixture);
	g_assert_cmpstr(before, ==, after);
	assert_select(fixture, "SELECT group_concat(connection || machine_uuid) FROM muster_hosts",
		"twom1,onem2");
}

static void
test_one_machine_has_one_connection(struct fixture *fixture, const void *data)
{
	assert_written(fixture, make_report(fixture, "one", "m1", "h1"), "h1");
	for (int i = 0; i < 2; i++) {
		if (i == 0)
			g_test_expect_message(
				"muster", G_LOG_LEVEL_WARNING, "*two*m1*one*refused*");
		g_assert_cmpint(write_for_outcome(fixture, make_report(fixture, "two", "m1", "h1")),
			==, STORE_REFUSED);
		g_test_assert_expected_messages();
	}
	assert_select(fixture, "SELECT report_count FROM services", "1");
	/* The first is silent for longer than the down time: the second may have it. */
	fixture->now += DOWN_TIME + 1;
	assert_written(fixture, make_report(fixture, "two", "m1", "h1"), "");
	assert_select(fixture, "SELECT connection FROM muster_hosts", "two");
}

static void
test_two_machines_of_one_hostname_are_two_hosts(struct fixture *fixture, const void *data)
{
	assert_written(fixture, make_report(fixture, "one", "m1", "debian"), "debian");
	g_assert_cmpint(write_for_outcome(fixture, make_report(fixture, "two", "m2", "debian")), ==,
		STORE_WRITTEN);
	assert_select(fixture,
		"SELECT count(*) FROM services s JOIN compute_nodes n ON n.host = s.host "
		"WHERE n.hypervisor_hostname = 'debian'",
		"2");
	assert_select(fixture,
		"SELECT host = 'debian-' || substr(uuid, 1, 8) FROM services WHERE id = 2", "1");
	assert_written(fixture, make_report(fixture, "two", "m2", "debian"), "");
}

static void
test_a_redefined_domain_gets_its_row_back(struct fixture *fixture, const void *data)
{
	assert_guest(fixture, "a", GUEST_RUNNING, "a");
	assert_guest(fixture, "a", GUEST_SHUTDOWN, "a");
	assert_select(fixture, "SELECT vm_state || power_state FROM instances", "stopped4");
	assert_guest(fixture, "a", -1, "a");
	assert_select(
		fixture, "SELECT deleted = id AND deleted_at IS NOT NULL FROM instances", "1");
	assert_guest(fixture, "a", -1, "");
	assert_guest(fixture, "a", GUEST_PAUSED, "a");
	assert_select(fixture,
		"SELECT id || vm_state || deleted || (deleted_at IS NULL) FROM instances",
		"1paused01");
}

static void
test_a_domain_belongs_to_where_it_is_active(struct fixture *fixture, const void *data)
{
	static const char owner[] = "SELECT host FROM instances WHERE deleted = 0";
	assert_guest(fixture, "a", GUEST_RUNNING, "a");
	assert_guest(fixture, "b", -1, "b");
	/* A migration: the target has it, paused, while the source still runs it. */
	fixture->now += CLOCK_SECOND;
	assert_guest(fixture, "b", GUEST_PAUSED, "");
	assert_select(fixture, owner, "a");
	/* The source keeps it defined, but off. */
	fixture->now += CLOCK_SECOND;
	assert_guest(fixture, "a", GUEST_SHUTDOWN, "a b");
	assert_select(fixture, owner, "b");
	assert_select(fixture, "SELECT vm_state FROM instances", "paused");
	/* Off at both: it stays where it was. */
	assert_guest(fixture, "b", GUEST_SHUTDOWN, "b");
	assert_guest(fixture, "a", GUEST_SHUTDOWN, "");
	assert_select(fixture, owner, "b");
	/* Undefined there: it goes to where it still is. */
	assert_guest(fixture, "b", -1, "a b");
	assert_select(fixture, owner, "a");
	assert_guest(fixture, "a", -1, "a");
	assert_select(fixture, owner, NULL);
	assert_select(fixture, "SELECT count(*) FROM instances", "1");
}

static void
test_a_silent_owner_loses_its_domain(struct fixture *fixture, const void *data)
{
	static const char owner[] = "SELECT host FROM instances WHERE deleted = 0";
	assert_guest(fixture, "a", GUEST_RUNNING, "a");
	assert_guest(fixture, "b", GUEST_RUNNING, "b");
	assert_select(fixture, owner, "a");
	/* What a said counts after a restart too. */
	fixture_close(fixture);
	fixture_open(fixture, STORE_WRITE);
	fixture->now += DOWN_TIME;
	assert_guest(fixture, "b", GUEST_RUNNING, "");
	fixture->now += 1;
	assert_guest(fixture, "b", GUEST_RUNNING, "a b");
	assert_select(fixture, owner, "b");
}

static void
test_a_report_that_breaks_a_rule_spoils_no_other(struct fixture *fixture, const void *data)
{
	g_autoptr(GPtrArray) reports = g_ptr_array_new_with_free_func((GDestroyNotify)report_free);
	g_ptr_array_add(reports, make_report(fixture, "one", "m1", "h1"));
	g_ptr_array_add(reports, make_report(fixture, "two", "m2", "h2"));
	g_ptr_array_add(reports, make_report(fixture, "three", "m3", "h3"));
	fixture_execute(fixture, "CREATE TRIGGER rule BEFORE INSERT ON compute_nodes "
				 "WHEN NEW.host = 'h2' BEGIN SELECT RAISE(ABORT, 'no h2'); END");
	g_test_expect_message("muster", G_LOG_LEVEL_WARNING, "*two*no h2*");
	CLEANUP(store_written_free)
	struct store_written *written =
		store_write_reports(fixture->store, reports, fixture->now, NULL);
	g_test_assert_expected_messages();
	static const enum store_outcome expected[] = {STORE_WRITTEN, STORE_REFUSED, STORE_WRITTEN};
	for (guint i = 0; i < reports->len; i++)
		g_assert_cmpint(g_array_index(written->verdicts, struct store_verdict, i).outcome,
			==, expected[i]);
	assert_select(fixture, "SELECT group_concat(host) FROM services", "h1,h3");
}

static GPtrArray *
command(struct fixture *fixture, enum host_action action, const char *name, GError **error)
{
	g_autoptr(GHashTable) changed =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const struct host_command order = {action, name, "a new fan"};
	return store_run_command(fixture->store, &order, fixture->now, changed, error);
}

static void
test_commands_disable_and_enable(struct fixture *fixture, const void *data)
{
	static const char state[] =
		"SELECT disabled || COALESCE(disabled_reason, '-') FROM services";
	assert_guest(fixture, "a", -1, "a");
	g_autoptr(GPtrArray) disabled = command(fixture, HOST_DISABLE, "a", NULL);
	const struct host_record *record = disabled->pdata[0];
	g_assert_true(record->disabled);
	g_assert_cmpstr(record->disabled_reason, ==, "a new fan");
	g_assert_cmpstr(record->connection, ==, "qemu+tcp://a/system");
	assert_select(fixture, state, "1a new fan");
	assert_guest(fixture, "a", -1, ""); /* a report leaves it */
	assert_select(fixture, state, "1a new fan");
	g_autoptr(GPtrArray) enabled = command(fixture, HOST_ENABLE, "qemu+tcp://a/system", NULL);
	g_assert_nonnull(enabled);
	assert_select(fixture, state, "0-");
}

static void
test_commands_need_a_name_that_fits_one(struct fixture *fixture, const void *data)
{
	assert_written(fixture, make_report(fixture, "one", "m1", "debian"), "debian");
	g_assert_cmpint(write_for_outcome(fixture, make_report(fixture, "two", "m2", "debian")), ==,
		STORE_WRITTEN);
	g_autoptr(GError) unknown = NULL;
	g_assert_null(command(fixture, HOST_REMOVE, "ubuntu", &unknown));
	g_assert_error(unknown, MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND);
	g_autoptr(GError) ambiguous = NULL;
	g_assert_null(command(fixture, HOST_REMOVE, "debian", &ambiguous));
	g_assert_error(ambiguous, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	g_autoptr(GPtrArray) all = command(fixture, HOST_LIST, NULL, NULL);
	g_assert_cmpuint(all->len, ==, 2);
	/* Its uuid tells a host from all others, also where it has no connection any more. */
	fixture_execute(fixture, "UPDATE muster_hosts SET connection = NULL");
	const struct host_record *first = all->pdata[0];
	g_assert_nonnull(strstr(ambiguous->message, first->uuid));
	g_autoptr(GPtrArray) removed = command(fixture, HOST_REMOVE, first->uuid, NULL);
	g_assert_nonnull(removed);
	assert_select(fixture, "SELECT machine_uuid FROM muster_hosts", "m2");
}

static void
assert_named(struct fixture *fixture, const char *name, const char *host)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = command(fixture, HOST_ENABLE, name, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(found->len, ==, 1);
	const struct host_record *record = found->pdata[0];
	g_assert_cmpstr(record->name, ==, host);
}

static int
is_asked(void *times)
{
	++*(unsigned *)times;
	return false;
}

/* A cloud in which a walk over the hosts takes long enough for the store to be asked whether to go
 * on. */
static void
make_many_hosts(struct fixture *fixture)
{
	fixture_execute(fixture,
		"WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < "
		"21000) "
		"INSERT INTO services (id, host, uuid, report_count, deleted) "
		"SELECT i, 'host' || i, 'service' || i, 0, 0 FROM n");
	fixture_execute(fixture,
		"INSERT INTO compute_nodes (id, host, hypervisor_hostname, uuid, hypervisor_type, "
		"hypervisor_version, cpu_info, vcpus, vcpus_used, memory_mb, memory_mb_used, "
		"local_gb, local_gb_used, deleted) SELECT id, host, host, 'node' || id, 'QEMU', 8, "
		"'', 4, 1, 1024, 512, 10, 5, 0 FROM services WHERE id >= 1000");
	fixture_execute(fixture,
		"INSERT INTO muster_hosts (connection, machine_uuid, service_id, node_id) "
		"SELECT 'qemu+tcp://' || host || '/system', 'machine' || id, id, id FROM services "
		"WHERE id >= 1000");
}

static void
test_a_named_host_is_found_without_a_walk(struct fixture *fixture, const void *data)
{
	assert_written(fixture, make_report(fixture, "one", "m1", "debian"), "debian");
	g_assert_cmpint(write_for_outcome(fixture, make_report(fixture, "two", "m2", "debian")), ==,
		STORE_WRITTEN);
	make_many_hosts(fixture);
	g_autofree char *second = fixture_select(fixture, "SELECT host FROM services WHERE id = 2");
	unsigned times = 0;
	store_set_interrupt(fixture->store, is_asked, &times);
	assert_named(fixture, "host12345", "host12345");
	assert_named(fixture, "node12345", "host12345");
	assert_named(fixture, "qemu+tcp://host12345/system", "host12345");
	assert_named(fixture, second, second);
	g_autoptr(GError) ambiguous = NULL;
	g_assert_null(command(fixture, HOST_REMOVE, "debian", &ambiguous));
	g_assert_error(ambiguous, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	CLEANUP(host_free) struct host *host = store_read_host(fixture->store, "host12345", NULL);
	g_assert_cmpuint(host->hypervisors->len, ==, 1);
	g_assert_cmpuint(times, ==, 0);

	g_autoptr(GPtrArray) all = command(fixture, HOST_LIST, NULL, NULL);
	g_assert_cmpuint(all->len, ==, 20003);
	g_assert_cmpuint(times, >, 0); /* so does a walk */
	store_set_interrupt(fixture->store, NULL, NULL);
}

static void
test_a_hostname_written_by_hand_is_found(struct fixture *fixture, const void *data)
{
	assert_guest(fixture, "a", GUEST_RUNNING, "a");
	assert_guest(fixture, "b", -1, "b");
	fixture_execute(fixture, "UPDATE compute_nodes SET hypervisor_hostname = 'x' WHERE id = 1");
	assert_named(fixture, "x", "a");
}

static void
test_a_removed_host_is_gone_and_its_domains_go_on(struct fixture *fixture, const void *data)
{
	assert_guest(fixture, "a", GUEST_RUNNING, "a");
	assert_guest(fixture, "b", GUEST_SHUTDOWN, "b");
	g_autoptr(GPtrArray) removed = command(fixture, HOST_REMOVE, "a", NULL);
	const struct host_record *record = removed->pdata[0];
	g_assert_true(record->reports);
	assert_select(fixture, "SELECT group_concat(host) FROM services WHERE deleted = 0", "b");
	assert_select(fixture, "SELECT count(*) FROM compute_nodes WHERE deleted = id", "1");
	assert_select(fixture, "SELECT host FROM instances WHERE deleted = 0", "b");
	assert_select(fixture, "SELECT count(*) FROM muster_hosts", "1");
	/* It reports again: a new host. */
	assert_guest(fixture, "a", GUEST_RUNNING, "a b");
	assert_select(fixture, "SELECT max(id) FROM services WHERE deleted = 0", "3");
}

/* The number of slices that a whole purge took. */
static unsigned
purge_all(struct fixture *fixture, int64_t before)
{
	unsigned slices = 0;
	for (bool done = false; !done; slices++) {
		g_autoptr(GError) error = NULL;
		g_assert_true(store_purge(fixture->store, before, &done, &error));
		g_assert_no_error(error);
	}
	return slices;
}

static void
test_purge_takes_old_deleted_rows_but_no_id(struct fixture *fixture, const void *data)
{
	assert_guest(fixture, "a", GUEST_RUNNING, "a");
	assert_guest(fixture, "a", -1, "a");
	struct report *report = make_report(fixture, "qemu+tcp://a/system", "machine-a", "a");
	add_guest(report, OTHER, "db", GUEST_RUNNING);
	assert_written(fixture, report, "a");
	assert_guest(fixture, "a", -1, "a");
	assert_select(fixture, "SELECT count(*) FROM instances WHERE deleted = id", "2");
	purge_all(fixture, fixture->now);
	assert_select(fixture, "SELECT count(*) FROM instances", "2");
	purge_all(fixture, fixture->now + 1);
	assert_select(fixture, "SELECT group_concat(id) FROM instances", "2");
}

/* Instances 1 to `last`, of which each tenth lives. */
static void
make_deleted_instances(struct fixture *fixture, int last)
{
	g_autofree char *sql = g_strdup_printf(
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
		"INSERT INTO instances (id, uuid, host, deleted, deleted_at) "
		"SELECT i, i, 'a', CASE i %% 10 WHEN 0 THEN 0 ELSE i END, '2026-01-01 00:00:00' "
		"FROM n",
		last);
	fixture_execute(fixture, sql);
}

static void
test_a_purge_goes_in_slices(struct fixture *fixture, const void *data)
{
	make_deleted_instances(fixture, 10 * PURGE_ROWS);
	bool done = true;
	g_assert_true(store_purge(fixture->store, fixture->now, &done, NULL));
	g_assert_false(done);
	g_autofree char *left =
		g_strdup_printf("%d", 10 * PURGE_ROWS - (PURGE_ROWS - PURGE_ROWS / 10));
	assert_select(fixture, "SELECT count(*) FROM instances", left);

	/* Another process goes on with what is left: where it stood was in memory. */
	fixture_close(fixture);
	fixture_open(fixture, STORE_WRITE);
	unsigned slices = purge_all(fixture, fixture->now);
	g_assert_cmpuint(slices, >=, 9);
	g_assert_cmpuint(slices, <=, 9 + 3 + 1);
	assert_select(fixture, "SELECT count(*) FROM instances WHERE deleted <> 0", "0");
	g_autofree char *live = g_strdup_printf("%d", PURGE_ROWS);
	assert_select(fixture, "SELECT count(*) FROM instances", live);
}

static void
test_a_purge_passes_over_gaps_between_ids(struct fixture *fixture, const void *data)
{
	make_deleted_instances(fixture, 9);
	fixture_execute(fixture, "UPDATE instances SET id = id * 200000000, deleted = 1");
	g_assert_cmpuint(purge_all(fixture, fixture->now), <=, 4);
	assert_select(fixture, "SELECT group_concat(id) FROM instances", "1800000000");
}

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	static const struct {
		const char *name;
		void (*run)(struct fixture *fixture, const void *data);
	} tests[] = {
		{"first-report-makes-a-host", test_first_report_makes_a_host},
		{"only-a-heartbeat-changes-no-row-but-the-service",
			test_only_a_heartbeat_changes_no_row_but_the_service},
		{"unknown-is-null-or-stays-as-it-was", test_unknown_is_null_or_stays_as_it_was},
		{"an-incomplete-first-report-is-held-back",
			test_an_incomplete_first_report_is_held_back},
		{"ids-survive-renames-and-edited-uris", test_ids_survive_renames_and_edited_uris},
		{"connections-may-change-places", test_connections_may_change_places},
		{"one-machine-has-one-connection", test_one_machine_has_one_connection},
		{"two-machines-of-one-hostname-are-two-hosts",
			test_two_machines_of_one_hostname_are_two_hosts},
		{"a-redefined-domain-gets-its-row-back", test_a_redefined_domain_gets_its_row_back},
		{"a-domain-belongs-to-where-it-is-active",
			test_a_domain_belongs_to_where_it_is_active},
		{"a-silent-owner-loses-its-domain", test_a_silent_owner_loses_its_domain},
		{"a-report-that-breaks-a-rule-spoils-no-other",
			test_a_report_that_breaks_a_rule_spoils_no_other},
		{"commands-disable-and-enable", test_commands_disable_and_enable},
		{"commands-need-a-name-that-fits-one", test_commands_need_a_name_that_fits_one},
		{"a-named-host-is-found-without-a-walk", test_a_named_host_is_found_without_a_walk},
		{"a-hostname-written-by-hand-is-found", test_a_hostname_written_by_hand_is_found},
		{"a-removed-host-is-gone-and-its-domains-go-on",
			test_a_removed_host_is_gone_and_its_domains_go_on},
		{"purge-takes-old-deleted-rows-but-no-id",
			test_purge_takes_old_deleted_rows_but_no_id},
		{"a-purge-goes-in-slices", test_a_purge_goes_in_slices},
		{"a-purge-passes-over-gaps-between-ids", test_a_purge_passes_over_gaps_between_ids},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree char *path = g_strconcat("/store-write/", tests[i].name, NULL);
		g_test_add(path, struct fixture, NULL, set_up, tests[i].run, fixture_tear_down);
	}
	return g_test_run();
}
