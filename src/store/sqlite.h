/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite databases. sqlite.c and sqlite_statement.c are the only files that know
 * the library.
 *
 * SQLite's codes become: MUSTER_ERROR_INVALID (not a database; a row that breaks
 * a constraint), _FORBIDDEN (read-only), _BUSY (locked beyond SQLITE_BUSY_MS),
 * _IO (anything that the disk did). Every message names the file.
 */
#pragma once

#include <glib.h>

#include "store/database.h"

/* How long a statement waits for another process's lock, ms. Only a foreign database has
 * one that writes beside us, in transactions far shorter than this. */
#define SQLITE_BUSY_MS 5000

/* To write makes the file where there is none, and takes its lock (lock.h). */
struct database *sqlite_open(const char *path, enum database_mode mode, GError **error);
