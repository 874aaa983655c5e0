/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A running Nova's databases, as SQLite files in a directory of a test's own: api.db, and
 * cell1.db and so on, with Nova's tables. Tests write to them by SQL, as Nova does.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "nova/cell_mapping.h"

/* 2026-11-01 00:00:00; what the fixture makes was written ten months before. */
#define NOVA_START INT64_C(1793491200000000)

struct nova {
	char *directory;
};

/* With no cell yet. */
void nova_set_up(struct nova *nova, const void *data);
void nova_tear_down(struct nova *nova, const void *data);

/* The URL of a database: "api", "cell1". The caller frees it. */
char *nova_format_url(const struct nova *nova, const char *database);

/* Runs SQL on a database by a connection of its own, in one transaction. */
void nova_execute(const struct nova *nova, const char *database, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* Adds cellN, an empty one; its mapping, which the caller frees. */
struct cell_mapping *nova_make_mapping(const struct nova *nova, int64_t cell);
void nova_add_cell(const struct nova *nova, int64_t cell);

/* Adds host n, "cmp-01": its service and its node, both of the id n, and its mapping. */
void nova_add_host(const struct nova *nova, int64_t cell, unsigned n);
/* Adds the instance of that id to a host of that name. */
void nova_add_instance(const struct nova *nova, int64_t cell, unsigned id, const char *host);
