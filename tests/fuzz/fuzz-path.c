/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The path: any that HTTP lets through is answered by the API, with JSON and a
 * status that blames the request at most; at the first and the last microversion,
 * on an inventory of one hypervisor that some of the corpus names.
 */
#include "fuzz.h"

#include <jansson.h>
#include <string.h>

#include "../header.h"
#include "api/api.h"
#include "base/clock.h"

#define NOW (INT64_C(1793491200) * CLOCK_SECOND)

static void
load(struct inventory *inventory)
{
	const struct service_columns service = {
		.id = 1,
		.uuid = "b5d2b1a0-0000-4000-8000-000000000001",
		.host = "cmp-01",
		.binary = "nova-compute",
		.disabled_known = true,
		.created_at = NOW,
		.updated_at = NOW,
		.last_seen_up = NOW,
	};
	const struct node_columns node = {
		.id = 1,
		.uuid = "c0ffee00-0000-4000-8000-000000000001",
		.host = "cmp-01",
		.hypervisor_hostname = "cmp-01.example.org",
		.hypervisor_type = "QEMU",
		.cpu_info = "{\"arch\": \"x86_64\"}",
		.uptime_known = true,
		.uptime = " 08:32:11 up 93 days, 18:25, 12 users,  load average: 0.20, 0.12, 0.14",
	};
	g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	struct host *host = host_new("cmp-01");
	g_ptr_array_add(hosts, host);
	host_take_service(host, service_new(&service));
	CLEANUP(servers_unref) struct servers *servers = servers_new_empty();
	CLEANUP(node_unref) struct node *made = node_new(&node);
	host_join_node(host, made, servers);
	inventory_load(inventory, hosts, NOW);
}

static int64_t
now(void)
{
	return NOW;
}

/* Nova's defaults, with no file. */
static struct policy *
open_policy(void)
{
	const char *const none[] = {NULL};
	const struct policy_options options = {
		.policy_file = "policy.yaml",
		.policy_dirs = none,
		.directories = none,
		.policy_default_rule = "default",
		.enforce_scope = true,
		.enforce_new_defaults = true,
	};
	return policy_open(&options, NULL);
}

static struct api *
get_api(void)
{
	static struct api *api;
	static struct config *config; /* lent to identity */
	if (api == NULL) {
		config = config_load(NULL, NULL, 0, NULL);
		const struct api_options options = {
			.inventory = inventory_new(CLOCK_SECOND),
			.health = health_new(),
			.identity = identity_open(config, now, NULL),
			.policy = open_policy(),
			.now = now,
			.max_limit = 1000,
			.max_minor = 104,
			.default_zone = "nova",
			.internal_zone = "internal",
			.pages_max = 65536,
		};
		load(options.inventory);
		api = api_new(&options);
	}
	return api;
}

static void
check_body(const struct http_response *response)
{
	gsize size;
	const char *body = g_bytes_get_data(response->body, &size);
	json_t *json = json_loadb(body, size, 0, NULL);
	g_assert_nonnull(json);
	json_decref(json);
}

static void
ask(const char *path, const char *version)
{
	const struct http_header headers[] = {
		header_of("Host", "muster.test:8774"),
		header_of("X-OpenStack-Nova-API-Version", version),
	};
	const struct http_request request = {
		.method = "GET",
		.target = path,
		.path = path,
		.version = "HTTP/1.1",
		.headers = headers,
		.headers_size = G_N_ELEMENTS(headers),
		.peer = "127.0.0.1",
	};
	CLEANUP(http_response_free)
	struct http_response *response = api_answer(get_api(), &request);
	g_assert_cmpuint(response->status, >=, 200);
	g_assert_true(response->status < 500 || response->status == 501);
	check_body(response);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *path = g_strndup((const char *)data, size);
	ask(path, "2.1");
	ask(path, "2.104");
	return 0;
}
