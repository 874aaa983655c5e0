/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/post.h"

#include <stdbool.h>

struct parcel {
	struct post_box *box; /* NULL: it is for the context itself */
	void (*work)(void *data);
	void *data;
	GDestroyNotify free_data;
};

struct post_box {
	gatomicrefcount refs;
	GMutex lock;
	GMainContext *context; /* NULL: it is closed; only its own thread sets that */
};

static gboolean
open_parcel(void *data)
{
	struct parcel *parcel = data;
	if (parcel->box == NULL || parcel->box->context != NULL)
		parcel->work(parcel->data);
	return G_SOURCE_REMOVE;
}

static void
parcel_free(void *data)
{
	struct parcel *parcel = data;
	if (parcel->free_data != NULL)
		parcel->free_data(parcel->data);
	g_clear_pointer(&parcel->box, post_box_unref);
	g_free(parcel);
}

static void
send(GMainContext *context, const struct parcel *parcel)
{
	g_autoptr(GSource) source = g_idle_source_new();
	g_source_set_priority(source, G_PRIORITY_DEFAULT);
	g_source_set_callback(source, open_parcel, g_memdup2(parcel, sizeof(*parcel)), parcel_free);
	g_source_attach(source, context);
}

void
post(GMainContext *context, void (*work)(void *data), void *data, GDestroyNotify free_data)
{
	send(context, &(struct parcel){NULL, work, data, free_data});
}

struct post_box *
post_box_new(GMainContext *context)
{
	struct post_box *box = g_new0(struct post_box, 1);
	g_atomic_ref_count_init(&box->refs);
	g_mutex_init(&box->lock);
	box->context = g_main_context_ref(context);
	return box;
}

struct post_box *
post_box_ref(struct post_box *box)
{
	g_atomic_ref_count_inc(&box->refs);
	return box;
}

void
post_box_unref(struct post_box *box)
{
	if (!g_atomic_ref_count_dec(&box->refs))
		return;
	g_clear_pointer(&box->context, g_main_context_unref);
	g_mutex_clear(&box->lock);
	g_free(box);
}

void
post_box_send(struct post_box *box, void (*work)(void *data), void *data, GDestroyNotify free_data)
{
	g_mutex_lock(&box->lock);
	bool open = box->context != NULL;
	if (open)
		send(box->context, &(struct parcel){post_box_ref(box), work, data, free_data});
	g_mutex_unlock(&box->lock);
	if (!open && free_data != NULL)
		free_data(data);
}

void
post_box_close(struct post_box *box)
{
	g_mutex_lock(&box->lock);
	GMainContext *context = g_steal_pointer(&box->context);
	g_mutex_unlock(&box->lock);
	g_main_context_unref(context);
}
