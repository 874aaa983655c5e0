/* SPDX-License-Identifier: Apache-2.0 */
/* A hypervisor's columns, and its fragments: made at first use, once for all readers. */
#include "model/hypervisor.h"

#include <string.h>

#include "cloud.h"

enum { READERS = 4, ROUNDS = 200 };

static int made; /* how often make() was called; atomic */

static GString *
make(const struct hypervisor *hypervisor, enum shape shape, bool up)
{
	g_atomic_int_inc(&made);
	GString *text = g_string_new(NULL);
	g_string_printf(text, "%s %d %s", hypervisor_get_columns(hypervisor)->uuid, (int)shape,
		up ? "up" : "down");
	return text;
}

static struct hypervisor *
make_hypervisor(void)
{
	CLEANUP(host_free)
	struct host *host = cloud_make_host(&(struct cloud_host){.n = 7, .servers = 2});
	return hypervisor_ref(host->hypervisors->pdata[0]);
}

static const char *
get(struct hypervisor *hypervisor, enum shape shape, bool up, size_t *length)
{
	return hypervisor_get_fragment(hypervisor, shape, up, make, length);
}

static void
test_makes_each_fragment_once(void)
{
	CLEANUP(hypervisor_unref) struct hypervisor *hypervisor = make_hypervisor();
	made = 0;
	for (int round = 0; round < 3; round++) {
		for (int shape = 0; shape < SHAPE_COUNT; shape++) {
			size_t length;
			get(hypervisor, (enum shape)shape, true, &length);
			get(hypervisor, (enum shape)shape, false, &length);
		}
	}
	g_assert_cmpint(made, ==, (SHAPE_COUNT - 1) * 2 + 1); /* SHAPE_SERVERS has no state */
}

static void
test_gives_the_fragment_of_shape_and_state(void)
{
	CLEANUP(hypervisor_unref) struct hypervisor *hypervisor = make_hypervisor();
	g_autofree char *uuid = cloud_format_uuid(7);
	for (int shape = 0; shape < SHAPE_SERVERS; shape++) {
		for (int up = 0; up < 2; up++) {
			size_t length;
			const char *fragment = get(hypervisor, (enum shape)shape, up, &length);
			g_autofree char *expected =
				g_strdup_printf("%s %d %s", uuid, shape, up ? "up" : "down");
			g_assert_cmpmem(fragment, length, expected, strlen(expected));
		}
	}
}

static void
test_another_heartbeat_shares_the_fragments(void)
{
	CLEANUP(hypervisor_unref) struct hypervisor *hypervisor = make_hypervisor();
	struct service *service = hypervisor_get_service(hypervisor);
	CLEANUP(hypervisor_unref)
	struct hypervisor *second = hypervisor_new_with_heartbeat(hypervisor, service);
	CLEANUP(hypervisor_unref)
	struct hypervisor *third = hypervisor_new_with_heartbeat(second, service);
	size_t length;
	made = 0;
	const char *fragment = get(third, SHAPE_DETAIL_UUID, true, &length);
	g_assert_true(get(hypervisor, SHAPE_DETAIL_UUID, true, &length) == fragment);
	g_assert_true(get(second, SHAPE_DETAIL_UUID, true, &length) == fragment);
	g_assert_cmpint(made, ==, 1);
	g_assert_true(hypervisor_get_node(third) == hypervisor_get_node(hypervisor));
	g_assert_true(hypervisor_get_service(third) == service);
	g_assert_true(hypervisor_get_servers(third) == hypervisor_get_servers(hypervisor));
}

struct reader {
	struct hypervisor *hypervisor;
	const char *got;
};

static void *
read_fragment(void *data)
{
	struct reader *reader = data;
	size_t length;
	reader->got = get(reader->hypervisor, SHAPE_BRIEF_ID, true, &length);
	return NULL;
}

/* Several threads may make it at once; all are given the one that stays. */
static void
test_threads_share_one_fragment(void)
{
	for (int round = 0; round < ROUNDS; round++) {
		CLEANUP(hypervisor_unref) struct hypervisor *hypervisor = make_hypervisor();
		struct reader readers[READERS];
		GThread *threads[READERS];
		for (int i = 0; i < READERS; i++) {
			readers[i] = (struct reader){.hypervisor = hypervisor};
			threads[i] = g_thread_new("reader", read_fragment, &readers[i]);
		}
		for (int i = 0; i < READERS; i++)
			g_thread_join(threads[i]);
		size_t length;
		const char *kept = get(hypervisor, SHAPE_BRIEF_ID, true, &length);
		for (int i = 0; i < READERS; i++)
			g_assert_true(readers[i].got == kept);
	}
}

static void
test_keeps_copies_of_its_columns(void)
{
	char uuid[] = "c1", type[] = "QEMU", cpu_info[] = "{}", uptime[] = "up 1 day";
	CLEANUP(servers_unref) struct servers *servers = servers_new_empty();
	CLEANUP(node_unref)
	struct node *node = node_new(&(struct node_columns){
		.id = 7,
		.uuid = uuid,
		.host = "cmp-07",
		.hypervisor_hostname = "cmp-07.example.org",
		.hypervisor_type = type,
		.cpu_info = cpu_info,
		.uptime_known = true,
		.uptime = uptime,
		.vcpus = 8,
	});
	CLEANUP(hypervisor_unref)
	struct hypervisor *hypervisor =
		hypervisor_new(node, &(struct hypervisor_joins){.servers = servers});
	uuid[0] = type[0] = cpu_info[0] = uptime[0] = '?';
	const struct node_columns *columns = hypervisor_get_columns(hypervisor);
	g_assert_cmpstr(columns->uuid, ==, "c1");
	g_assert_cmpstr(columns->hypervisor_type, ==, "QEMU");
	g_assert_cmpstr(columns->cpu_info, ==, "{}");
	g_assert_cmpstr(columns->uptime, ==, "up 1 day");
	g_assert_null(columns->host_ip);
	g_assert_cmpint(columns->vcpus, ==, 8);
	g_assert_true(hypervisor_get_servers(hypervisor) == servers);
	g_assert_false(hypervisor_is_listed(hypervisor));
}

/* A cloud has thousands of hosts of a few kinds. */
static void
test_equal_cpu_infos_are_kept_once(void)
{
	g_autofree char *text = g_strdup("{\"arch\": \"x86_64\"}");
	CLEANUP(host_free)
	struct host *first = cloud_make_host(&(struct cloud_host){.n = 1, .cpu_info = text});
	CLEANUP(host_free)
	struct host *second =
		cloud_make_host(&(struct cloud_host){.n = 2, .cpu_info = "{\"arch\": \"x86_64\"}"});
	g_assert_true(hypervisor_get_columns(first->hypervisors->pdata[0])->cpu_info ==
		      hypervisor_get_columns(second->hypervisors->pdata[0])->cpu_info);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/hypervisor/makes-each-fragment-once", test_makes_each_fragment_once);
	g_test_add_func("/hypervisor/gives-the-fragment-of-shape-and-state",
		test_gives_the_fragment_of_shape_and_state);
	g_test_add_func("/hypervisor/another-heartbeat-shares-the-fragments",
		test_another_heartbeat_shares_the_fragments);
	g_test_add_func("/hypervisor/threads-share-one-fragment", test_threads_share_one_fragment);
	g_test_add_func(
		"/hypervisor/keeps-copies-of-its-columns", test_keeps_copies_of_its_columns);
	g_test_add_func(
		"/hypervisor/equal-cpu-infos-are-kept-once", test_equal_cpu_infos_are_kept_once);
	return g_test_run();
}
