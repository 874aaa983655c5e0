/* SPDX-License-Identifier: Apache-2.0 */
/* Prints lists of JSON objects for people: a line each, in columns. */
#pragma once

#include <jansson.h>
#include <stddef.h>

struct table_column {
	const char *title;
	const char *key;
};

/* A value that is null or missing is printed as "-". */
void table_print(const json_t *rows, const struct table_column *columns, size_t size);
