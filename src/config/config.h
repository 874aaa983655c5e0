/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: INI in nova.conf's format, read with libini_config, checked
 * against the one table of options (options.h). Immutable once loaded; any thread
 * may read it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "config/options.h"

struct config;

/* A value given on the command line: it wins over every file. */
struct config_override {
	enum option option;
	const char *value;
};

/*
 * Reads the files in order; later ones win. Options of Nova's that Muster has no use for are
 * passed over; one under [muster] that the table lacks, or a bad value of one that it has,
 * is MUSTER_ERROR_INVALID with file, line, option and what was expected. Errors of reading are
 * ini_file_open()'s. As in oslo.config (oslo_config/iniparser.py and cfg.py):
 *
 *   - quotes around a whole value are taken off;
 *   - $option, ${option} and ${section.option} stand for that option's value, $$ and \$ for
 *     a dollar sign; a name without a section is of the same section, else of [DEFAULT]. Unlike
 *     there, what names no option stays as it is: passwords hold dollar signs;
 *   - the values of a multi-valued option are those of all files together.
 *
 * A file that holds a secret and that others may read is warned of.
 *
 * An empty value stands for the default, and for none of the values before it. Overrides are
 * taken as they are; those of a multi-valued option replace the files' values together.
 */
struct config *config_load(const char *const *paths, const struct config_override *overrides,
	size_t overrides_size, GError **error);
/* The same of bytes that stand for one file of that path: for tests and the fuzzer. */
struct config *config_load_bytes(const char *path, const void *bytes, size_t size, GError **error);
void config_free(struct config *config);
CLEANUP_DEFINE(struct config, config_free)

/* Values, lent. The default where no file sets the option; NULL where there is none. */
const char *config_get_string(const struct config *config, enum option option);
int64_t config_get_integer(const struct config *config, enum option option);
bool config_get_boolean(const struct config *config, enum option option);
/* Of a multi-valued option: NULL-terminated, maybe empty. */
const char *const *config_get_list(const struct config *config, enum option option);
/* Whether a file or an override sets it, to more than an empty value. */
bool config_is_set(const struct config *config, enum option option);
/* Whether any file has the section (design: [api_database] and [keystone_authtoken] choose
 * defaults by being there). */
bool config_has_section(const struct config *config, const char *section);
