/* SPDX-License-Identifier: Apache-2.0 */
#include "command/host_command.h"

#include "base/clock.h"
#include "base/error.h"

static const char *const actions[] = {
	[HOST_LIST] = "list",
	[HOST_DISABLE] = "disable",
	[HOST_ENABLE] = "enable",
	[HOST_REMOVE] = "remove",
};

json_t *
host_command_format(const struct host_command *command)
{
	return json_pack("{s:s, s:s, s:s?, s:s?}", "command", "host", "action",
		actions[command->action], "name", command->name, "reason", command->reason);
}

bool
host_action_parse(const char *word, enum host_action *action)
{
	for (size_t i = 0; i < G_N_ELEMENTS(actions); i++) {
		if (g_strcmp0(word, actions[i]) != 0)
			continue;
		*action = (enum host_action)i;
		return true;
	}
	return false;
}

bool
host_command_parse(const json_t *request, struct host_command *command, GError **error)
{
	*command = (struct host_command){
		.name = json_string_value(json_object_get(request, "name")),
		.reason = json_string_value(json_object_get(request, "reason")),
	};
	const char *word = json_string_value(json_object_get(request, "command"));
	const char *action = json_string_value(json_object_get(request, "action"));
	if (g_strcmp0(word, "host") == 0 && host_action_parse(action, &command->action) &&
		(command->name != NULL || command->action == HOST_LIST))
		return true;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"control socket: command %s, action %s: expected status, or host with list, "
		"disable, enable or remove, and a name",
		word == NULL ? "(none)" : word, action == NULL ? "(none)" : action);
	return false;
}

json_t *
host_records_format(GPtrArray *hosts)
{
	json_t *list = json_array();
	for (guint i = 0; i < hosts->len; i++) {
		const struct host_record *host = hosts->pdata[i];
		g_autofree char *seen = clock_format_iso(host->last_seen_up);
		json_array_append_new(
			list, json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:b, s:s?, s:b, s:s?, s:b}",
				      "host", host->name, "hypervisor_hostname",
				      host->hypervisor_hostname, "connection", host->connection,
				      "machine_uuid", host->machine_uuid, "uuid", host->uuid,
				      "disabled", host->disabled, "disabled_reason",
				      host->disabled_reason, "forced_down", host->forced_down,
				      "last_seen_up", seen, "reports", host->reports));
	}
	return list;
}
