/* SPDX-License-Identifier: Apache-2.0 */
/* Which policy files there are at this moment. */
#pragma once

#include <glib.h>

#include "policy/policy.h"

struct search {
	GStrv paths;       /* in the order in which they are read: later rules win */
	char *fingerprint; /* another one: other files, or one has changed */
};

/* Looks for the files that the options name, as oslo.config's find_file() and oslo.policy do: what
 * is missing is passed over. MUSTER_ERROR_IO for a directory that cannot be read. */
struct search *search_run(const struct policy_options *options, GError **error);
void search_free(struct search *search);
CLEANUP_DEFINE(struct search, search_free)
