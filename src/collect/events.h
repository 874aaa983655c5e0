/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libvirt's event loop: it carries domain events and keepalives of all
 * connections. libvirt knows one for a process, for good, and a connection that is
 * still being closed needs it, so its thread runs until the process ends.
 */
#pragma once

/* Starts libvirt and its loop, once; further calls do nothing. Before the first connection. */
void events_start(void);
