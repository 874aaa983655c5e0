/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lock that makes one process the only writer of a store: an exclusive
 * flock(2) on PATH.lock, which goes with the process however it ends. The file
 * holds the pid, for the message that another process gives, and stays: to
 * remove it would let two processes lock two files of one name.
 */
#pragma once

#include <glib.h>

#include "base/cleanup.h"

struct lock;

/* Takes the lock of the database at path. MUSTER_ERROR_BUSY names the pid that holds it;
 * MUSTER_ERROR_FORBIDDEN or _IO where the lock's file can't be written. */
struct lock *lock_take(const char *path, GError **error);
void lock_free(struct lock *lock);
CLEANUP_DEFINE(struct lock, lock_free)
