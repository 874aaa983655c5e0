/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/post.h"

struct parcel {
	void (*work)(void *data);
	void *data;
	GDestroyNotify free_data;
};

static gboolean
open_parcel(void *data)
{
	struct parcel *parcel = data;
	parcel->work(parcel->data);
	return G_SOURCE_REMOVE;
}

static void
parcel_free(void *data)
{
	struct parcel *parcel = data;
	if (parcel->free_data != NULL)
		parcel->free_data(parcel->data);
	g_free(parcel);
}

void
post(GMainContext *context, void (*work)(void *data), void *data, GDestroyNotify free_data)
{
	struct parcel *parcel = g_new(struct parcel, 1);
	*parcel = (struct parcel){work, data, free_data};
	g_autoptr(GSource) source = g_idle_source_new();
	g_source_set_priority(source, G_PRIORITY_DEFAULT);
	g_source_set_callback(source, open_parcel, parcel, parcel_free);
	g_source_attach(source, context);
}
