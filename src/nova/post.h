/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands work to the thread of a GMainContext. Unlike g_main_context_invoke() this never
 * runs it here, not even where that thread does not run its loop yet, or no more.
 */
#pragma once

#include <glib.h>

/* Takes data, which free_data frees after work(), or where the context ends without it. Any
 * thread. */
void post(GMainContext *context, void (*work)(void *data), void *data, GDestroyNotify free_data);
