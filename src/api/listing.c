/* SPDX-License-Identifier: Apache-2.0 */
#include "api/listing.h"

#include "api/json.h"

#define PIECE 64 /* hypervisors put together at a time: up to 128 KiB */

struct listing {
	struct snapshot *snapshot;
	GPtrArray *matches; /* NULL: all of the snapshot */
	size_t size;
	size_t next;
	bool is_first; /* none has been shown yet */
	struct view view;
	int64_t now;
	int64_t down_time;
};

bool
listing_suits(const struct context *context, size_t size, struct view view)
{
	bool may_wait = view.shape == SHAPE_DETAIL_LEAN && context->api->options.uptimes != NULL;
	return size > context->api->options.max_limit && !may_wait;
}

static void
listing_free(void *data)
{
	struct listing *listing = data;
	snapshot_unref(listing->snapshot);
	g_clear_pointer(&listing->matches, g_ptr_array_unref);
	g_free(listing);
}

static void
append(struct listing *listing, GString *json, struct hypervisor *hypervisor)
{
	int64_t until;
	if (!hypervisor_is_listed(hypervisor))
		return;
	bool up = service_is_up(
		hypervisor_get_service(hypervisor), listing->now, listing->down_time, &until);
	if (!listing->is_first)
		g_string_append(json, ", ");
	listing->is_first = false;
	view_append(json, hypervisor, listing->view, up, NULL);
}

static bool
append_piece(void *data, GString *json)
{
	struct listing *listing = data;
	if (listing->next == 0)
		g_string_append(json, "{\"hypervisors\": [");
	size_t end = MIN(listing->size, listing->next + PIECE);
	for (; listing->next < end; listing->next++)
		append(listing, json,
			listing->matches == NULL
				? snapshot_get(listing->snapshot, listing->next)
				: g_ptr_array_index(listing->matches, listing->next));
	if (listing->next < listing->size)
		return true;
	g_string_append(json, "]}");
	return false;
}

struct http_response *
listing_answer(const struct context *context, struct snapshot *snapshot, GPtrArray *matches,
	struct view view)
{
	struct listing *listing = g_new(struct listing, 1);
	*listing = (struct listing){
		.snapshot = snapshot_ref(snapshot),
		.matches = matches == NULL ? NULL : g_ptr_array_ref(matches),
		.size = matches == NULL ? snapshot_get_size(snapshot) : matches->len,
		.is_first = true,
		.view = view,
		.now = context->now,
		.down_time = inventory_get_down_time(context->api->options.inventory),
	};
	struct http_response *response = http_response_new(200);
	http_response_take_stream(
		response, (struct http_stream){append_piece, listing_free, listing});
	return response;
}
