/* SPDX-License-Identifier: Apache-2.0 */
/* The policy that the configuration names: for every subcommand that needs one. */
#pragma once

#include <glib.h>

#include "command/settings.h"
#include "policy/policy.h"

/* Opens it as [oslo_policy] says. A relative name is sought in the directories of the configuration
 * files, the last one's first; in /etc/nova where one of them is a nova.conf; and in /etc/muster.
 * Errors are policy_open()'s. */
struct policy *policy_settings_open(const struct settings *settings, GError **error);
