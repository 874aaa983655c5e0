/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A password file as `htpasswd -B` writes it: lines of user:hash, the hash by bcrypt
 * and nothing else; empty lines and lines that begin with # are passed over.
 * Immutable and reference-counted. The only module that knows libxcrypt.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

#define HTPASSWD_FILE_MAX (1024 * 1024) /* bytes: some 10,000 users */
#define HTPASSWD_COST_MAX 17            /* of bcrypt: the most that htpasswd takes; 8 s a check */

struct htpasswd;

/* MUSTER_ERROR_IO where it can't be read, MUSTER_ERROR_LIMIT where it is too large,
 * MUSTER_ERROR_INVALID, with the line, where it is something else. */
struct htpasswd *htpasswd_open(const char *path, GError **error);
/* The same of bytes that stand for the file of that path. */
struct htpasswd *htpasswd_parse(const char *path, const char *bytes, size_t size, GError **error);
struct htpasswd *htpasswd_ref(struct htpasswd *htpasswd);
void htpasswd_unref(struct htpasswd *htpasswd);
CLEANUP_DEFINE(struct htpasswd, htpasswd_unref)

/* Whether the user is there and has that password. It takes as long as bcrypt does, a quarter of a
 * second at cost 12, and for a user who is not there as long as for the costliest who is. */
bool htpasswd_check(const struct htpasswd *htpasswd, const char *user, const char *password);
