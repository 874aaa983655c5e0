/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL's LIKE '%pattern%', as Nova's searches by hostname use it: '_' stands for
 * one character, '%' for any number, and the case of ASCII letters does not
 * matter. There is no escape character (SQLite's default).
 */
#pragma once

#include <stdbool.h>

/* Both are valid UTF-8. */
bool like_contains(const char *text, const char *pattern);
