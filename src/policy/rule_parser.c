/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words are told apart as oslo.policy does it: spaces separate them, parentheses
 * that lead or trail a word are words of their own, others are part of it, as in
 * %(name)s. Then:
 *
 *   or  = and {"or" and}      and  = not {"and" not}
 *   not = "not" not | "(" or ")" | check
 */
#include "policy/rule_parser.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"

enum word_kind {
	WORD_OPEN,
	WORD_CLOSE,
	WORD_AND,
	WORD_OR,
	WORD_NOT,
	WORD_CHECK,
	WORD_QUOTED, /* has a meaning nowhere: oslo.policy's grammar lacks it too */
	WORD_END,
};

struct word {
	enum word_kind kind;
	size_t at;
	size_t length;
};

struct parser {
	const char *text;
	GArray *words; /* of struct word; the last is WORD_END */
	guint next;
	unsigned depth;
	size_t *at; /* of what was wrong */
};

static struct rule *parse_not(struct parser *parser, GError **error);
static struct rule *parse_or(struct parser *parser, GError **error);

/* \s of Python's re module. */
static bool
is_space(gunichar c)
{
	return g_unichar_isspace(c) || c == '\v' || (c >= 0x1c && c <= 0x1f) || c == 0x85;
}

static void
add_word(struct parser *parser, enum word_kind kind, size_t at, size_t length)
{
	struct word word = {kind, at, length};
	g_array_append_val(parser->words, word);
}

static bool
is_word(const char *start, size_t length, const char *keyword)
{
	return strlen(keyword) == length && g_ascii_strncasecmp(start, keyword, length) == 0;
}

static enum word_kind
get_kind(const char *start, size_t length, char last)
{
	if (is_word(start, length, "and"))
		return WORD_AND;
	if (is_word(start, length, "or"))
		return WORD_OR;
	if (is_word(start, length, "not"))
		return WORD_NOT;
	bool quoted = (*start == '"' || *start == '\'') && last == *start;
	return quoted && length > 1 ? WORD_QUOTED : WORD_CHECK;
}

/* Takes what stands between spaces: words with parentheses around them. */
static void
split_parentheses(struct parser *parser, size_t at, size_t length)
{
	const char *text = parser->text;
	for (; length > 0 && text[at] == '('; at++, length--)
		add_word(parser, WORD_OPEN, at, 1);
	size_t end = at + length;
	size_t clean = end;
	while (clean > at && text[clean - 1] == ')')
		clean--;
	if (clean > at)
		add_word(parser, get_kind(text + at, clean - at, text[end - 1]), at, clean - at);
	for (; clean < end; clean++)
		add_word(parser, WORD_CLOSE, clean, 1);
}

static void
split(struct parser *parser)
{
	const char *c = parser->text;
	while (*c != '\0') {
		const char *start = c;
		while (*c != '\0' && !is_space(g_utf8_get_char(c)))
			c = g_utf8_next_char(c);
		if (c > start)
			split_parentheses(
				parser, (size_t)(start - parser->text), (size_t)(c - start));
		if (*c != '\0')
			c = g_utf8_next_char(c);
	}
	add_word(parser, WORD_END, (size_t)(c - parser->text), 0);
}

static const struct word *
peek(const struct parser *parser)
{
	return &g_array_index(parser->words, struct word, parser->next);
}

static bool
take(struct parser *parser, enum word_kind kind)
{
	if (peek(parser)->kind != kind)
		return false;
	parser->next++;
	return true;
}

static struct rule *
fail(struct parser *parser, const char *expected, GError **error)
{
	const struct word *word = peek(parser);
	*parser->at = word->at;
	if (word->kind == WORD_END)
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"expected %s where the rule ends", expected);
	else
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"expected %s where \"%.*s\" stands", expected, (int)word->length,
			parser->text + word->at);
	return NULL;
}

static struct rule *
parse_check(struct parser *parser, GError **error)
{
	const struct word *word = peek(parser);
	if (word->kind != WORD_CHECK)
		return fail(parser, "a check, as role:NAME, @ or !", error);
	g_autofree char *text = g_strndup(parser->text + word->at, word->length);
	size_t within = 0;
	struct rule *rule = rule_new_check(text, &within, error);
	if (rule == NULL)
		*parser->at = word->at + within;
	parser->next++;
	return rule;
}

/* What "not" or an opening parenthesis leads: both nest. */
static struct rule *
parse_nested(struct parser *parser, GError **error)
{
	bool negated = take(parser, WORD_NOT);
	if (!negated)
		take(parser, WORD_OPEN);
	CLEANUP(rule_unref)
	struct rule *inner = negated ? parse_not(parser, error) : parse_or(parser, error);
	if (inner == NULL)
		return NULL;
	if (!negated)
		return take(parser, WORD_CLOSE)
			       ? g_steal_pointer(&inner)
			       : fail(parser, "and, or, or a closing parenthesis", error);
	GPtrArray *parts = g_ptr_array_new_with_free_func((GDestroyNotify)rule_unref);
	g_ptr_array_add(parts, g_steal_pointer(&inner));
	return rule_new_group(RULE_NOT, parts);
}

static struct rule *
parse_not(struct parser *parser, GError **error)
{
	const struct word *word = peek(parser);
	if (word->kind != WORD_NOT && word->kind != WORD_OPEN)
		return parse_check(parser, error);
	if (parser->depth == RULE_DEPTH_MAX) {
		*parser->at = word->at;
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT,
			"expected at most %d parentheses and nots within each other",
			RULE_DEPTH_MAX);
		return NULL;
	}
	parser->depth++;
	struct rule *rule = parse_nested(parser, error);
	parser->depth--;
	return rule;
}

/* One or more of what `parse_part` takes, with the operator between them. */
static struct rule *
parse_group(struct parser *parser, enum word_kind operator, enum rule_kind kind,
	struct rule *(*parse_part)(struct parser *parser, GError **error), GError **error)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)rule_unref);
	do {
		struct rule *part = parse_part(parser, error);
		if (part == NULL)
			return NULL;
		g_ptr_array_add(parts, part);
	} while (take(parser, operator));
	return rule_new_group(kind, g_steal_pointer(&parts));
}

static struct rule *
parse_and(struct parser *parser, GError **error)
{
	return parse_group(parser, WORD_AND, RULE_AND, parse_not, error);
}

static struct rule *
parse_or(struct parser *parser, GError **error)
{
	return parse_group(parser, WORD_OR, RULE_OR, parse_and, error);
}

struct rule *
rule_parse(const char *text, size_t *at, GError **error)
{
	*at = 0;
	if (*text == '\0')
		return rule_new_constant(true);
	if (strlen(text) > RULE_LENGTH_MAX) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT,
			"expected at most %d bytes in a rule", RULE_LENGTH_MAX);
		return NULL;
	}
	g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(struct word));
	struct parser parser = {.text = text, .words = words, .at = at};
	split(&parser);
	CLEANUP(rule_unref) struct rule *rule = parse_or(&parser, error);
	if (rule == NULL)
		return NULL;
	if (peek(&parser)->kind != WORD_END)
		return fail(&parser, "and, or, or the end of the rule", error);
	return g_steal_pointer(&rule);
}
