/* SPDX-License-Identifier: Apache-2.0 */
#include "store/binding.h"

#include "store/statement.h"

#define SELECT_BINDING                                                                             \
	"SELECT m.id, m.connection, m.service_id, m.node_id, s.uuid, s.host, "                     \
	"n.hypervisor_hostname FROM muster_hosts m "                                               \
	"JOIN services s ON s.id = m.service_id JOIN compute_nodes n ON n.id = m.node_id WHERE "

/* Fills the binding where the statement finds a row. */
static bool
look_up(const struct batch *batch, const char *sql, const char *key, struct binding *binding,
	GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(batch->database, sql, VALUES(value_text(key)));
	if (statement_next(row))
		*binding = (struct binding){
			.id = statement_get_integer(row, 0).value,
			.connection = g_strdup(statement_get_text(row, 1)),
			.service_id = statement_get_integer(row, 2).value,
			.node_id = statement_get_integer(row, 3).value,
			.service_uuid = g_strdup(statement_get_text(row, 4)),
			.host = g_strdup(statement_get_text(row, 5)),
			.nodename = g_strdup(statement_get_text(row, 6)),
		};
	return statement_check(row, error);
}

struct binding *
binding_find(const struct batch *batch, const struct report *report, GError **error)
{
	CLEANUP(binding_free) struct binding *binding = g_new0(struct binding, 1);
	if (report->machine_uuid != NULL && !look_up(batch, SELECT_BINDING "m.machine_uuid = ?1",
						    report->machine_uuid, binding, error))
		return NULL;
	if (binding->id == 0 && !look_up(batch, SELECT_BINDING "m.connection = ?1",
					report->connection, binding, error))
		return NULL;
	return g_steal_pointer(&binding);
}

void
binding_free(struct binding *binding)
{
	g_free(binding->connection);
	g_free(binding->service_uuid);
	g_free(binding->host);
	g_free(binding->nodename);
	g_free(binding);
}

static bool
insert(const struct batch *batch, struct binding *binding, const struct report *report,
	GError **error)
{
	if (!statement_run(batch->database,
		    "INSERT INTO muster_hosts (connection, machine_uuid, service_id, node_id) "
		    "VALUES (?1, ?2, ?3, ?4)",
		    VALUES(value_text(report->connection), value_text(report->machine_uuid),
			    value_integer(binding->service_id), value_integer(binding->node_id)),
		    error))
		return false;
	binding->id = statement_get_new_id(batch->database);
	return true;
}

bool
binding_write(const struct batch *batch, struct binding *binding, const struct report *report,
	GError **error)
{
	if (!statement_run(batch->database,
		    "UPDATE muster_hosts SET connection = NULL WHERE connection = ?1 AND id <> ?2",
		    VALUES(value_text(report->connection), value_integer(binding->id)), error))
		return false;
	if (binding->id == 0)
		return insert(batch, binding, report, error);
	return statement_run(batch->database,
		"UPDATE muster_hosts SET connection = ?1, "
		"machine_uuid = COALESCE(?2, machine_uuid) WHERE id = ?3",
		VALUES(value_text(report->connection), value_text(report->machine_uuid),
			value_integer(binding->id)),
		error);
}
