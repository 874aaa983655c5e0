/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule: a tree of checks, made from oslo.policy's language once and immutable
 * from then on. It is shared by reference; any thread may look at it.
 *
 *   role:admin                    the caller has the role; case does not matter
 *   rule:NAME                     as the rule of that name has it
 *   is_admin:True                 the caller is an administrator
 *   project_id:%(project_id)s     an attribute of the caller is one of the target
 *   'member':%(role)s  True:%(x)s a literal is one
 *   @  !                          always, never
 *   not  and  or  ( )             in this order of binding
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "policy/attribute.h"
#include "policy/template.h"

#define RULE_LENGTH_MAX 65536 /* bytes: a thousand checks in a row have half of it */
#define RULE_CHECKS_MAX                                                                            \
	2000              /* in one rule of lists, whose aliases may multiply what is written      \
			   */
#define RULE_DEPTH_MAX 30 /* of parentheses and nots: a check of the rule needs stack for each */

enum rule_kind {
	RULE_NEVER,
	RULE_ALWAYS,
	RULE_NOT,
	RULE_AND,
	RULE_OR,
	RULE_REFERENCE,
	RULE_ROLE,
	RULE_IS_ADMIN,
	RULE_ATTRIBUTE,
	RULE_LITERAL,
};

struct rule {
	enum rule_kind kind;
	GPtrArray *parts;                  /* of not, and, or: struct rule * */
	char *left;                        /* of a check: what stands before the colon */
	char *right;                       /* what stands behind it */
	char *literal;                     /* of RULE_LITERAL: what left stands for */
	struct template *template;         /* right, where it is one */
	const struct attribute *attribute; /* of RULE_ATTRIBUTE; NULL: the caller never has it */
	bool within;                       /* RULE_ATTRIBUTE looks into it: "user_id.x" */
	bool wants_admin;                  /* of RULE_IS_ADMIN */
};

/* A check is a word without spaces, but for the list form, where it may hold any. On error
 * MUSTER_ERROR_INVALID, or MUSTER_ERROR_UNSUPPORTED for a remote check; *at is the byte of the
 * text at which something else was expected. */
struct rule *rule_new_check(const char *text, size_t *at, GError **error);
/* always, or never */
struct rule *rule_new_constant(bool allowed);
/* and, or, or (of one part) not. Takes the parts, struct rule *, with rule_unref as their free
 * function; a lone part of an and or an or is given itself. */
struct rule *rule_new_group(enum rule_kind kind, GPtrArray *parts);

struct rule *rule_ref(struct rule *rule);
void rule_unref(struct rule *rule);
CLEANUP_DEFINE(struct rule, rule_unref)

/* The rule in the language, with parentheses around each and, or, as oslo.policy prints it. The
 * caller frees it. */
char *rule_format(const struct rule *rule);

/* Calls for each rule that this one names. */
void rule_foreach_reference(
	const struct rule *rule, void (*call)(const char *name, void *data), void *data);
