/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON writer: appends values to a GString, escaped by RFC 8259. The one
 * place where JSON is printed by hand, for the fragments and answers; whatever
 * is read goes through Jansson.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/nullable.h"

/* A string with its quotes; null for NULL. Invalid UTF-8 becomes U+FFFD. */
void json_append_string(GString *json, const char *text);
void json_append_integer(GString *json, int64_t value);

/* Members: `"name": value`. A comma goes before it unless an object was just opened. The
 * name is static and needs no escape. */
void json_append_name(GString *json, const char *name);
void json_append_string_member(GString *json, const char *name, const char *text);
void json_append_integer_member(GString *json, const char *name, int64_t value);
void json_append_nullable_member(GString *json, const char *name, struct nullable value);
void json_append_boolean_member(GString *json, const char *name, bool value);
/* A comma unless the list or object was just opened: before an element. */
void json_append_comma(GString *json);
