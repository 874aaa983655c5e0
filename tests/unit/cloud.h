/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small made-up cloud: hosts whose names, ids and uuids are made of a number,
 * so that a test can tell what it must find. Times count from CLOUD_START; the
 * clock stands there until a test sets it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/host.h"

#define CLOUD_START (INT64_C(1793491200) * CLOCK_SECOND) /* 2026-11-01T00:00:00Z */
#define CLOUD_DOWN_TIME (60 * CLOCK_SECOND)

int64_t cloud_now(void);
void cloud_set_now(int64_t moment);

/* Host n, from 1. What is left 0 is: up since CLOUD_START, enabled, one node, no servers. */
struct cloud_host {
	int64_t cell; /* tells in the uuids alone */
	unsigned n;
	bool orphan; /* its node has no service */
	bool disabled;
	const char *disabled_reason;
	unsigned nodes;     /* 0: one */
	unsigned servers;   /* named server-N-1, server-N-2 and so on */
	int64_t seen_ago;   /* µs before CLOUD_START of the last heartbeat */
	int64_t vcpus_used; /* of each node */
	const char *cpu_info;
	const char *uptime; /* NULL: not known */
};
struct host *cloud_make_host(const struct cloud_host *wanted);

/* Hosts 1 to n, all with what is usual; an array that frees them. */
GPtrArray *cloud_make_hosts(unsigned n);
/* An array of the one host, that frees it. */
GPtrArray *cloud_make_batch(const struct cloud_host *wanted);

/* "cmp-07" and "cmp-07.example.org" of host 7; the id of its first node is 7. The caller frees
 * what is given. */
char *cloud_format_name(unsigned n);
char *cloud_format_hostname(unsigned n);
/* The uuid of the node of that id. */
char *cloud_format_uuid(unsigned id);
