/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The caller: who asks, as an authentication strategy has found it out. A plain
 * value, lent to the request that it is for.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct caller {
	const char *user_id;
	const char *project_id;   /* NULL: any (noauth) */
	const char *const *roles; /* NULL-terminated */
	bool is_admin;
};
