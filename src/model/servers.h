/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The servers of one host: rows of Nova's `instances`, reduced to what the API
 * shows. Immutable, shared by the snapshots and by a host's nodes, in one
 * allocation: a cloud has millions.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct servers;

/* Builds a list, in the order of the ids whatever the order in which they come. The strings are
 * copied. */
struct servers_builder;
struct servers_builder *servers_builder_new(void);
void servers_builder_add(
	struct servers_builder *builder, int64_t id, const char *uuid, const char *name);
/* Ends the builder and gives the list, with one reference. */
struct servers *servers_builder_end(struct servers_builder *builder);
void servers_builder_free(struct servers_builder *builder);
CLEANUP_DEFINE(struct servers_builder, servers_builder_free)

/* The empty list. The caller owns the reference. */
struct servers *servers_new_empty(void);
struct servers *servers_ref(struct servers *servers);
void servers_unref(struct servers *servers);
CLEANUP_DEFINE(struct servers, servers_unref)

/* Whether they are the same, in the same order. */
bool servers_equal(const struct servers *a, const struct servers *b);

size_t servers_get_size(const struct servers *servers);
/* Lent for as long as the list lives. */
const char *servers_get_uuid(const struct servers *servers, size_t at);
const char *servers_get_name(const struct servers *servers, size_t at);
