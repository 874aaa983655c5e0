/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rule.h"

#include <string.h>

#include "base/error.h"

/* Python's keywords, but True, False and None: such a name is a syntax error to oslo.policy, which
 * reads what stands before the colon as a Python literal first. */
static const char *const keywords[] = {"and", "as", "assert", "async", "await", "break", "class",
	"continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
	"if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
	"try", "while", "with", "yield", NULL};

static struct rule *
rule_new(enum rule_kind kind)
{
	struct rule *rule = g_atomic_rc_box_new0(struct rule);
	rule->kind = kind;
	return rule;
}

struct rule *
rule_new_constant(bool allowed)
{
	return rule_new(allowed ? RULE_ALWAYS : RULE_NEVER);
}

struct rule *
rule_new_group(enum rule_kind kind, GPtrArray *parts)
{
	if (parts->len == 1 && kind != RULE_NOT) {
		struct rule *only = rule_ref(g_ptr_array_index(parts, 0));
		g_ptr_array_unref(parts);
		return only;
	}
	struct rule *rule = rule_new(kind);
	rule->parts = parts;
	return rule;
}

/* 'text' or "text", with neither the quote nor a backslash in it; True, False, None; digits. */
static char *
parse_literal(const char *left)
{
	size_t length = strlen(left);
	if (g_str_equal(left, "True") || g_str_equal(left, "False") || g_str_equal(left, "None"))
		return g_strdup(left);
	if (g_str_equal(left, "0") || (g_ascii_isdigit(*left) && *left != '0' &&
					      left[strspn(left, "0123456789")] == '\0'))
		return g_strdup(left);
	if (length < 2 || (*left != '\'' && *left != '"') || left[length - 1] != *left)
		return NULL;
	char *text = g_strndup(left + 1, length - 2);
	if (strchr(text, *left) != NULL || strpbrk(text, "\\\r\n") != NULL)
		g_clear_pointer(&text, g_free);
	return text;
}

/* Names joined by dots or hyphens, all of them Python's; *first is the first one's length. */
static bool
is_path(const char *left, size_t *first)
{
	g_auto(GStrv) names = g_strsplit_set(left, ".-", -1);
	*first = strcspn(left, ".");
	for (char **name = names; *name != NULL; name++) {
		if (!g_ascii_isalpha(**name) && **name != '_')
			return false;
		for (const char *c = *name; *c != '\0'; c++)
			if (!g_ascii_isalnum(*c) && *c != '_')
				return false;
		if (g_strv_contains(keywords, *name))
			return false;
	}
	return names[0] != NULL;
}

/* What stands before the colon decides what a check is. */
static bool
set_kind(struct rule *rule, GError **error)
{
	size_t first = 0;
	if (g_str_equal(rule->left, "http") || g_str_equal(rule->left, "https")) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED,
			"%s:%s is a remote check, which Muster does not make: expected a check "
			"that needs nobody else, as role:NAME or rule:NAME",
			rule->left, rule->right);
		return false;
	}
	if (g_str_equal(rule->left, "rule")) {
		rule->kind = RULE_REFERENCE;
	} else if (g_str_equal(rule->left, "role")) {
		rule->kind = RULE_ROLE;
	} else if (g_str_equal(rule->left, "is_admin")) {
		rule->kind = RULE_IS_ADMIN;
		rule->wants_admin = g_ascii_strcasecmp(rule->right, "true") == 0;
	} else if ((rule->literal = parse_literal(rule->left)) != NULL) {
		rule->kind = RULE_LITERAL;
	} else if (is_path(rule->left, &first)) {
		rule->kind = RULE_ATTRIBUTE;
		rule->attribute = attribute_find(rule->left, first);
		rule->within = rule->left[first] == '.';
	} else {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"expected role, rule, the name of an attribute or a literal such as "
			"'text' or True before the colon of \"%s:%s\"",
			rule->left, rule->right);
		return false;
	}
	return true;
}

struct rule *
rule_new_check(const char *text, size_t *at, GError **error)
{
	*at = 0;
	if (g_str_equal(text, "@") || g_str_equal(text, "!"))
		return rule_new_constant(*text == '@');
	const char *colon = strchr(text, ':');
	if (colon == NULL) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"expected a check, as role:NAME, @ or !, where \"%s\" stands", text);
		return NULL;
	}
	CLEANUP(rule_unref) struct rule *rule = rule_new(RULE_NEVER);
	rule->left = g_strndup(text, (size_t)(colon - text));
	rule->right = g_strdup(colon + 1);
	if (!set_kind(rule, error))
		return NULL;
	if (rule->kind == RULE_REFERENCE || rule->kind == RULE_IS_ADMIN)
		return g_steal_pointer(&rule);
	size_t within = 0;
	rule->template = template_parse(rule->right, &within, error);
	if (rule->template == NULL) {
		*at = (size_t)(colon + 1 - text) + within;
		return NULL;
	}
	return g_steal_pointer(&rule);
}

struct rule *
rule_ref(struct rule *rule)
{
	return g_atomic_rc_box_acquire(rule);
}

static void
rule_clear(void *data)
{
	struct rule *rule = data;
	g_clear_pointer(&rule->parts, g_ptr_array_unref);
	g_free(rule->left);
	g_free(rule->right);
	g_free(rule->literal);
	g_clear_pointer(&rule->template, template_free);
}

void
rule_unref(struct rule *rule)
{
	g_atomic_rc_box_release_full(rule, rule_clear);
}

static void
format_to(const struct rule *rule, GString *text)
{
	switch (rule->kind) {
	case RULE_NEVER:
		g_string_append_c(text, '!');
		return;
	case RULE_ALWAYS:
		g_string_append_c(text, '@');
		return;
	case RULE_NOT:
		g_string_append(text, "not ");
		format_to(g_ptr_array_index(rule->parts, 0), text);
		return;
	case RULE_AND:
	case RULE_OR:
		g_string_append_c(text, '(');
		for (guint i = 0; i < rule->parts->len; i++) {
			if (i > 0)
				g_string_append(text, rule->kind == RULE_AND ? " and " : " or ");
			format_to(g_ptr_array_index(rule->parts, i), text);
		}
		g_string_append_c(text, ')');
		return;
	case RULE_REFERENCE:
	case RULE_ROLE:
	case RULE_IS_ADMIN:
	case RULE_ATTRIBUTE:
	case RULE_LITERAL:
		g_string_append_printf(text, "%s:%s", rule->left, rule->right);
		return;
	}
}

char *
rule_format(const struct rule *rule)
{
	GString *text = g_string_new(NULL);
	format_to(rule, text);
	return g_string_free(text, FALSE);
}

void
rule_foreach_reference(
	const struct rule *rule, void (*call)(const char *name, void *data), void *data)
{
	if (rule->kind == RULE_REFERENCE)
		call(rule->right, data);
	for (guint i = 0; rule->parts != NULL && i < rule->parts->len; i++)
		rule_foreach_reference(g_ptr_array_index(rule->parts, i), call, data);
}
