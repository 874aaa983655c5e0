/* SPDX-License-Identifier: Apache-2.0 */
/* What clients write for an id, read as Nova reads it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* As Python's int() on ASCII: blanks around, a sign, leading zeros and single underscores between
 * digits are fine. False for anything else and for what int64_t does not hold. */
bool id_parse_integer(const char *text, int64_t *id);

/* As oslo.utils' is_uuid_like(): with or without hyphens, braces or urn:uuid:, in any case. */
bool id_is_uuid_like(const char *text);
