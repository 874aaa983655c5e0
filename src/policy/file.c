/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/file.h"

#include <string.h>
#include <yaml.h>

#include "base/error.h"
#include "policy/rule_parser.h"
#include "policy/tabs.h"

struct reader {
	const char *path;
	yaml_document_t *document;
	GHashTable *rules;
	unsigned checks; /* of the rule of lists that is read */
};

/* line and column are libyaml's, which begin at 0. */
static void G_GNUC_PRINTF(6, 7) fail_at(GError **error, enum muster_error code,
	const struct reader *reader, size_t line, size_t column, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(error, MUSTER_ERROR, (int)code, "%s:%zu:%zu: %s", reader->path, line + 1,
		column + 1, message);
}

static bool
fail_on_node(
	GError **error, const struct reader *reader, const yaml_node_t *node, const char *message)
{
	fail_at(error, MUSTER_ERROR_INVALID, reader, node->start_mark.line, node->start_mark.column,
		"%s", message);
	return false;
}

/* Whether a tag stands before the text. libyaml forgets a lone "!", which is no rule that never
 * allows: there, nothing is left where something stood. */
static bool
has_tag(const yaml_node_t *node)
{
	if (!g_str_equal((const char *)node->tag, YAML_STR_TAG))
		return true;
	return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       node->data.scalar.length == 0 && node->start_mark.index != node->end_mark.index;
}

/* The text of a scalar, lent; NULL and an error for one that is no text. */
static const char *
get_text(const struct reader *reader, const yaml_node_t *node, const char *expected, GError **error)
{
	if (node->type != YAML_SCALAR_NODE)
		fail_on_node(error, reader, node, expected);
	else if (has_tag(node))
		fail_on_node(error, reader, node,
			"expected text, between quotes where it begins with !");
	else if (strlen((const char *)node->data.scalar.value) != node->data.scalar.length)
		fail_on_node(error, reader, node, "expected text without a NUL");
	else
		return (const char *)node->data.scalar.value;
	return NULL;
}

/* YAML's null, as PyYAML knows it: such a rule is empty, and allows. */
static bool
is_null(const yaml_node_t *node)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	return node->type == YAML_SCALAR_NODE &&
	       node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !has_tag(node) &&
	       g_strv_contains(nulls, (const char *)node->data.scalar.value);
}

/*
 * Puts the place before an error in a scalar's text, of which `at` is the byte. The column in the
 * file is known where the text stands there as it is, on one line; else the scalar's is told, and
 * the column within the rule.
 */
static void
locate_error(const struct reader *reader, const yaml_node_t *node, const char *name, size_t at,
	GError **error)
{
	const yaml_mark_t *start = &node->start_mark;
	const char *text = (const char *)node->data.scalar.value;
	size_t quote = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? 0 : 1;
	size_t column = (size_t)g_utf8_strlen(text, (gssize)at);
	size_t length = (size_t)g_utf8_strlen(text, -1) + 2 * quote;
	bool as_it_is = node->end_mark.line == start->line &&
			node->end_mark.column - start->column == length;
	if (as_it_is)
		g_prefix_error(error, "%s:%zu:%zu: rule \"%s\": ", reader->path, start->line + 1,
			start->column + quote + column + 1, name);
	else
		g_prefix_error(error, "%s:%zu:%zu: rule \"%s\", column %zu of it: ", reader->path,
			start->line + 1, start->column + 1, name, column + 1);
}

static struct rule *
read_check(struct reader *reader, const yaml_node_t *node, const char *name, GError **error)
{
	if (reader->checks++ == RULE_CHECKS_MAX) {
		fail_at(error, MUSTER_ERROR_LIMIT, reader, node->start_mark.line,
			node->start_mark.column, "rule \"%s\": expected at most %d checks", name,
			RULE_CHECKS_MAX);
		return NULL;
	}
	const char *text = get_text(reader, node, "expected a check, as \"role:NAME\"", error);
	if (text == NULL)
		return NULL;
	size_t at = 0;
	struct rule *rule = rule_new_check(text, &at, error);
	if (rule == NULL)
		locate_error(reader, node, name, at, error);
	return rule;
}

/* The checks of an inner list, or a lone check, all of which must hold. NULL without an error: it
 * is empty, and says nothing. */
static struct rule *
read_inner_list(struct reader *reader, const yaml_node_t *node, const char *name, GError **error)
{
	if (is_null(node) || (node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0))
		return NULL;
	if (node->type != YAML_SEQUENCE_NODE)
		return read_check(reader, node, name, error);
	g_autoptr(GPtrArray) checks = g_ptr_array_new_with_free_func((GDestroyNotify)rule_unref);
	const yaml_node_item_t *item = node->data.sequence.items.start;
	for (; item < node->data.sequence.items.top; item++) {
		const yaml_node_t *part = yaml_document_get_node(reader->document, *item);
		struct rule *check = read_check(reader, part, name, error);
		if (check == NULL)
			return NULL;
		g_ptr_array_add(checks, check);
	}
	if (checks->len == 0)
		return NULL;
	return rule_new_group(RULE_AND, g_steal_pointer(&checks));
}

/* The outer list, of which one part must hold (oslo_policy/_parser.py, _parse_list_rule()). */
static struct rule *
read_list(struct reader *reader, const yaml_node_t *node, const char *name, GError **error)
{
	const yaml_node_item_t *item = node->data.sequence.items.start;
	const yaml_node_item_t *end = node->data.sequence.items.top;
	if (item == end)
		return rule_new_constant(true);
	g_autoptr(GPtrArray) lists = g_ptr_array_new_with_free_func((GDestroyNotify)rule_unref);
	for (reader->checks = 0; item < end; item++) {
		g_autoptr(GError) wrong = NULL;
		const yaml_node_t *part = yaml_document_get_node(reader->document, *item);
		struct rule *list = read_inner_list(reader, part, name, &wrong);
		if (wrong != NULL) {
			g_propagate_error(error, g_steal_pointer(&wrong));
			return NULL;
		}
		if (list != NULL)
			g_ptr_array_add(lists, list);
	}
	if (lists->len == 0)
		return rule_new_constant(false);
	return rule_new_group(RULE_OR, g_steal_pointer(&lists));
}

static struct rule *
read_rule(struct reader *reader, const yaml_node_t *node, const char *name, GError **error)
{
	if (node->type == YAML_SEQUENCE_NODE)
		return read_list(reader, node, name, error);
	if (is_null(node))
		return rule_new_constant(true);
	const char *text = get_text(reader, node,
		"expected a rule: text as \"role:NAME\", or a list of lists of checks", error);
	if (text == NULL)
		return NULL;
	size_t at = 0;
	struct rule *rule = rule_parse(text, &at, error);
	if (rule == NULL)
		locate_error(reader, node, name, at, error);
	return rule;
}

static bool
read_mapping(struct reader *reader, const yaml_node_t *root, GError **error)
{
	const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
	for (; pair < root->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(reader->document, pair->key);
		const yaml_node_t *value = yaml_document_get_node(reader->document, pair->value);
		const char *name = get_text(reader, key, "expected the name of a rule", error);
		if (name == NULL)
			return false;
		struct rule *rule = read_rule(reader, value, name, error);
		if (rule == NULL)
			return false;
		char *source = g_strdup_printf("%s:%zu", reader->path, key->start_mark.line + 1);
		named_rules_replace(reader->rules, name, rule, source)->from_file = true;
	}
	return true;
}

/* Reads the next document. One that is empty has no root. */
static bool
load_document(struct reader *reader, yaml_parser_t *parser, GError **error)
{
	if (yaml_parser_load(parser, reader->document))
		return true;
	/* Before the scanner an error has no mark, but the byte's number. */
	if (parser->error == YAML_READER_ERROR)
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"%s: expected YAML or JSON at byte %zu: %s", reader->path,
			parser->problem_offset, parser->problem);
	else
		fail_at(error, MUSTER_ERROR_INVALID, reader, parser->problem_mark.line,
			parser->problem_mark.column, "expected YAML or JSON: %s%s%s",
			parser->problem == NULL ? "out of memory" : parser->problem,
			parser->context == NULL ? "" : " ",
			parser->context == NULL ? "" : parser->context);
	return false;
}

static bool
read_document(struct reader *reader, GError **error)
{
	const yaml_node_t *root = yaml_document_get_root_node(reader->document);
	if (root == NULL || is_null(root))
		return true;
	if (root->type != YAML_MAPPING_NODE)
		return fail_on_node(
			error, reader, root, "expected a mapping of names to rules, as NAME: RULE");
	return read_mapping(reader, root, error);
}

/* One document, and nothing behind it. */
static bool
read_documents(struct reader *reader, yaml_parser_t *parser, GError **error)
{
	yaml_document_t document;
	reader->document = &document;
	if (!load_document(reader, parser, error))
		return false;
	bool read = read_document(reader, error);
	bool ended = yaml_document_get_root_node(&document) == NULL;
	yaml_document_delete(&document);
	if (!read || ended)
		return read;
	if (!load_document(reader, parser, error))
		return false;
	const yaml_node_t *second = yaml_document_get_root_node(&document);
	if (second != NULL)
		fail_on_node(error, reader, second, "expected one document, and this is a second");
	yaml_document_delete(&document);
	return second == NULL;
}

static bool
check_tabs(const struct reader *reader, const char *text, GError **error)
{
	const char *tab = tabs_find(text);
	if (tab == NULL)
		return true;
	size_t line = 0;
	const char *start = text;
	for (const char *c = text; c < tab; c++) {
		if (*c == '\n') {
			line++;
			start = c + 1;
		}
	}
	fail_at(error, MUSTER_ERROR_INVALID, reader, line,
		(size_t)g_utf8_pointer_to_offset(start, tab),
		"expected a space: a tab may stand only between quotes, and in JSON");
	return false;
}

bool
policy_file_parse(
	GHashTable *rules, const char *path, const void *bytes, size_t size, GError **error)
{
	if (size > POLICY_FILE_MAX) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT,
			"%s: it has %zu bytes: expected at most %d", path, size, POLICY_FILE_MAX);
		return false;
	}
	g_autofree char *text = g_strndup(bytes, size);
	const char *end = text;
	if (!g_utf8_validate_len(bytes, size, NULL)) {
		g_utf8_validate(text, -1, &end);
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"%s: expected UTF-8 without a NUL at byte %zu", path, (size_t)(end - text));
		return false;
	}
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser)) {
		g_set_error(
			error, MUSTER_ERROR, MUSTER_ERROR_IO, "%s: libyaml is out of memory", path);
		return false;
	}
	yaml_parser_set_input_string(&parser, bytes, size);
	struct reader reader = {.path = path, .rules = rules};
	bool read = read_documents(&reader, &parser, error) && check_tabs(&reader, text, error);
	yaml_parser_delete(&parser);
	return read;
}

bool
policy_file_load(GHashTable *rules, const char *path, GError **error)
{
	g_autoptr(GError) unread = NULL;
	g_autofree char *bytes = NULL;
	size_t size = 0;
	if (g_file_get_contents(path, &bytes, &size, &unread))
		return policy_file_parse(rules, path, bytes, size, error);
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO, "policy file %s: it can't be read: %s",
		path, unread->message);
	return false;
}
