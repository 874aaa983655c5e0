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
	struct node_columns columns; /* its strings are owned */
	struct service *service;
	struct servers *servers;
	_Atomic(struct fragment *) fragments[SHAPE_COUNT][2];
};

/* Equal texts are kept once: a cloud has thousands of hosts of a few kinds. */
static const char *
intern(const char *text)
{
	return text == NULL ? NULL : g_ref_string_new_intern(text);
}

static void
intern_free(const char *text)
{
	if (text != NULL)
		g_ref_string_release((char *)text);
}

struct hypervisor *
hypervisor_new(const struct node_columns *columns, struct service *service, struct servers *servers)
{
	struct hypervisor *hypervisor = g_new0(struct hypervisor, 1);
	g_atomic_ref_count_init(&hypervisor->refs);
	struct node_columns *own = &hypervisor->columns;
	*own = *columns;
	own->uuid = g_strdup(columns->uuid);
	own->host = g_strdup(columns->host);
	own->hypervisor_hostname = g_strdup(columns->hypervisor_hostname);
	own->hypervisor_type = intern(columns->hypervisor_type);
	own->host_ip = g_strdup(columns->host_ip);
	own->cpu_info = intern(columns->cpu_info);
	own->uptime = g_strdup(columns->uptime);
	hypervisor->service = service == NULL ? NULL : service_ref(service);
	hypervisor->servers = servers_ref(servers);
	return hypervisor;
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
	struct node_columns *own = &hypervisor->columns;
	g_free((char *)own->uuid);
	g_free((char *)own->host);
	g_free((char *)own->hypervisor_hostname);
	intern_free(own->hypervisor_type);
	g_free((char *)own->host_ip);
	intern_free(own->cpu_info);
	g_free((char *)own->uptime);
	g_clear_pointer(&hypervisor->service, service_unref);
	servers_unref(hypervisor->servers);
	g_free(hypervisor);
}

const struct node_columns *
hypervisor_get_columns(const struct hypervisor *hypervisor)
{
	return &hypervisor->columns;
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
