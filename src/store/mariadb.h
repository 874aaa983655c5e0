/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MariaDB and MySQL databases. mariadb*.c are the only files that know libmariadb.
 *
 * A transaction begins by connecting where there is no connection, once more where
 * the one that was there turns out to be lost; what is lost in its middle fails it.
 * To write holds GET_LOCK('muster:DATABASE') on the connection, and takes it anew
 * with each; to read makes the session read-only. Galera: wsrep_sync_wait = 1; its
 * nodes do not share that lock, so servers that may write go to one node.
 *
 * Codes become: MUSTER_ERROR_UNAVAILABLE (away, lost, beyond the time-out),
 * _FORBIDDEN (access denied, read-only), _BUSY (locks, a deadlock; another server
 * has the store), _INVALID (a table, a column or the database is missing; a row
 * that breaks a constraint), _IO (anything else). Every message names database and
 * server.
 */
#pragma once

#include <glib.h>

#include "store/database.h"
#include "store/mariadb_url.h"

/* timeout: s for each of connecting, reading and writing. */
struct database *mariadb_open(
	const struct mariadb_url *url, enum database_mode mode, unsigned timeout, GError **error);
