/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only the machine that Muster runs on can tell: its uptime, for which
 * libvirt has no call, its own address, and what a name resolves to.
 */
#pragma once

#include <glib.h>

/*
 * A line as uptime(1) of procps writes it, which clients parse, without its newline (procps,
 * library/uptime.c): now is local time, load the averages of 1, 5 and 15 minutes.
 */
char *local_format_uptime(GDateTime *now, double seconds, unsigned users, const double load[3]);

/* That line, of now: /proc/uptime, /proc/loadavg and utmp. MUSTER_ERROR_IO. Any thread. */
char *local_read_uptime(GError **error);

/* The address from which this machine speaks to the world (that of the default route's
 * interface; IPv4 first); NULL where it has none. No packet is sent. */
char *local_find_address(void);

/* The first address of a name or number. May take as long as the resolver does.
 * MUSTER_ERROR_NOT_FOUND. */
char *local_resolve(const char *name, GError **error);
