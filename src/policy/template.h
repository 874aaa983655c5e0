/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The right side of a check, as "%(project_id)s" or "admin": text in which %(name)s
 * stands for an attribute of the target. It is compared piece by piece, so that a
 * check allocates nothing. Immutable.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "policy/credentials.h"

struct template;

/* Of Python's % operator, which oslo.policy applies, %(name)s and %% are understood; for the rest
 * MUSTER_ERROR_INVALID, and *at is the byte where it stands. */
struct template *template_parse(const char *text, size_t *at, GError **error);
void template_free(struct template *template);
CLEANUP_DEFINE(struct template, template_free)

/* Whether the text is the template with the target's attributes filled in. False where the target
 * lacks one. */
bool template_matches(
	const struct template *template, const struct policy_target *target, const char *text);
/* The same where case does not matter. */
bool template_matches_any_case(
	const struct template *template, const struct policy_target *target, const char *text);

/* Whether the target has every attribute that the template names. */
bool template_can_fill(const struct template *template, const struct policy_target *target);
