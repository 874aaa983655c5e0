/* SPDX-License-Identifier: Apache-2.0 */
#include "api/hypervisor_view.h"

#include <jansson.h>

#include "api/json.h"

/* The microversions at which a shape begins. */
#define MINOR_CPU_INFO_OBJECT 28
#define MINOR_UUID 53
#define MINOR_LEAN 88

enum shape
view_get_shape(unsigned minor, bool detail)
{
	if (!detail)
		return minor < MINOR_UUID ? SHAPE_BRIEF_ID : SHAPE_BRIEF_UUID;
	if (minor < MINOR_CPU_INFO_OBJECT)
		return SHAPE_DETAIL_TEXT;
	if (minor < MINOR_UUID)
		return SHAPE_DETAIL_ID;
	return minor < MINOR_LEAN ? SHAPE_DETAIL_UUID : SHAPE_DETAIL_LEAN;
}

static bool
shows_uuid(enum shape shape)
{
	return shape == SHAPE_BRIEF_UUID || shape == SHAPE_DETAIL_UUID ||
	       shape == SHAPE_DETAIL_LEAN;
}

static bool
shows_detail(enum shape shape)
{
	return shape != SHAPE_BRIEF_ID && shape != SHAPE_BRIEF_UUID;
}

/* The column's text is JSON; it is shown as it is, once Jansson has found it valid. What is
 * broken is null: Nova answers such a row with 500. */
static void
append_cpu_info_object(GString *json, const char *cpu_info)
{
	json_append_name(json, "cpu_info");
	if (*cpu_info == '\0') {
		g_string_append(json, "{}");
		return;
	}
	json_t *parsed = json_loads(cpu_info, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
	g_string_append(json, parsed != NULL ? cpu_info : "null");
	json_decref(parsed);
}

static void
append_service(GString *json, const char *host, const struct service *service, bool uuid)
{
	json_append_name(json, "service");
	g_string_append_c(json, '{');
	json_append_string_member(json, "host", host);
	if (uuid)
		json_append_string_member(json, "id", service_get_uuid(service));
	else
		json_append_integer_member(json, "id", service_get_id(service));
	json_append_string_member(json, "disabled_reason", service_get_disabled_reason(service));
	g_string_append_c(json, '}');
}

/* The fields that 2.88 took away. */
static void
append_resources(GString *json, const struct node_columns *node, enum shape shape)
{
	json_append_integer_member(json, "vcpus", node->vcpus);
	json_append_integer_member(json, "vcpus_used", node->vcpus_used);
	json_append_integer_member(json, "memory_mb", node->memory_mb);
	json_append_integer_member(json, "memory_mb_used", node->memory_mb_used);
	json_append_integer_member(json, "local_gb", node->local_gb);
	json_append_integer_member(json, "local_gb_used", node->local_gb_used);
	json_append_nullable_member(json, "free_ram_mb", node->free_ram_mb);
	json_append_nullable_member(json, "free_disk_gb", node->free_disk_gb);
	json_append_nullable_member(json, "disk_available_least", node->disk_available_least);
	json_append_nullable_member(json, "current_workload", node->current_workload);
	json_append_nullable_member(json, "running_vms", node->running_vms);
	if (shape == SHAPE_DETAIL_TEXT)
		json_append_string_member(json, "cpu_info", node->cpu_info);
	else
		append_cpu_info_object(json, node->cpu_info);
}

static GString *
make_servers(const struct servers *servers)
{
	GString *json = g_string_new("[");
	for (size_t i = 0; i < servers_get_size(servers); i++) {
		json_append_comma(json);
		g_string_append_c(json, '{');
		json_append_string_member(json, "name", servers_get_name(servers, i));
		json_append_string_member(json, "uuid", servers_get_uuid(servers, i));
		g_string_append_c(json, '}');
	}
	g_string_append_c(json, ']');
	return json;
}

bool
view_wants_uptime(const struct hypervisor *hypervisor, enum shape shape, bool up)
{
	return shape == SHAPE_DETAIL_LEAN && up &&
	       !hypervisor_get_columns(hypervisor)->uptime_known;
}

/* The object without its closing brace: more members may follow. */
static GString *
make_fragment(const struct hypervisor *hypervisor, enum shape shape, bool up)
{
	if (shape == SHAPE_SERVERS)
		return make_servers(hypervisor_get_servers(hypervisor));

	const struct node_columns *node = hypervisor_get_columns(hypervisor);
	const struct service *service = hypervisor_get_service(hypervisor);
	GString *json = g_string_new("{");
	if (shows_uuid(shape))
		json_append_string_member(json, "id", node->uuid);
	else
		json_append_integer_member(json, "id", node->id);
	json_append_string_member(json, "hypervisor_hostname", node->hypervisor_hostname);
	json_append_string_member(json, "state", up ? "up" : "down");
	json_append_string_member(
		json, "status", service_is_disabled(service) ? "disabled" : "enabled");
	if (!shows_detail(shape))
		return json;

	json_append_string_member(json, "hypervisor_type", node->hypervisor_type);
	json_append_integer_member(json, "hypervisor_version", node->hypervisor_version);
	json_append_string_member(json, "host_ip", node->host_ip);
	append_service(json, node->host, service, shows_uuid(shape));
	if (shape != SHAPE_DETAIL_LEAN)
		append_resources(json, node, shape);
	else if (!view_wants_uptime(hypervisor, shape, up))
		json_append_string_member(json, "uptime", up ? node->uptime : NULL);
	return json;
}

static void
append_fragment(GString *json, struct hypervisor *hypervisor, enum shape shape, bool up)
{
	size_t length;
	const char *fragment =
		hypervisor_get_fragment(hypervisor, shape, up, make_fragment, &length);
	g_string_append_len(json, fragment, (gssize)length);
}

static bool
shows_servers(const struct hypervisor *hypervisor, struct view view)
{
	if (view.servers != VIEW_SERVERS_SOME)
		return view.servers == VIEW_SERVERS_ALL;
	return servers_get_size(hypervisor_get_servers(hypervisor)) > 0;
}

void
view_append(
	GString *json, struct hypervisor *hypervisor, struct view view, bool up, const char *uptime)
{
	append_fragment(json, hypervisor, view.shape, up);
	if (view_wants_uptime(hypervisor, view.shape, up))
		json_append_string_member(json, "uptime", uptime);
	if (shows_servers(hypervisor, view)) {
		json_append_name(json, "servers");
		append_fragment(json, hypervisor, SHAPE_SERVERS, up);
	}
	g_string_append_c(json, '}');
}

void
view_append_uptime(
	GString *json, struct hypervisor *hypervisor, enum shape shape, bool up, const char *uptime)
{
	append_fragment(json, hypervisor, shape, up);
	json_append_string_member(json, "uptime", uptime);
	g_string_append_c(json, '}');
}
