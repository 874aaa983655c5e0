/* SPDX-License-Identifier: Apache-2.0 */
/*
 * g_autoptr() for `struct x *`: GLib's needs a type of one word. A header says
 * CLEANUP_DEFINE(struct x, x_free) once, and a variable
 *
 *     CLEANUP(x_free) struct x *x = x_new();
 *
 * is freed where its scope ends, unless g_steal_pointer() took it.
 */
#pragma once

#include <stddef.h>

#define CLEANUP(function) __attribute__((cleanup(cleanup_##function)))

#define CLEANUP_DEFINE(type, function)                                                             \
	static inline __attribute__((unused)) void cleanup_##function(type **pointer)              \
	{                                                                                          \
		if (*pointer != NULL)                                                              \
			function(*pointer);                                                        \
	}
