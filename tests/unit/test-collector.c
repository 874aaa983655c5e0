/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collectors on libvirt's test driver, in this process: made-up hosts, events,
 * and a daemon that never answers. Real ones are the scenarios' matter.
 */
#include "collect/collector.h"

#include <gio/gio.h>
#include <libvirt/libvirt.h>

#include "base/clock.h"
#include "base/error.h"

#define NEVER_DUE (3600 * CLOCK_SECOND)
#define PATIENCE (20 * CLOCK_SECOND)

/* What was delivered last, by connection. */
struct inbox {
	GMutex lock;
	GCond delivered;
	GHashTable *reports;
	bool closed; /* nothing may come any more */
};

static void
deliver(struct report *report, void *data)
{
	struct inbox *inbox = data;
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);
	g_assert_false(inbox->closed);
	g_hash_table_replace(inbox->reports, report->connection, report);
	g_cond_signal(&inbox->delivered);
}

static void
inbox_open(struct inbox *inbox)
{
	*inbox = (struct inbox){0};
	g_mutex_init(&inbox->lock);
	g_cond_init(&inbox->delivered);
	inbox->reports =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)report_free);
}

static void
inbox_close(struct inbox *inbox)
{
	g_mutex_clear(&inbox->lock);
	g_cond_clear(&inbox->delivered);
	g_hash_table_unref(inbox->reports);
}

typedef bool is_awaited(const struct report *report);

/* Waits until the last report of a connection is the awaited one, and takes it out. */
static struct report *
inbox_await(struct inbox *inbox, const char *uri, is_awaited *is_it)
{
	int64_t bound = g_get_monotonic_time() + PATIENCE;
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);
	for (;;) {
		struct report *report = g_hash_table_lookup(inbox->reports, uri);
		if (report != NULL && is_it(report)) {
			g_hash_table_steal(inbox->reports, uri);
			return report;
		}
		g_assert_true(g_cond_wait_until(&inbox->delivered, &inbox->lock, bound));
	}
}

static bool
is_whole(const struct report *report)
{
	return report->hypervisor_hostname != NULL && report->local_gb.known;
}

static char *
get_host_uri(void)
{
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "data", "host.xml", NULL);
	g_autofree char *absolute = g_canonicalize_filename(path, NULL);
	return g_strdup_printf("test:///%s", absolute);
}

static struct collectors *
start(struct inbox *inbox, const char *const *uris, const char *pool)
{
	const struct collector_options options = {
		.interval = NEVER_DUE,
		.open_timeout = NEVER_DUE,
		.reserved_memory_mb = 512,
		.my_ip = "192.0.2.77",
		.storage_pool = pool,
	};
	g_autoptr(GError) error = NULL;
	struct collectors *collectors = collectors_start(uris, &options, deliver, inbox, &error);
	g_assert_no_error(error);
	return collectors;
}

/* Stops them, and holds them to their word: at once, and nothing after it. */
static void
stop(struct collectors *collectors, struct inbox *inbox)
{
	int64_t begun = g_get_monotonic_time();
	collectors_stop(collectors);
	g_assert_cmpint(g_get_monotonic_time() - begun, <, CLOCK_SECOND);
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);
	inbox->closed = true;
}

static const struct {
	const char *name;
	enum guest_state state;
	int64_t vcpus, memory_mb;
} guests[] = {
	{"runs", GUEST_RUNNING, 4, 2048},
	{"paused", GUEST_PAUSED, 2, 512},
	{"shutting-down", GUEST_RUNNING, 1, 256},
	{"off", GUEST_SHUTDOWN, 8, 8192},
	{"crashed", GUEST_CRASHED, 1, 64},
	{"sleeps", GUEST_SUSPENDED, 1, 128},
};

static void
assert_guests(const struct report *report)
{
	g_assert_cmpuint(report->guests->len, ==, G_N_ELEMENTS(guests));
	for (size_t i = 0; i < G_N_ELEMENTS(guests); i++) {
		const struct guest *found = NULL;
		for (guint at = 0; at < report->guests->len; at++) {
			const struct guest *guest = report->guests->pdata[at];
			if (g_str_equal(guest->name, guests[i].name))
				found = guest;
		}
		g_assert_nonnull(found);
		g_assert_true(g_uuid_string_is_valid(found->uuid));
		g_assert_cmpint(found->state, ==, guests[i].state);
		g_assert_cmpint(found->vcpus, ==, guests[i].vcpus);
		g_assert_cmpint(found->memory_mb, ==, guests[i].memory_mb);
	}
}

static void
assert_known(struct nullable value, int64_t expected)
{
	g_assert_true(value.known);
	g_assert_cmpint(value.value, ==, expected);
}

static void
test_a_host_is_reported_with_its_sums(void)
{
	g_autofree char *uri = get_host_uri();
	const char *const uris[] = {uri, NULL};
	struct inbox inbox;
	inbox_open(&inbox);
	struct collectors *collectors = start(&inbox, uris, "images");
	CLEANUP(report_free) struct report *report = inbox_await(&inbox, uri, is_whole);
	stop(collectors, &inbox);

	assert_guests(report);
	g_assert_cmpstr(report->hypervisor_hostname, ==, g_get_host_name());
	g_assert_cmpstr(report->hypervisor_type, ==, "TEST");
	assert_known(report->hypervisor_version, 2);
	g_assert_cmpstr(report->host_ip, ==, "192.0.2.77");
	g_assert_null(report->machine_uuid);
	g_assert_null(report->uptime); /* a made-up host is not this machine */
	g_assert_nonnull(strstr(report->cpu_info, "\"arch\": \"i686\""));
	assert_known(report->vcpus, 16);
	assert_known(report->vcpus_used, 4 + 2 + 1 + 1);
	assert_known(report->memory_mb, 16384);
	assert_known(report->memory_mb_used, 512 + 2048 + 512 + 256 + 128);
	assert_known(report->free_ram_mb, 16384 - 3456);
	assert_known(report->running_vms, 4);
	assert_known(report->current_workload, 1);
	assert_known(report->local_gb, 100);
	assert_known(report->local_gb_used, 30);
	assert_known(report->free_disk_gb, 70);
	assert_known(report->disk_available_least, 70 - 50 - 49);
	inbox_close(&inbox);
}

static struct collector_status *
get_status(struct collectors *collectors, guint at)
{
	g_autoptr(GPtrArray) list = collectors_get_status(collectors);
	g_ptr_array_set_free_func(list, NULL);
	struct collector_status *status = NULL;
	for (guint i = 0; i < list->len; i++) {
		if (i == at)
			status = list->pdata[i];
		else
			collector_status_free(list->pdata[i]);
	}
	g_assert_nonnull(status);
	return status;
}

/* Polls, since nobody tells of a status. */
static struct collector_status *
await_trouble(struct collectors *collectors, guint at)
{
	int64_t bound = g_get_monotonic_time() + PATIENCE;
	for (;;) {
		struct collector_status *status = get_status(collectors, at);
		if (status->trouble != NULL)
			return status;
		collector_status_free(status);
		g_assert_cmpint(g_get_monotonic_time(), <, bound);
		g_usleep(1000);
	}
}

static void
test_all_pools_count_where_the_one_named_is_not(void)
{
	g_autofree char *uri = get_host_uri();
	const char *const uris[] = {uri, NULL};
	struct inbox inbox;
	inbox_open(&inbox);
	struct collectors *collectors = start(&inbox, uris, "nosuch");
	CLEANUP(report_free) struct report *report = inbox_await(&inbox, uri, is_whole);
	assert_known(report->local_gb, 100); /* both pools are on one file system */
	assert_known(report->disk_available_least, 70 - 50 - 49);
	stop(collectors, &inbox);
	inbox_close(&inbox);
}

static bool
is_paused(const struct report *report)
{
	return report->guests->len == 1 &&
	       ((const struct guest *)report->guests->pdata[0])->state == GUEST_PAUSED;
}

static bool
is_running(const struct report *report)
{
	return report->guests->len == 1 &&
	       ((const struct guest *)report->guests->pdata[0])->state == GUEST_RUNNING;
}

static void
test_an_event_brings_a_report_at_once(void)
{
	const char *const uris[] = {"test:///default", NULL};
	struct inbox inbox;
	inbox_open(&inbox);
	/* The host test:///default is one for the whole process. */
	virConnectPtr other = virConnectOpen("test:///default");
	g_assert_nonnull(other);
	virDomainPtr domain = virDomainLookupByName(other, "test");
	g_assert_nonnull(domain);

	struct collectors *collectors = start(&inbox, uris, "default-pool");
	report_free(inbox_await(&inbox, uris[0], is_running));
	g_assert_cmpint(virDomainSuspend(domain), ==, 0);
	report_free(inbox_await(&inbox, uris[0], is_paused)); /* the interval is an hour */
	g_assert_cmpint(virDomainResume(domain), ==, 0);
	report_free(inbox_await(&inbox, uris[0], is_running));
	stop(collectors, &inbox);

	virDomainFree(domain);
	virConnectClose(other);
	inbox_close(&inbox);
}

static void
test_a_host_that_is_away_holds_up_no_other(void)
{
	g_autoptr(GSocket) silent = g_socket_new(
		G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
	g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
	g_assert_true(g_socket_bind(silent, any, TRUE, NULL));
	g_assert_true(g_socket_listen(silent, NULL));
	g_autoptr(GSocketAddress) bound = g_socket_get_local_address(silent, NULL);
	g_autofree char *hangs = g_strdup_printf("qemu+tcp://127.0.0.1:%u/system",
		g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)));
	const char *const uris[] = {
		hangs, "test:////nonexistent/host.xml", "test:///default", NULL};

	struct inbox inbox;
	inbox_open(&inbox);
	struct collectors *collectors = start(&inbox, uris, "default-pool");
	report_free(inbox_await(&inbox, "test:///default", is_whole));

	struct collector_status *missing = await_trouble(collectors, 1);
	g_assert_cmpstr(missing->connection, ==, uris[1]);
	g_assert_false(missing->connected);
	g_assert_cmpint(missing->last_report, ==, CLOCK_UNKNOWN);
	g_assert_nonnull(strstr(missing->trouble, uris[1]));
	collector_status_free(missing);

	struct collector_status *hanging = get_status(collectors, 0);
	g_assert_cmpstr(hanging->connection, ==, hangs);
	g_assert_false(hanging->connected);
	collector_status_free(hanging);
	stop(collectors, &inbox);
	inbox_close(&inbox);
}

static const char *const refused[][3] = {
	{"test:///default", "nonsense:///system", NULL},
	{"test:///default", "qemu", NULL},
	{"test:///default", "test:///default", NULL},
};

static void
test_impossible_uris_start_nothing(void)
{
	const struct collector_options options = {.storage_pool = "default"};
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(collectors_start(refused[i], &options, deliver, NULL, &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_assert_nonnull(strstr(error->message, refused[i][1]));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* Hosts that are away are warned of, by other threads. */
	g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
	g_test_add_func("/collector/a-host-is-reported-with-its-sums",
		test_a_host_is_reported_with_its_sums);
	g_test_add_func("/collector/all-pools-count-where-the-one-named-is-not",
		test_all_pools_count_where_the_one_named_is_not);
	g_test_add_func("/collector/an-event-brings-a-report-at-once",
		test_an_event_brings_a_report_at_once);
	g_test_add_func("/collector/a-host-that-is-away-holds-up-no-other",
		test_a_host_that_is_away_holds_up_no_other);
	g_test_add_func(
		"/collector/impossible-uris-start-nothing", test_impossible_uris_start_nothing);
	return g_test_run();
}
