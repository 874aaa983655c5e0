/* SPDX-License-Identifier: Apache-2.0 */
/* The table itself, by enum option; for options.c alone, which hands out its rows. */
#pragma once

#include "config/options.h"

extern const struct option_info option_table[OPTION_COUNT];
