/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node: a row of Nova's `compute_nodes`, and nothing else. Immutable and
 * reference-counted: a hypervisor is a node with what Nova joins to it, and is made
 * anew when any of the joins changes, while the node stays.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/nullable.h"

/* The columns, as a store hands them over; node_new() copies the strings. */
struct node_columns {
	int64_t cell; /* cell_mappings.id; 0 where there are no cells */
	int64_t id;
	const char *uuid;
	const char *host;
	const char *hypervisor_hostname;
	const char *hypervisor_type;
	int64_t hypervisor_version;
	const char *host_ip;  /* NULL: unknown */
	const char *cpu_info; /* the column's text; "" where there is none */
	int64_t vcpus, vcpus_used;
	int64_t memory_mb, memory_mb_used;
	int64_t local_gb, local_gb_used;
	struct nullable free_ram_mb;
	struct nullable free_disk_gb;
	struct nullable disk_available_least;
	struct nullable current_workload;
	struct nullable running_vms;
	bool uptime_known;  /* the key "uptime" is in the column stats */
	const char *uptime; /* and its value; NULL: none */
};

struct node;

struct node *node_new(const struct node_columns *columns);
struct node *node_ref(struct node *node);
void node_unref(struct node *node);
CLEANUP_DEFINE(struct node, node_unref)

/* Lent: live as long as the node. */
const struct node_columns *node_get_columns(const struct node *node);

/* The same node with the uptime of another's columns; a new reference. */
struct node *node_new_with_uptime(const struct node *node, const struct node *teller);

/* Whether every column is the same. */
bool node_equal(const struct node *a, const struct node *b);
