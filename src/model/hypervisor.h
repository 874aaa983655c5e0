/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hypervisor: a node with what Nova joins to it, the service of its host and
 * the servers there. Immutable. It keeps the JSON made of it, one fragment
 * for each shape and state, made at first use by whoever shows it; the model
 * itself knows no JSON.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/node.h"
#include "model/servers.h"
#include "model/service.h"

/* What a fragment is for: the shapes that the microversions know. */
enum shape {
	SHAPE_BRIEF_ID,    /* 2.1: list, search, servers */
	SHAPE_BRIEF_UUID,  /* 2.53 */
	SHAPE_DETAIL_TEXT, /* 2.1: cpu_info is a text */
	SHAPE_DETAIL_ID,   /* 2.28: cpu_info is an object */
	SHAPE_DETAIL_UUID, /* 2.53 */
	SHAPE_DETAIL_LEAN, /* 2.88: twelve fields fewer, and the uptime */
	SHAPE_SERVERS,     /* the list of the servers: has no state */
	SHAPE_COUNT
};

struct hypervisor;

/* What Nova joins to a node by its host. */
struct hypervisor_joins {
	struct service *service; /* the nova-compute of the host, in the cell to which the host is
				    mapped; NULL: it has none that is live */
	struct servers *servers; /* of the host, there */
	bool unmapped;           /* the host is mapped to no cell */
	bool counts;             /* the statistics count it: by its own cell's nova-compute */
};

/* Takes references of its own. */
struct hypervisor *hypervisor_new(struct node *node, const struct hypervisor_joins *joins);
/* The same with another record of its service, which differs by the heartbeat alone
 * (service_equal()); NULL where it has none. Takes references of its own, and shares the fragments,
 * of which none shows a heartbeat. */
struct hypervisor *hypervisor_new_with_heartbeat(
	struct hypervisor *hypervisor, struct service *service);
struct hypervisor *hypervisor_ref(struct hypervisor *hypervisor);
void hypervisor_unref(struct hypervisor *hypervisor);
CLEANUP_DEFINE(struct hypervisor, hypervisor_unref)

/* Lent: live as long as the hypervisor. */
const struct node_columns *hypervisor_get_columns(const struct hypervisor *hypervisor);
struct node *hypervisor_get_node(const struct hypervisor *hypervisor);
struct service *hypervisor_get_service(const struct hypervisor *hypervisor);
struct servers *hypervisor_get_servers(const struct hypervisor *hypervisor);
bool hypervisor_is_unmapped(const struct hypervisor *hypervisor);
bool hypervisor_counts(const struct hypervisor *hypervisor);

/* Listed: it has a live service. One without is passed over by lists, but a
 * search and a marker find it, as in Nova. */
bool hypervisor_is_listed(const struct hypervisor *hypervisor);

/*
 * The fragment of a shape and state, lent. Where there is none yet, make() gives
 * its text, which is kept; two threads that come at once may both make it, and
 * one text stays. SHAPE_SERVERS ignores up. Any thread.
 */
typedef GString *hypervisor_make_fragment(
	const struct hypervisor *hypervisor, enum shape shape, bool up);
const char *hypervisor_get_fragment(struct hypervisor *hypervisor, enum shape shape, bool up,
	hypervisor_make_fragment *make, size_t *length);
