/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The types of options: what a value must look like, in words and as a check, and
 * what it means. Values are text without quotes, as a file or the command line has
 * them.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/options.h"

/* What is expected of a value, to follow that word: "an integer from 1 to 64". The caller
 * frees it. */
char *option_format_expected(const struct option_info *info);

/* Whether value, which is not empty, is one for the option. MUSTER_ERROR_INVALID: the message
 * says what was expected, not what was found or where. */
bool option_check(const struct option_info *info, const char *value, GError **error);

/* Whether the value is one that others must not read: any of a secret option, but for a URL without
 * a password. */
bool option_holds_secret(const struct option_info *info, const char *value);

/* Reads a value that option_check() has passed. */
int64_t option_parse_integer(const char *value);
bool option_parse_boolean(const char *value);
