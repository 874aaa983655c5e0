/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to an SQLite database. This, sqlite.c and statement.c are the only
 * files that know the library; the rest of the folder speaks SQL through it.
 * One thread uses a connection at a time.
 *
 * SQLite's codes become: MUSTER_ERROR_INVALID (not a database; a row that breaks
 * a constraint), _FORBIDDEN (read-only), _BUSY (locked beyond SQLITE_BUSY_MS),
 * _IO (anything that the disk did). Every message names the file.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"

/* How long a statement waits for another process's lock, ms. Only a foreign database has
 * one that writes beside us, in transactions far shorter than this. */
#define SQLITE_BUSY_MS 5000

struct sqlite;

enum sqlite_mode {
	SQLITE_MODE_READ,  /* leaves the file and its folder as they are */
	SQLITE_MODE_WRITE, /* makes the file where there is none */
};

struct sqlite *sqlite_open(const char *path, enum sqlite_mode mode, GError **error);
void sqlite_close(struct sqlite *sqlite);
CLEANUP_DEFINE(struct sqlite, sqlite_close)

const char *sqlite_get_path(const struct sqlite *sqlite);

/*
 * Whether another connection has written since the last call, or since the opening. Where another
 * file has come to lie there, or what is open can't be read, it is opened again: that counts as
 * a change, and the next statement tells what is wrong. Of one opened to read.
 */
bool sqlite_has_changed(struct sqlite *sqlite);

/* From now on every statement that runs asks is_wanted(data) each few milliseconds, on its own
 * thread, and fails (MUSTER_ERROR_IO) where that is not 0. NULL: asks no more. */
void sqlite_set_interrupt(struct sqlite *sqlite, int (*is_wanted)(void *data), void *data);

/* Runs statements that take no values and give no rows. */
bool sqlite_execute(struct sqlite *sqlite, const char *sql, GError **error);

/* A transaction: of reads, which all see one moment, or of writes. */
bool sqlite_begin_read(struct sqlite *sqlite, GError **error);
bool sqlite_begin_write(struct sqlite *sqlite, GError **error);
bool sqlite_commit(struct sqlite *sqlite, GError **error);
/* Does nothing where no transaction is open, as after some failures. */
void sqlite_rollback(struct sqlite *sqlite);
