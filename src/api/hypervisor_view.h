/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a hypervisor is shown: the fragments of JSON for each shape that the
 * microversions know (nova/api/openstack/compute/hypervisors.py).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/hypervisor.h"

/* Whether the servers are shown with a hypervisor. */
enum view_servers {
	VIEW_SERVERS_NONE,
	VIEW_SERVERS_SOME, /* left out where there are none: to 2.74 */
	VIEW_SERVERS_ALL,  /* an empty list where there are none: from 2.75 */
};

/* What is shown of each. */
struct view {
	enum shape shape;
	enum view_servers servers;
};

/* The shape of a brief or detailed hypervisor at a microversion (2.`minor`). */
enum shape view_get_shape(unsigned minor, bool detail);

/* Whether the shape shows an uptime that the row has not. */
bool view_wants_uptime(const struct hypervisor *hypervisor, enum shape shape, bool up);

/* Appends the hypervisor, as the view shows it when it is up or down, to the text. uptime: shown
 * where view_wants_uptime(); NULL: unknown. */
void view_append(GString *json, struct hypervisor *hypervisor, struct view view, bool up,
	const char *uptime);

/* The same with the uptime as one more member: GET /os-hypervisors/{id}/uptime. */
void view_append_uptime(GString *json, struct hypervisor *hypervisor, enum shape shape, bool up,
	const char *uptime);
