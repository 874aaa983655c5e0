/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libvirt's errors, turned into ours at the edge. libvirt keeps the last error of
 * each thread; most calls, virConnectIsAlive() among them, reset it, so it is
 * taken directly after the call that failed.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Keeps libvirt from writing to stderr by itself. Called once, before any connection. */
void libvirt_error_silence(void);

/* Sets *error to this thread's last libvirt error: "URI: cannot WHAT: libvirt's words". */
void libvirt_error_take(GError **error, const char *uri, const char *what);

/* Whether the last call failed since this driver has no such function or no such part: a fact
 * about the host, no failure. */
bool libvirt_error_is_unsupported(void);
