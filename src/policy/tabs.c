/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/tabs.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <yaml.h>

struct walk {
	const char *at;
	size_t index; /* in characters, as libyaml counts */
};

/* Walks on to the index; gives a tab on the way that is in no comment. */
static const char *
walk_to(struct walk *walk, size_t index)
{
	const char *tab = NULL;
	bool in_comment = false;
	for (; walk->index < index && *walk->at != '\0'; walk->index++) {
		if (*walk->at == '\n')
			in_comment = false;
		else if (*walk->at == '#')
			in_comment = true;
		else if (*walk->at == '\t' && !in_comment && tab == NULL)
			tab = walk->at;
		walk->at = g_utf8_next_char(walk->at);
	}
	return tab;
}

/* What is wrong before or in one token. */
static const char *
find_in_token(struct walk *walk, const yaml_token_t *token)
{
	const char *before = walk_to(walk, token->start_mark.index);
	const char *within = walk_to(walk, token->end_mark.index);
	if (before != NULL)
		return before;
	bool plain = token->type == YAML_SCALAR_TOKEN &&
		     token->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return plain ? within : NULL;
}

const char *
tabs_find(const char *text)
{
	yaml_parser_t scanner;
	if (strchr(text, '\t') == NULL || !yaml_parser_initialize(&scanner))
		return NULL;
	yaml_parser_set_input_string(&scanner, (const unsigned char *)text, strlen(text));
	/* A byte order mark is no character to libyaml. */
	struct walk walk = {.at = g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text};
	const char *tab = NULL;
	bool ended = false;
	for (bool begun = false; !ended && tab == NULL;) {
		yaml_token_t token;
		/* What cannot be scanned is told by who reads it. */
		if (!yaml_parser_scan(&scanner, &token))
			break;
		bool braces = !begun && token.type == YAML_FLOW_MAPPING_START_TOKEN;
		begun = begun || token.type != YAML_STREAM_START_TOKEN;
		ended = braces || token.type == YAML_STREAM_END_TOKEN;
		if (!braces)
			tab = find_in_token(&walk, &token);
		yaml_token_delete(&token);
	}
	yaml_parser_delete(&scanner);
	return tab;
}
