/* SPDX-License-Identifier: Apache-2.0 */
#include "api/listing.h"

#define PIECE_SIZE (16 * 1024) /* bytes after which a piece ends */

enum { UNLISTED, DOWN, UP };

struct listing {
	struct snapshot *snapshot;
	GPtrArray *matches; /* NULL: all of the snapshot */
	uint8_t *states;    /* of each, at the listing's moment: heartbeats go on meanwhile */
	size_t size;
	size_t next;
	bool is_first; /* none has been shown yet */
	struct view view;
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
	g_free(listing->states);
	g_free(listing);
}

static struct hypervisor *
get(const struct listing *listing, size_t at)
{
	return listing->matches == NULL ? snapshot_get(listing->snapshot, at)
					: g_ptr_array_index(listing->matches, at);
}

static void
note_states(struct listing *listing, const struct context *context)
{
	int64_t down_time = inventory_get_down_time(context->api->options.inventory), until;
	listing->states = g_malloc(listing->size);
	for (size_t i = 0; i < listing->size; i++) {
		const struct hypervisor *hypervisor = get(listing, i);
		listing->states[i] = UNLISTED;
		if (hypervisor_is_listed(hypervisor))
			listing->states[i] = service_is_up(hypervisor_get_service(hypervisor),
						     context->now, down_time, &until)
						     ? UP
						     : DOWN;
	}
}

static bool
append_piece(void *data, GString *json)
{
	struct listing *listing = data;
	size_t most = json->len + PIECE_SIZE;
	if (listing->next == 0)
		g_string_append(json, "{\"hypervisors\": [");
	for (; listing->next < listing->size && json->len < most; listing->next++) {
		uint8_t state = listing->states[listing->next];
		if (state == UNLISTED)
			continue;
		if (!listing->is_first)
			g_string_append(json, ", ");
		listing->is_first = false;
		view_append(json, get(listing, listing->next), listing->view, state == UP, NULL);
	}
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
	};
	note_states(listing, context);
	struct http_response *response = http_response_new(200);
	http_response_take_stream(
		response, (struct http_stream){append_piece, listing_free, listing});
	return response;
}
