/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Muster opens libvirt connections: to read only, and with keepalive, so that a
 * call to a daemon that has fallen silent ends some time. Opening has no time limit.
 *
 * A connection is used by one thread at a time. Where two call over one, libvirt 9.0
 * notices no silent daemon, and can crash (CVE-2024-4418).
 */
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>

/* NULL and *error, which says why. To be closed with virConnectClose(). */
virConnectPtr connection_open(const char *uri, GError **error);
