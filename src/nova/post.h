/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands work to the thread of a GMainContext. Unlike g_main_context_invoke() this never
 * runs it here, not even where that thread does not run its loop yet, or no more.
 *
 * A post box is an address that its owner may give up while others still write to it,
 * such as a thread that was left behind: it keeps the context alive no longer than that.
 */
#pragma once

#include <glib.h>

/* Takes data, which free_data frees after work(), or where the context ends without it. Any
 * thread. */
void post(GMainContext *context, void (*work)(void *data), void *data, GDestroyNotify free_data);

struct post_box;

struct post_box *post_box_new(GMainContext *context);
/* Any thread. */
struct post_box *post_box_ref(struct post_box *box);
void post_box_unref(struct post_box *box);

/* As post(); once the box is closed, data is freed at once. Any thread. */
void post_box_send(
	struct post_box *box, void (*work)(void *data), void *data, GDestroyNotify free_data);

/* From now on nothing arrives, not even what is on its way. The context's thread. */
void post_box_close(struct post_box *box);
