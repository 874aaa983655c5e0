/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-decoding of what a request carries (RFC 3986, 2.1). */
#pragma once

#include <glib.h>

/*
 * The decoded text, which the caller frees. MUSTER_ERROR_INVALID for a percent sign without its
 * two hexadecimal digits, for a NUL and for what is not UTF-8; `part` says what it was ("path").
 */
char *percent_decode(const char *raw, const char *part, GError **error);
