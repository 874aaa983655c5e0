/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy file, in YAML or JSON, which libyaml reads alike: a mapping of names to
 * rules. The only module that knows libyaml.
 *
 *   "os_compute_api:os-hypervisors:list": "role:reader or role:admin"
 *   "admin_api": [["role:admin"], ["role:auditor", "is_admin:True"]]
 *
 * A rule is text in the language; or, as of old, a list of lists of checks, of
 * which any one list must hold whole; or nothing, which allows.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "policy/named_rule.h"

#define POLICY_FILE_MAX (1024 * 1024) /* bytes: Nova's whole sample has 100 KiB */

/* Adds the rules of a file to the table (named_rules_new()), in place of those of the same names.
 * MUSTER_ERROR_IO where it cannot be read, MUSTER_ERROR_LIMIT beyond a limit; MUSTER_ERROR_INVALID
 * and _UNSUPPORTED, beginning with PATH:LINE:COLUMN, for what is no such file or no rule. The table
 * is then not to be used. */
bool policy_file_load(GHashTable *rules, const char *path, GError **error);
/* The same of bytes that stand for the file of that path. */
bool policy_file_parse(
	GHashTable *rules, const char *path, const void *bytes, size_t size, GError **error);
