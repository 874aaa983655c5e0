/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file in nova.conf's form, read whole: the only module that knows libini_config.
 * Immutable; it says nothing of which options there are.
 *
 *   [section]           its case does not matter, as in oslo.config
 *   name = value        or name: value; a name's case matters
 *     continued         by lines that begin with a space or a tab
 *   # comment           or ; comment
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

#define INI_FILE_MAX (1024 * 1024) /* bytes: a full nova.conf sample has 200 KiB */
/* A nova.conf has some 60 sections and 1,000 options; libini_config's time grows with the
 * square, to a second at these limits. */
#define INI_FILE_SECTIONS_MAX 1000
#define INI_FILE_OPTIONS_MAX 10000

struct ini_entry {
	char *section;
	char *name;
	char *value; /* without quotes around it */
	unsigned line;
};

struct ini_file;

/* Errors: MUSTER_ERROR_IO where it can't be read, MUSTER_ERROR_LIMIT where it is beyond a limit,
 * MUSTER_ERROR_INVALID, with the line, where it is not of this form or not UTF-8. */
struct ini_file *ini_file_open(const char *path, GError **error);
/* The same of bytes that stand for the file of that path. */
struct ini_file *ini_file_parse(const char *path, const void *bytes, size_t size, GError **error);
void ini_file_close(struct ini_file *file);
CLEANUP_DEFINE(struct ini_file, ini_file_close)

/* All lent. */
const char *ini_file_get_path(const struct ini_file *file);
bool ini_file_has_section(const struct ini_file *file, const char *section);
size_t ini_file_get_size(const struct ini_file *file);
/* The values of one name are in the file's order. */
const struct ini_entry *ini_file_get_entry(const struct ini_file *file, size_t at);
/* Whether the entry is of that section and name. */
bool ini_entry_is(const struct ini_entry *entry, const char *section, const char *name);
