/* SPDX-License-Identifier: Apache-2.0 */
#include "api/query.h"

#include <string.h>

#include "api/percent.h"
#include "base/error.h"

#define HOSTNAME_MAX 255 /* characters: nova's parameter_types.hostname */
#define PARAMETERS_MAX                                                                             \
	128 /* all operations together know six; looking through them is quadratic                 \
	     */

static const char *const truths[] = {
	"True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes"};
static const char *const untruths[] = {
	"False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no"};

struct parameter {
	char *name;
	char *value;
};

struct query {
	GArray *parameters; /* struct parameter, in the order sent; NULL: none */
};

static void
parameter_clear(struct parameter *parameter)
{
	g_free(parameter->name);
	g_free(parameter->value);
}

void
query_free(struct query *query)
{
	g_clear_pointer(&query->parameters, g_array_unref);
	g_free(query);
}

static guint
count(const struct query *query)
{
	return query->parameters == NULL ? 0 : query->parameters->len;
}

static const struct parameter *
get(const struct query *query, guint at)
{
	return &g_array_index(query->parameters, struct parameter, at);
}

/* A text as Python's repr() shows it: Nova's messages quote values so. */
static char *
quote(const char *text)
{
	char mark = strchr(text, '\'') != NULL && strchr(text, '"') == NULL ? '"' : '\'';
	GString *quoted = g_string_new(NULL);
	g_string_append_c(quoted, mark);
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == mark || *c == '\\')
			g_string_append_c(quoted, '\\');
		g_string_append_c(quoted, *c);
	}
	g_string_append_c(quoted, mark);
	return g_string_free(quoted, FALSE);
}

static bool
is_one_of(const char *value, const char *const *words, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (g_str_equal(value, words[i]))
			return true;
	return false;
}

/* What is wrong with a value, in the words of Python's jsonschema; NULL: nothing. */
static char *
find_fault(enum query_kind kind, const char *value)
{
	g_autofree char *quoted = quote(value);
	switch (kind) {
	case QUERY_STRING:
		return NULL;
	case QUERY_COUNT:
		if (*value == '\0')
			return g_strdup_printf("%s is too short", quoted);
		if (value[strspn(value, "0123456789")] != '\0')
			return g_strdup_printf("%s does not match '^[0-9]*$'", quoted);
		return NULL;
	case QUERY_HOSTNAME:
		if (*value == '\0')
			return g_strdup_printf("%s is too short", quoted);
		if (g_utf8_strlen(value, -1) > HOSTNAME_MAX)
			return g_strdup_printf("%s is too long", quoted);
		for (const char *c = value; *c != '\0'; c++)
			if (!g_ascii_isalnum(*c) && strchr("-._", *c) == NULL)
				return g_strdup_printf(
					"%s does not match '^[a-zA-Z0-9-._]*$'", quoted);
		return NULL;
	case QUERY_BOOLEAN:
		if (is_one_of(value, truths, G_N_ELEMENTS(truths)) ||
			is_one_of(value, untruths, G_N_ELEMENTS(untruths)))
			return NULL;
		return g_strdup_printf(
			"%s is not one of [True, 'True', 'TRUE', 'true', '1', 'ON', 'On', "
			"'on', 'YES', 'Yes', 'yes', False, 'False', 'FALSE', 'false', "
			"'0', 'OFF', 'Off', 'off', 'NO', 'No', 'no']",
			quoted);
	}
	g_assert_not_reached();
}

static bool
refuse(const char *name, const char *value, const char *why, GError **error)
{
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"Invalid input for query parameters %s. Value: %s. %s", name, value, why);
	return false;
}

static char *
decode(char *raw, GError **error)
{
	g_strdelimit(raw, "+", ' '); /* as in a form */
	return percent_decode(raw, "query", error);
}

static bool
split(struct query *query, const char *raw, GError **error)
{
	query->parameters = g_array_new(FALSE, FALSE, sizeof(struct parameter));
	g_array_set_clear_func(query->parameters, (GDestroyNotify)parameter_clear);
	g_auto(GStrv) pairs = g_strsplit(raw, "&", -1);
	for (char **pair = pairs; *pair != NULL; pair++) {
		if (**pair == '\0')
			continue;
		if (count(query) == PARAMETERS_MAX) {
			g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
				"The query has more than %d parameters.", PARAMETERS_MAX);
			return false;
		}
		g_auto(GStrv) sides = g_strsplit(*pair, "=", 2);
		g_autofree char *name = decode(sides[0], error);
		if (name == NULL)
			return false;
		char *value = sides[1] == NULL ? g_strdup("") : decode(sides[1], error);
		if (value == NULL)
			return false;
		struct parameter parameter = {g_steal_pointer(&name), value};
		g_array_append_val(query->parameters, parameter);
	}
	return true;
}

static bool
check_known(const struct query *query, const struct query_schema *schema,
	const struct query_parameter *known, GError **error)
{
	g_autoptr(GString) values = g_string_new("[");
	unsigned times = 0;
	for (guint i = 0; i < count(query); i++) {
		const struct parameter *parameter = get(query, i);
		if (!g_str_equal(parameter->name, known->name))
			continue;
		g_autofree char *quoted = quote(parameter->value);
		g_string_append_printf(values, "%s%s", times++ > 0 ? ", " : "", quoted);
	}
	g_string_append_c(values, ']');
	if (times > 1 && !schema->repeats) {
		g_autofree char *why = g_strdup_printf("%s is too long", values->str);
		return refuse(known->name, values->str, why, error);
	}
	for (guint i = 0; i < count(query); i++) {
		const struct parameter *parameter = get(query, i);
		if (!g_str_equal(parameter->name, known->name))
			continue;
		g_autofree char *why = find_fault(known->kind, parameter->value);
		if (why != NULL)
			return refuse(known->name, parameter->value, why, error);
	}
	return true;
}

static bool
knows(const struct query_schema *schema, const char *name)
{
	for (unsigned i = 0; i < schema->size; i++)
		if (g_str_equal(schema->parameters[i].name, name))
			return true;
	return false;
}

static int
compare_names(const void *a, const void *b)
{
	return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

/* Drops what the schema does not know, or refuses it. */
static bool
check_others(struct query *query, const struct query_schema *schema, GError **error)
{
	g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(g_free);
	for (guint i = count(query); i-- > 0;) {
		const char *name = get(query, i)->name;
		if (knows(schema, name))
			continue;
		g_autofree char *quoted = quote(name);
		if (!g_ptr_array_find_with_equal_func(others, quoted, g_str_equal, NULL))
			g_ptr_array_add(others, g_steal_pointer(&quoted));
		g_array_remove_index(query->parameters, i);
	}
	if (others->len == 0 || schema->passes_others)
		return true;

	g_ptr_array_sort(others, compare_names);
	bool several = others->len > 1;
	g_ptr_array_add(others, NULL);
	g_autofree char *list = g_strjoinv(", ", (char **)others->pdata);
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"Additional properties are not allowed (%s %s unexpected)", list,
		several ? "were" : "was");
	return false;
}

struct query *
query_parse(const char *raw, const struct query_schema *schema, GError **error)
{
	static const struct query_schema none = {.passes_others = true};
	if (schema == NULL)
		schema = &none;
	CLEANUP(query_free) struct query *query = g_new0(struct query, 1);
	if (raw == NULL)
		return g_steal_pointer(&query);
	if (!split(query, raw, error))
		return NULL;
	for (unsigned i = 0; i < schema->size; i++)
		if (!check_known(query, schema, &schema->parameters[i], error))
			return NULL;
	if (!check_others(query, schema, error))
		return NULL;
	return g_steal_pointer(&query);
}

const char *
query_get(const struct query *query, const char *name)
{
	for (guint i = count(query); i-- > 0;) /* the last counts */
		if (g_str_equal(get(query, i)->name, name))
			return get(query, i)->value;
	return NULL;
}

bool
query_get_boolean(const struct query *query, const char *name)
{
	const char *value = query_get(query, name);
	return value != NULL && is_one_of(value, truths, G_N_ELEMENTS(truths));
}

/* As a form has it: unreserved characters stay, a space is '+'. */
static void
append_encoded(GString *text, const char *part)
{
	g_autofree char *encoded = g_uri_escape_string(part, " ", FALSE);
	g_strdelimit(encoded, " ", '+');
	g_string_append(text, encoded);
}

static void
append_pair(GString *text, const char *name, const char *value)
{
	if (text->len > 0)
		g_string_append_c(text, '&');
	append_encoded(text, name);
	g_string_append_c(text, '=');
	append_encoded(text, value);
}

static int
compare_parameters(const void *left, const void *right)
{
	const struct parameter *a = left, *b = right;
	int order = strcmp(a->name, b->name);
	return order != 0 ? order : strcmp(a->value, b->value);
}

/* Nova sorts the pairs; of one name it keeps the last of them (nova/api/openstack/common.py,
 * _get_next_link()). */
char *
query_format_next(const struct query *query, const char *marker, bool asked_by_marker)
{
	g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(struct parameter));
	struct parameter next = {.name = (char *)"marker", .value = (char *)marker};
	for (guint i = 0; i < count(query); i++)
		if (!g_str_equal(get(query, i)->name, next.name))
			g_array_append_val(sorted, *get(query, i));
	if (asked_by_marker)
		g_array_append_val(sorted, next);
	g_array_sort(sorted, compare_parameters);
	if (!asked_by_marker)
		g_array_append_val(sorted, next);

	GString *text = g_string_new(NULL);
	for (guint i = 0; i < sorted->len; i++) {
		const struct parameter *one = &g_array_index(sorted, struct parameter, i);
		bool last = i + 1 == sorted->len || !g_str_equal(one[0].name, one[1].name);
		if (last)
			append_pair(text, one->name, one->value);
	}
	return g_string_free(text, FALSE);
}
