/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/template.h"

#include <string.h>

#include "base/error.h"

enum piece_kind {
	PIECE_TEXT,
	PIECE_PROJECT_ID,
	PIECE_USER_ID,
	PIECE_UNKNOWN, /* an attribute that no target of Muster's has */
};

struct piece {
	enum piece_kind kind;
	char *text; /* of PIECE_TEXT */
};

struct template
{
	GArray *pieces; /* of struct piece */
};

static void
piece_clear(void *piece)
{
	g_free(((struct piece *)piece)->text);
}

static enum piece_kind
find_attribute(const char *name, size_t length)
{
	if (length == strlen("project_id") && strncmp(name, "project_id", length) == 0)
		return PIECE_PROJECT_ID;
	if (length == strlen("user_id") && strncmp(name, "user_id", length) == 0)
		return PIECE_USER_ID;
	return PIECE_UNKNOWN;
}

static void
add_piece(struct template *template, enum piece_kind kind, const char *text, size_t length)
{
	struct piece piece = {.kind = kind, .text = g_strndup(text, length)};
	g_array_append_val(template->pieces, piece);
}

/* Takes what begins with a percent sign; gives where it ends, or NULL. */
static const char *
parse_conversion(struct template *template, const char *percent)
{
	if (percent[1] == '%') {
		add_piece(template, PIECE_TEXT, "%", 1);
		return percent + 2;
	}
	if (percent[1] != '(')
		return NULL;
	const char *name = percent + 2;
	size_t length = strcspn(name, "()");
	if (name[length] != ')' || name[length + 1] != 's')
		return NULL;
	add_piece(template, find_attribute(name, length), name, length);
	return name + length + 2;
}

struct template *
template_parse(const char *text, size_t *at, GError **error)
{
	CLEANUP(template_free) struct template *template = g_new0(struct template, 1);
	template->pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));
	g_array_set_clear_func(template->pieces, piece_clear);

	const char *rest = text;
	while (*rest != '\0') {
		size_t plain = strcspn(rest, "%");
		if (plain > 0)
			add_piece(template, PIECE_TEXT, rest, plain);
		rest += plain;
		if (*rest == '\0')
			break;
		const char *end = parse_conversion(template, rest);
		if (end == NULL) {
			*at = (size_t)(rest - text);
			g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
				"expected %%(NAME)s or %%%% where \"%s\" stands", rest);
			return NULL;
		}
		rest = end;
	}
	return g_steal_pointer(&template);
}

void
template_free(struct template *template)
{
	g_array_unref(template->pieces);
	g_free(template);
}

/* What follows the prefix in a text; NULL where it does not begin with it. */
static const char *
skip_prefix(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);
	return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

static const char *
skip_prefix_any_case(const char *text, const char *prefix)
{
	const char *same = skip_prefix(text, prefix); /* nearly always */
	if (same != NULL)
		return same;
	for (; *prefix != '\0'; prefix = g_utf8_next_char(prefix)) {
		gunichar wanted = g_unichar_tolower(g_utf8_get_char(prefix));
		if (*text == '\0' || g_unichar_tolower(g_utf8_get_char(text)) != wanted)
			return NULL;
		text = g_utf8_next_char(text);
	}
	return text;
}

/* What a piece stands for; NULL where the target lacks it. */
static const char *
get_text(const struct piece *piece, const struct policy_target *target)
{
	switch (piece->kind) {
	case PIECE_TEXT:
		return piece->text;
	case PIECE_PROJECT_ID:
		return target->project_id;
	case PIECE_USER_ID:
		return target->user_id;
	case PIECE_UNKNOWN:
		break;
	}
	return NULL;
}

static bool
matches(const struct template *template, const struct policy_target *target, const char *text,
	const char *(*skip)(const char *text, const char *prefix))
{
	for (guint i = 0; i < template->pieces->len && text != NULL; i++) {
		const struct piece *piece = &g_array_index(template->pieces, struct piece, i);
		const char *wanted = get_text(piece, target);
		text = wanted == NULL ? NULL : skip(text, wanted);
	}
	return text != NULL && *text == '\0';
}

bool
template_matches(
	const struct template *template, const struct policy_target *target, const char *text)
{
	return matches(template, target, text, skip_prefix);
}

bool
template_matches_any_case(
	const struct template *template, const struct policy_target *target, const char *text)
{
	return matches(template, target, text, skip_prefix_any_case);
}

bool
template_can_fill(const struct template *template, const struct policy_target *target)
{
	for (guint i = 0; i < template->pieces->len; i++)
		if (get_text(&g_array_index(template->pieces, struct piece, i), target) == NULL)
			return false;
	return true;
}
