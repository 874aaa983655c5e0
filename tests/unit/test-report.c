/* SPDX-License-Identifier: Apache-2.0 */
/* A report is unknown in all its parts until a collector fills it in. */
#include "model/report.h"

static void
test_knows_nothing_at_first(void)
{
	CLEANUP(report_free) struct report *report = report_new("qemu:///system", 42);
	g_assert_cmpstr(report->connection, ==, "qemu:///system");
	g_assert_cmpint(report->taken_at, ==, 42);
	g_assert_null(report->machine_uuid);
	g_assert_null(report->hypervisor_hostname);
	g_assert_null(report->cpu_info);
	g_assert_null(report->uptime);
	g_assert_null(report->guests);
	g_assert_false(report->vcpus.known);
	g_assert_false(report->memory_mb.known);
	g_assert_false(report->local_gb.known);
	g_assert_false(report->disk_available_least.known);
	g_assert_false(report->running_vms.known);
}

static void
test_owns_its_texts_and_guests(void)
{
	CLEANUP(report_free) struct report *report = report_new("qemu:///system", 42);
	report->machine_uuid = g_strdup("uuid");
	report->hypervisor_hostname = g_strdup("cmp-01");
	report->hypervisor_type = g_strdup("QEMU");
	report->host_ip = g_strdup("192.0.2.1");
	report->cpu_info = g_strdup("{}");
	report->uptime = g_strdup("up 1 day");
	report->guests = g_ptr_array_new_with_free_func((GDestroyNotify)guest_free);
	char name[] = "web-1";
	g_ptr_array_add(report->guests, guest_new("g1", name, GUEST_PAUSED, 2, 1024));
	name[0] = '?';

	const struct guest *guest = report->guests->pdata[0];
	g_assert_cmpstr(guest->uuid, ==, "g1");
	g_assert_cmpstr(guest->name, ==, "web-1");
	g_assert_cmpint(guest->state, ==, GUEST_PAUSED);
	g_assert_cmpint(guest->vcpus, ==, 2);
	g_assert_cmpint(guest->memory_mb, ==, 1024);
}

static const struct {
	enum guest_state state;
	bool active;
} states[] = {
	{GUEST_RUNNING, true},
	{GUEST_PAUSED, true},
	{GUEST_SHUTDOWN, false},
	{GUEST_CRASHED, false},
	{GUEST_SUSPENDED, true},
};

static void
test_a_guests_name_is_made_valid(void)
{
	struct guest *guest = guest_new("uuid", "caf\xe9", GUEST_RUNNING, 1, 1);
	g_assert_cmpstr(guest->name, ==, "caf\xef\xbf\xbd");
	guest_free(guest);
}

static void
test_a_guest_is_active_where_it_holds_resources(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		struct guest *guest = guest_new("g1", "web-1", states[i].state, 1, 512);
		g_assert_cmpint(guest_is_active(guest), ==, states[i].active);
		guest_free(guest);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report/knows-nothing-at-first", test_knows_nothing_at_first);
	g_test_add_func("/report/owns-its-texts-and-guests", test_owns_its_texts_and_guests);
	g_test_add_func("/report/a-guests-name-is-made-valid", test_a_guests_name_is_made_valid);
	g_test_add_func("/report/a-guest-is-active-where-it-holds-resources",
		test_a_guest_is_active_where_it_holds_resources);
	return g_test_run();
}
