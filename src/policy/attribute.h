/* SPDX-License-Identifier: Apache-2.0 */
/* The credentials by the names that rules know them by: one table. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "policy/credentials.h"
#include "policy/template.h"

struct attribute;

/* The attribute whose name is the first `length` bytes; static. NULL where there is none. */
const struct attribute *attribute_find(const char *name, size_t length);

/* Whether the caller has a value at all: oslo.policy finds no key within a list without one. */
bool attribute_has_value(
	const struct attribute *attribute, const struct policy_credentials *credentials);

/* Whether the caller's value, or one of them in a list, is what the template says. */
bool attribute_matches(const struct attribute *attribute,
	const struct policy_credentials *credentials, const struct template *template,
	const struct policy_target *target);
