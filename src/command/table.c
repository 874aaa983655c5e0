/* SPDX-License-Identifier: Apache-2.0 */
#include "command/table.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

/* A text that comes from a host, for a terminal: its control characters are shown as spaces. */
static char *
format_text(const char *text)
{
	char *shown = g_strdup(text);
	for (char *c = shown; *c != '\0'; c++)
		if (g_ascii_iscntrl(*c))
			*c = ' ';
	return shown;
}

static char *
format_value(const json_t *value)
{
	if (json_is_string(value))
		return format_text(json_string_value(value));
	if (json_is_boolean(value))
		return g_strdup(json_is_true(value) ? "yes" : "no");
	if (json_is_integer(value))
		return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	if (json_is_real(value))
		return g_strdup_printf("%.1f", json_real_value(value));
	return g_strdup("-");
}

/* Writes the cell and fills it up to the width; the last of a line is not filled up. */
static void
print_cell(const char *text, glong width, bool last)
{
	glong length = g_utf8_strlen(text, -1);
	fputs(text, stdout);
	if (last)
		putchar('\n');
	else
		printf("%*s", (int)(width - length) + 2, "");
}

void
table_print(const json_t *rows, const struct table_column *columns, size_t size)
{
	g_autofree glong *widths = g_new(glong, size);
	for (size_t column = 0; column < size; column++) {
		widths[column] = g_utf8_strlen(columns[column].title, -1);
		for (size_t i = 0; i < json_array_size(rows); i++) {
			const json_t *row = json_array_get(rows, i);
			g_autofree char *text =
				format_value(json_object_get(row, columns[column].key));
			widths[column] = MAX(widths[column], g_utf8_strlen(text, -1));
		}
	}
	for (size_t column = 0; column < size; column++)
		print_cell(columns[column].title, widths[column], column + 1 == size);
	for (size_t i = 0; i < json_array_size(rows); i++)
		for (size_t column = 0; column < size; column++) {
			const json_t *row = json_array_get(rows, i);
			g_autofree char *text =
				format_value(json_object_get(row, columns[column].key));
			print_cell(text, widths[column], column + 1 == size);
		}
}
