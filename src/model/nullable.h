/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An integer that may be unknown: SQL's NULL, JSON's null. What could not be
 * read is unknown, never zero.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct nullable {
	bool known;
	int64_t value; /* 0 where unknown */
};

#define NULLABLE_UNKNOWN ((struct nullable){false, 0})
#define NULLABLE(v) ((struct nullable){true, (v)})
