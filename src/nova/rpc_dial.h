/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dialling: a connection to the first of the brokers that answers, on a thread of its
 * own ("rpc-dial"), as the resolution of a name can hang for long in the C library and
 * nobody should wait for it. Who gives up on it leaves it behind: it ends by itself.
 */
#pragma once

#include <glib.h>

#include "base/cleanup.h"
#include "nova/rpc_connection.h"
#include "nova/rpc_settings.h"

struct rpc_dial;

/* Tries each broker once, from that place in the URL on. MUSTER_ERROR_LIMIT where the process has
 * no descriptor or thread left. */
struct rpc_dial *rpc_dial_start(struct rpc_settings *settings, unsigned first, GError **error);
/* Readable once it is at its end. */
int rpc_dial_get_fd(const struct rpc_dial *dial);
/* At its end: the connection, and the place of its broker; or NULL and rpc_connection_open()'s
 * error for each broker. Ends the dial. */
struct rpc_connection *rpc_dial_finish(struct rpc_dial *dial, unsigned *place, GError **error);
/* At any time; waits for nothing. */
void rpc_dial_abandon(struct rpc_dial *dial);
CLEANUP_DEFINE(struct rpc_dial, rpc_dial_abandon)
