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
 * is MUSTER_ERROR_INVALID with file, line, option and what was expected. A file that cannot be
 * read is MUSTER_ERROR_IO. $option, ${option}, ${section.option} and $$ are substituted and
 * quotes taken off as oslo.config does. A multi-valued option may be given several times; the
 * overrides of one replace the files' values together.
 */
struct config *config_load(const char *const *paths, const struct config_override *overrides,
	size_t overrides_size, GError **error);
void config_free(struct config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(struct config, config_free)

/* Values, lent. The default where no file sets the option; NULL where there is none. */
const char *config_get_string(const struct config *config, enum option option);
int64_t config_get_integer(const struct config *config, enum option option);
bool config_get_boolean(const struct config *config, enum option option);
/* Of a multi-valued option: NULL-terminated, maybe empty. */
const char *const *config_get_list(const struct config *config, enum option option);
/* Whether a file or an override sets it. */
bool config_is_set(const struct config *config, enum option option);
/* Whether any file has the section (design: [api_database] and [keystone_authtoken] choose
 * defaults by being there). */
bool config_has_section(const struct config *config, const char *section);
/* The directory of the file that set the option, or NULL: what a relative path is relative to. */
const char *config_get_directory(const struct config *config, enum option option);
