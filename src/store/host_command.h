/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `muster host` asks of a store, and what it gets: plain values, which cross
 * from the thread that asks to the one that owns the store.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum host_action {
	HOST_LIST,
	HOST_DISABLE,
	HOST_ENABLE,
	HOST_REMOVE,
};

struct host_command {
	enum host_action action;
	const char *name; /* services.host, connection, hypervisor's hostname or uuid; list: NULL */
	const char *reason; /* of disable; NULL: none */
};

/* A host that Muster collects from, or did. */
struct host_record {
	char *name;                /* services.host */
	char *hypervisor_hostname; /* as the machine names itself */
	char *connection;          /* NULL: another machine answers there by now */
	char *machine_uuid;        /* NULL: never told */
	char *uuid;                /* the hypervisor's */
	bool disabled;
	char *disabled_reason; /* NULL: none */
	bool forced_down;
	int64_t last_seen_up; /* µs, or CLOCK_UNKNOWN */
	bool reports;         /* within the down time: if removed, it will come back */
};
