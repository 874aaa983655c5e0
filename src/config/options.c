/* SPDX-License-Identifier: Apache-2.0 */
#include "config/options.h"

#include <glib.h>
#include <string.h>

#include "config/option_table.h"

#define NEAREST_DISTANCE_MAX 3 /* letters wrong in a misspelt name */
#define NEAREST_NAME_MAX 64    /* bytes: no option has a longer name */

const struct option_info *
option_get_info(enum option option)
{
	return &option_table[option];
}

enum option
option_find(const char *section, const char *name)
{
	enum option option = 0;
	while (option < OPTION_COUNT &&
		!(g_ascii_strcasecmp(option_table[option].section, section) == 0 &&
			g_str_equal(option_table[option].name, name)))
		option++;
	return option;
}

/* Levenshtein's distance: letters to put in, take out or exchange. Row i holds the distances
 * of a's first i bytes to each beginning of b. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[NEAREST_NAME_MAX + 1];
	size_t length = strlen(b);
	for (size_t j = 0; j <= length; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		unsigned diagonal = row[0]++;
		for (size_t j = 0; j < length; j++) {
			unsigned exchange = diagonal + (a[i] != b[j]);
			diagonal = row[j + 1];
			row[j + 1] = MIN(exchange, MIN(row[j], diagonal) + 1);
		}
	}
	return row[length];
}

enum option
option_find_nearest(const char *name)
{
	enum option nearest = OPTION_COUNT;
	size_t length = strlen(name);
	if (length > NEAREST_NAME_MAX)
		return nearest;
	/* In a short name half the letters are enough to mean another. */
	unsigned least = MIN(NEAREST_DISTANCE_MAX, (unsigned)length / 2) + 1;
	for (enum option option = 0; option < OPTION_COUNT; option++) {
		unsigned letters = distance(option_table[option].name, name);
		if (letters < least) {
			least = letters;
			nearest = option;
		}
	}
	return nearest;
}
