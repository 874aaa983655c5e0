/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a rule in oslo.policy's language. */
#pragma once

#include <glib.h>
#include <stddef.h>

#include "policy/rule.h"

/*
 * A rule as oslo_policy/_parser.py reads it; an empty text allows. What oslo.policy logs and turns
 * into a rule that never allows is an error here: MUSTER_ERROR_INVALID, _LIMIT where it is beyond
 * rule.h's, _UNSUPPORTED for a remote check. The message says what was expected; *at is the byte
 * where. The text is UTF-8.
 */
struct rule *rule_parse(const char *text, size_t *at, GError **error);
