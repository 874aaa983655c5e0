/* SPDX-License-Identifier: Apache-2.0 */
#include "model/hypervisor.h"

#include <stdatomic.h>
#include <string.h>

struct fragment {
	size_t length;
	char text[];
};

struct hypervisor {
	gatomicrefcount refs;
	struct node *node;
	struct service *service;
	struct servers *servers;
	bool unmapped;
	bool counts;
	struct hypervisor *fragments_of; /* another, which has them; NULL: these are its own */
	_Atomic(struct fragment *) fragments[SHAPE_COUNT][2];
};

struct hypervisor *
hypervisor_new(struct node *node, const struct hypervisor_joins *joins)
{
	struct hypervisor *hypervisor = g_new0(struct hypervisor, 1);
	g_atomic_ref_count_init(&hypervisor->refs);
	hypervisor->node = node_ref(node);
	hypervisor->service = joins->service == NULL ? NULL : service_ref(joins->service);
	hypervisor->servers = servers_ref(joins->servers);
	hypervisor->unmapped = joins->unmapped;
	hypervisor->counts = joins->counts;
	return hypervisor;
}

struct hypervisor *
hypervisor_new_with_heartbeat(struct hypervisor *hypervisor, struct service *service)
{
	const struct hypervisor_joins joins = {
		.service = service,
		.servers = hypervisor->servers,
		.unmapped = hypervisor->unmapped,
		.counts = hypervisor->counts,
	};
	struct hypervisor *other = hypervisor_new(hypervisor->node, &joins);
	other->fragments_of = hypervisor_ref(
		hypervisor->fragments_of == NULL ? hypervisor : hypervisor->fragments_of);
	return other;
}

struct hypervisor *
hypervisor_ref(struct hypervisor *hypervisor)
{
	g_atomic_ref_count_inc(&hypervisor->refs);
	return hypervisor;
}

void
hypervisor_unref(struct hypervisor *hypervisor)
{
	if (!g_atomic_ref_count_dec(&hypervisor->refs))
		return;
	for (int shape = 0; shape < SHAPE_COUNT; shape++)
		for (int up = 0; up < 2; up++)
			g_free(atomic_load(&hypervisor->fragments[shape][up]));
	node_unref(hypervisor->node);
	g_clear_pointer(&hypervisor->service, service_unref);
	servers_unref(hypervisor->servers);
	g_clear_pointer(&hypervisor->fragments_of, hypervisor_unref);
	g_free(hypervisor);
}

const struct node_columns *
hypervisor_get_columns(const struct hypervisor *hypervisor)
{
	return node_get_columns(hypervisor->node);
}

struct node *
hypervisor_get_node(const struct hypervisor *hypervisor)
{
	return hypervisor->node;
}

struct service *
hypervisor_get_service(const struct hypervisor *hypervisor)
{
	return hypervisor->service;
}

struct servers *
hypervisor_get_servers(const struct hypervisor *hypervisor)
{
	return hypervisor->servers;
}

bool
hypervisor_is_unmapped(const struct hypervisor *hypervisor)
{
	return hypervisor->unmapped;
}

bool
hypervisor_counts(const struct hypervisor *hypervisor)
{
	return hypervisor->counts;
}

bool
hypervisor_is_listed(const struct hypervisor *hypervisor)
{
	return hypervisor->service != NULL;
}

static struct fragment *
fragment_new(GString *text)
{
	struct fragment *fragment = g_malloc(sizeof(struct fragment) + text->len);
	fragment->length = text->len;
	memcpy(fragment->text, text->str, text->len);
	g_string_free(text, TRUE);
	return fragment;
}

const char *
hypervisor_get_fragment(struct hypervisor *hypervisor, enum shape shape, bool up,
	hypervisor_make_fragment *make, size_t *length)
{
	if (hypervisor->fragments_of != NULL)
		hypervisor = hypervisor->fragments_of;
	_Atomic(struct fragment *) *place =
		&hypervisor->fragments[shape][shape == SHAPE_SERVERS ? 0 : up];
	struct fragment *fragment = atomic_load_explicit(place, memory_order_acquire);
	if (fragment == NULL) {
		struct fragment *made = fragment_new(make(hypervisor, shape, up));
		if (atomic_compare_exchange_strong(place, &fragment, made))
			fragment = made;
		else /* another thread was first: its fragment stays */
			g_free(made);
	}
	*length = fragment->length;
	return fragment->text;
}
