/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server: all parts of `muster serve`, wired. Data flows one way: collectors
 * deliver reports to the publisher, which commits them to the store and publishes
 * to the inventory, from which the API answers the HTTP server.
 */
#pragma once

#include <glib.h>

#include "base/cleanup.h"
#include "command/settings.h"

struct server;

/* Starts the parts, each after those that it needs; where one fails, those before it are
 * stopped again. The settings are lent until server_stop(). The reading of a large database asks
 * is_cancelled(data), on this thread, and ends the start where that is not 0. */
struct server *server_start(const struct settings *settings, int (*is_cancelled)(void *data),
	void *data, GError **error);

/* Reads anew what may change while it runs: the TLS certificate and its key. */
void server_reload(struct server *server);

/* Ends in order: answers under way are finished, what was reported is stored, the database is
 * closed. */
void server_stop(struct server *server);
CLEANUP_DEFINE(struct server, server_stop)
