/* SPDX-License-Identifier: Apache-2.0 */
/* Tabs between YAML's tokens: libyaml passes them over, PyYAML does not. */
#pragma once

#include <stddef.h>

/*
 * The first tab for which PyYAML, and so Nova, refuses a text, lent; NULL where there is none. It
 * may stand in quotes, in a block and in a comment. A text in braces counts as JSON, in which any
 * tab may stand.
 */
const char *tabs_find(const char *text);
