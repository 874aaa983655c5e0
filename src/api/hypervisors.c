/* SPDX-License-Identifier: Apache-2.0 */
#include "api/hypervisors.h"

#include "api/answer.h"
#include "api/hypervisor_view.h"
#include "api/ids.h"
#include "api/json.h"
#include "api/links.h"
#include "api/listing.h"
#include "api/pages.h"
#include "api/survey.h"
#include "api/wait.h"
#include "base/error.h"
#include "http/etag.h"

/* The microversions at which something changes (Nova's "REST API Version History"). */
#define MINOR_PAGES 33
#define MINOR_UUID 53
#define MINOR_EMPTY_SERVERS 75

#define SHOW_SIZE 640 /* bytes: a show at 2.88 */

const struct query_schema *
hypervisors_get_list_schema(unsigned minor)
{
	static const struct query_schema pages = {
		.repeats = true,
		.passes_others = true,
		.size = 2,
		.parameters = {{"limit", QUERY_COUNT}, {"marker", QUERY_STRING}},
	};
	static const struct query_schema strict = {
		.size = 4,
		.parameters = {{"limit", QUERY_COUNT}, {"marker", QUERY_STRING},
			{"hypervisor_hostname_pattern", QUERY_HOSTNAME},
			{"with_servers", QUERY_BOOLEAN}},
	};
	if (minor < MINOR_PAGES)
		return NULL;
	return minor < MINOR_UUID ? &pages : &strict;
}

const struct query_schema *
hypervisors_get_show_schema(unsigned minor)
{
	static const struct query_schema strict = {
		.size = 1,
		.parameters = {{"with_servers", QUERY_BOOLEAN}},
	};
	return minor < MINOR_UUID ? NULL : &strict;
}

static struct snapshot *
get_snapshot(const struct context *context)
{
	return inventory_get_snapshot(context->api->options.inventory);
}

static bool
is_up(const struct context *context, struct hypervisor *hypervisor)
{
	int64_t until;
	return service_is_up(hypervisor_get_service(hypervisor), context->now,
		inventory_get_down_time(context->api->options.inventory), &until);
}

static struct view
get_view(const struct context *context, bool detail, bool with_servers)
{
	unsigned minor = context->version.minor;
	struct view view = {view_get_shape(minor, detail), VIEW_SERVERS_NONE};
	if (with_servers)
		view.servers = minor < MINOR_EMPTY_SERVERS ? VIEW_SERVERS_SOME : VIEW_SERVERS_ALL;
	return view;
}

/* The slot after the marker's: a uuid's or an id's, of a live node, listed or not. */
static bool
find_marker(const struct context *context, const struct snapshot *snapshot, size_t *first,
	GError **error)
{
	const char *marker = query_get(context->query, "marker");
	*first = 0;
	if (marker == NULL)
		return true;
	int64_t id;
	size_t slot = SNAPSHOT_NONE;
	if (id_is_uuid_like(marker))
		slot = snapshot_find_uuid(snapshot, marker);
	else if (id_parse_integer(marker, &id))
		slot = snapshot_find_id(snapshot, id);
	if (slot == SNAPSHOT_NONE) {
		g_set_error(
			error, MUSTER_ERROR, MUSTER_ERROR_INVALID, "marker [%s] not found", marker);
		return false;
	}
	*first = slot + 1;
	return true;
}

/* How many a page holds: the limit asked for, but no more than max_limit; all before 2.33. */
static size_t
get_limit(const struct context *context)
{
	if (context->version.minor < MINOR_PAGES)
		return PAGE_UNLIMITED;
	size_t most = context->api->options.max_limit;
	const char *limit = query_get(context->query, "limit");
	return limit == NULL ? most : MIN(most, g_ascii_strtoull(limit, NULL, 10));
}

/* The next page begins after the last hypervisor of this one. A page that was filled past those
 * that lists pass over is what Nova gives to a client that goes on by a marker. */
static void
append_next(GString *json, const struct context *context, const struct snapshot *snapshot,
	const struct page_key *key, const struct page *page)
{
	bool filled = page->last + 1 - key->first > page->size;
	const struct node_columns *last =
		hypervisor_get_columns(snapshot_get(snapshot, page->last));
	g_autofree char *id = context->version.minor < MINOR_UUID
				      ? g_strdup_printf("%" G_GINT64_FORMAT, last->id)
				      : g_strdup(last->uuid);
	links_append_next(json, context, "hypervisors_links", id,
		filled || query_get(context->query, "marker") != NULL);
}

static enum freshness_part
get_part(bool with_servers)
{
	return with_servers ? FRESHNESS_SERVERS : FRESHNESS_NODES;
}

static void
begin_survey(const struct context *context, struct survey *survey)
{
	survey_init(survey, context->api->options.uptimes, context->now);
}

static struct http_response *
answer_page(const struct context *context, const struct snapshot *snapshot,
	const struct page_key *key, const struct page *page)
{
	g_autoptr(GString) end = g_string_new(NULL);
	if (page->size > 0 && page->size == key->limit)
		append_next(end, context, snapshot, key, page);
	g_string_append_c(end, '}');

	struct http_response *response = http_response_new(200);
	http_response_take_body(
		response, pages_get_body(context->api->pages, *key, page, end->str));
	return response;
}

static struct http_response *
list_page(const struct context *context, struct view view, GError **error)
{
	CLEANUP(snapshot_unref) struct snapshot *snapshot = get_snapshot(context);
	struct page_key key = {.view = view, .limit = get_limit(context)};
	if (!find_marker(context, snapshot, &key.first, error))
		return NULL;
	if (key.limit == PAGE_UNLIMITED &&
		listing_suits(context, snapshot_get_size(snapshot), view))
		return listing_answer(context, snapshot, NULL, view);

	struct page page = {0};
	struct survey survey;
	begin_survey(context, &survey);
	pages_get(context->api->pages, snapshot, key, &survey, &page);
	if (!wait_for_uptimes(context, &survey, error)) {
		page_clear(&page);
		return NULL;
	}
	struct http_response *response = answer_page(context, snapshot, &key, &page);
	if (page.etag[0] != '\0')
		http_etag_add(response, context->request, page.etag);
	page_clear(&page);
	return response;
}

/* Those whose hostname matches, lent by the snapshot. One without a live service is found, so that
 * it is no 404, but not shown. To 2.52 one whose host has no mapping fails the whole. */
static GPtrArray *
find_matches(const struct context *context, const struct snapshot *snapshot, const char *pattern,
	GError **error)
{
	g_autoptr(GPtrArray) matches = g_ptr_array_new();
	g_autoptr(GArray) slots = snapshot_find_hostnames(snapshot, pattern);
	for (guint i = 0; i < slots->len; i++) {
		struct hypervisor *hypervisor =
			snapshot_get(snapshot, g_array_index(slots, size_t, i));
		if (hypervisor_is_unmapped(hypervisor) && context->version.minor < MINOR_UUID) {
			g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND,
				"Host '%s' is not mapped to any cell",
				hypervisor_get_columns(hypervisor)->host);
			return NULL;
		}
		g_ptr_array_add(matches, hypervisor);
	}
	if (matches->len > 0)
		return g_steal_pointer(&matches);
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND,
		"No hypervisor matching '%s' could be found.", pattern);
	return NULL;
}

static struct http_response *
list_matches(const struct context *context, const char *pattern, struct view view, GError **error)
{
	CLEANUP(snapshot_unref) struct snapshot *snapshot = get_snapshot(context);
	g_autoptr(GPtrArray) matches = find_matches(context, snapshot, pattern, error);
	if (matches == NULL)
		return NULL;
	if (listing_suits(context, matches->len, view))
		return listing_answer(context, snapshot, matches, view);
	struct survey survey;
	begin_survey(context, &survey);
	g_autoptr(GString) json = g_string_new("{\"hypervisors\": [");
	for (guint i = 0; i < matches->len; i++) {
		struct hypervisor *hypervisor = matches->pdata[i];
		if (!hypervisor_is_listed(hypervisor))
			continue;
		json_append_comma(json);
		survey_append(&survey, json, hypervisor, view, is_up(context, hypervisor));
	}
	g_string_append(json, "]}");
	if (!wait_for_uptimes(context, &survey, error))
		return NULL;
	return answer_new(g_steal_pointer(&json));
}

static struct http_response *
list(struct context *context, bool detail, GError **error)
{
	bool with_servers = query_get_boolean(context->query, "with_servers");
	const char *pattern = query_get(context->query, "hypervisor_hostname_pattern");
	/* Nova passes over a marker that is empty. */
	const char *marker = query_get(context->query, "marker");
	bool pages =
		query_get(context->query, "limit") != NULL || (marker != NULL && *marker != '\0');
	if (pattern != NULL && pages) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"The server could not comply with the request since it is either malformed "
			"or otherwise incorrect.");
		return NULL;
	}
	if (!wait_for_inventory(context, get_part(with_servers), error))
		return NULL;
	struct view view = get_view(context, detail, with_servers);
	return pattern == NULL ? list_page(context, view, error)
			       : list_matches(context, pattern, view, error);
}

struct http_response *
hypervisors_list(struct context *context, GError **error)
{
	return list(context, false, error);
}

struct http_response *
hypervisors_list_detail(struct context *context, GError **error)
{
	return list(context, true, error);
}

static struct http_response *
search(struct context *context, bool with_servers, GError **error)
{
	if (!wait_for_inventory(context, get_part(with_servers), error))
		return NULL;
	return list_matches(context, context->key, get_view(context, false, with_servers), error);
}

struct http_response *
hypervisors_search(struct context *context, GError **error)
{
	return search(context, false, error);
}

struct http_response *
hypervisors_list_servers(struct context *context, GError **error)
{
	return search(context, true, error);
}

static void
set_not_found(const struct context *context, GError **error)
{
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND,
		"Hypervisor with ID '%s' could not be found.", context->key);
}

/* The path's id: to 2.52 a number, from 2.53 on a uuid. */
static bool
parse_key(const struct context *context, struct freshness_node *key, GError **error)
{
	/* A number of 32 digits is a uuid to Nova, too (HostAPI.compute_node_get()). */
	if (id_is_uuid_like(context->key))
		key->uuid = context->key;
	if (context->version.minor < MINOR_UUID) {
		if (id_parse_integer(context->key, &key->id))
			return true;
		set_not_found(context, error);
		return false;
	}
	if (key->uuid != NULL)
		return true;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID, "Invalid uuid %s", context->key);
	return false;
}

/* The hypervisor of the path's id, which the caller drops. NULL without an error: the request was
 * suspended. */
static struct hypervisor *
find_hypervisor(struct context *context, bool with_servers, bool with_uptime, GError **error)
{
	struct freshness_node key = {.servers = with_servers, .uptime = with_uptime};
	CLEANUP(hypervisor_unref) struct hypervisor *hypervisor = NULL;
	if (!parse_key(context, &key, error) || !wait_for_node(context, key, &hypervisor, error))
		return NULL;
	if (hypervisor != NULL && hypervisor_is_listed(hypervisor))
		return g_steal_pointer(&hypervisor);
	set_not_found(context, error);
	return NULL;
}

struct http_response *
hypervisors_show(struct context *context, GError **error)
{
	bool with_servers = query_get_boolean(context->query, "with_servers");
	struct view view = get_view(context, true, with_servers);
	CLEANUP(hypervisor_unref)
	struct hypervisor *hypervisor =
		find_hypervisor(context, with_servers, view.shape == SHAPE_DETAIL_LEAN, error);
	if (hypervisor == NULL)
		return NULL;
	struct survey survey;
	begin_survey(context, &survey);
	g_autoptr(GString) json = g_string_sized_new(SHOW_SIZE);
	g_string_append(json, "{\"hypervisor\": ");
	survey_append(&survey, json, hypervisor, view, is_up(context, hypervisor));
	g_string_append_c(json, '}');
	if (!wait_for_uptimes(context, &survey, error))
		return NULL;
	return answer_new(g_steal_pointer(&json));
}

/* Nova lets a silence run into a 500; here it is as of one that is down. */
static struct http_response *
answer_uptime(const struct context *context, struct hypervisor *hypervisor,
	const struct uptime *uptime, GError **error)
{
	if (uptime->state == UPTIME_UNKNOWN || uptime->outcome == UPTIME_SILENT) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"Compute service of %s is unavailable at this time.",
			hypervisor_get_columns(hypervisor)->host);
		return NULL;
	}
	if (uptime->outcome != UPTIME_TEXT) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED,
			"The requested functionality is not supported.");
		return NULL;
	}
	GString *json = g_string_new("{\"hypervisor\": ");
	enum shape shape = view_get_shape(context->version.minor, false);
	view_append_uptime(json, hypervisor, shape, true, uptime->text);
	g_string_append_c(json, '}');
	return answer_new(json);
}

struct http_response *
hypervisors_show_uptime(struct context *context, GError **error)
{
	CLEANUP(hypervisor_unref)
	struct hypervisor *hypervisor = find_hypervisor(context, false, true, error);
	if (hypervisor == NULL)
		return NULL;
	struct survey survey;
	struct uptime uptime = {.outcome = UPTIME_SILENT}; /* nobody asks one that is down */
	begin_survey(context, &survey);
	if (is_up(context, hypervisor))
		survey_find(&survey, hypervisor, &uptime);
	struct http_response *response = NULL;
	if (wait_for_uptimes(context, &survey, error))
		response = answer_uptime(context, hypervisor, &uptime, error);
	uptime_clear(&uptime);
	return response;
}

struct http_response *
hypervisors_show_statistics(struct context *context, GError **error)
{
	if (!wait_for_inventory(context, FRESHNESS_NODES, error))
		return NULL;
	CLEANUP(snapshot_unref) struct snapshot *snapshot = get_snapshot(context);
	const struct statistics *sums = snapshot_get_statistics(snapshot);
	GString *json = g_string_new("{\"hypervisor_statistics\": {");
	json_append_integer_member(json, "count", sums->count);
	json_append_integer_member(json, "vcpus", sums->vcpus);
	json_append_integer_member(json, "vcpus_used", sums->vcpus_used);
	json_append_integer_member(json, "memory_mb", sums->memory_mb);
	json_append_integer_member(json, "memory_mb_used", sums->memory_mb_used);
	json_append_integer_member(json, "free_ram_mb", sums->free_ram_mb);
	json_append_integer_member(json, "local_gb", sums->local_gb);
	json_append_integer_member(json, "local_gb_used", sums->local_gb_used);
	json_append_integer_member(json, "free_disk_gb", sums->free_disk_gb);
	json_append_integer_member(json, "disk_available_least", sums->disk_available_least);
	json_append_integer_member(json, "current_workload", sums->current_workload);
	json_append_integer_member(json, "running_vms", sums->running_vms);
	g_string_append(json, "}}");
	return answer_new(json);
}
