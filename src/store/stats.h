/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The column `stats` of Nova's compute_nodes: a JSON object with some twenty counts, of
 * which the uptime alone is wanted. It is read as a series of events: a tree of it, for each of
 * 100,000 nodes, was a quarter of a start (docs/decisions/start.md).
 */
#pragma once

#include <stdbool.h>

/* Whether the object has the key "uptime"; false also where the text is NULL or no JSON. *uptime:
 * its value, to be freed by the caller; NULL where that is not a text. Of a key that comes
 * twice the last counts, as in Python. */
bool stats_read_uptime(const char *stats, char **uptime);
