/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nova's host aggregates, as its API database lists them, and the availability
 * zones that they put hosts in. The list is immutable and shared; NULL is one
 * without aggregates, as Muster has it on its own. What it lends lives as long.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct aggregate_metadata {
	char *key;
	char *value;
};

struct aggregate {
	int64_t id;
	char *uuid; /* NULL: none */
	char *name;
	int64_t created_at; /* µs, or CLOCK_UNKNOWN */
	int64_t updated_at; /* µs, or CLOCK_UNKNOWN */
	GPtrArray *hosts;   /* char * */
	GArray *metadata;   /* struct aggregate_metadata */
};

/* Without hosts and metadata. The strings are copied. */
struct aggregate *aggregate_new(int64_t id, const char *uuid, const char *name);
void aggregate_free(struct aggregate *aggregate);
CLEANUP_DEFINE(struct aggregate, aggregate_free)
void aggregate_add_host(struct aggregate *aggregate, const char *host);
void aggregate_add_metadata(struct aggregate *aggregate, const char *key, const char *value);

/* The availability zone, which stands in the metadata; NULL: none. */
const char *aggregate_get_zone(const struct aggregate *aggregate);

struct aggregates;

/* Takes the list (struct aggregate *, which it must free), in the order of the ids. */
struct aggregates *aggregates_new(GPtrArray *list);
struct aggregates *aggregates_ref(struct aggregates *aggregates);
void aggregates_unref(struct aggregates *aggregates);
CLEANUP_DEFINE(struct aggregates, aggregates_unref)

size_t aggregates_get_size(const struct aggregates *aggregates);
const struct aggregate *aggregates_get(const struct aggregates *aggregates, size_t at);

/* The zones that a host is in: one, or several with commas between them; NULL: none. The name
 * compares with case whatever the database does (Nova, nova/availability_zones.py,
 * set_availability_zones()). */
const char *aggregates_find_zones(const struct aggregates *aggregates, const char *host);
