/* SPDX-License-Identifier: Apache-2.0 */
/* Host commands and their results as JSON: what goes over the control socket. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#include "store/host_command.h"

/* {"command": "host", "action": "disable", "name": …, "reason": …}; a new reference. */
json_t *host_command_format(const struct host_command *command);

/* Its strings are lent by the request. MUSTER_ERROR_INVALID for what is no host command. */
bool host_command_parse(const json_t *request, struct host_command *command, GError **error);

/* "list", "disable", "enable", "remove". */
bool host_action_parse(const char *word, enum host_action *action);

/* A list of objects, of struct host_record *; a new reference. */
json_t *host_records_format(GPtrArray *hosts);
