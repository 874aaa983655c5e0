/* SPDX-License-Identifier: Apache-2.0 */
#include "store/commands.h"

#include "base/clock.h"
#include "base/error.h"
#include "store/guests.h"
#include "store/row.h"

/* The rows behind a record. */
struct ids {
	int64_t host;
	int64_t service;
	int64_t node;
};

static void
free_record(struct host_record *record)
{
	g_free(record->name);
	g_free(record->hypervisor_hostname);
	g_free(record->connection);
	g_free(record->machine_uuid);
	g_free(record->uuid);
	g_free(record->disabled_reason);
	g_free(record);
}

static struct host_record *
make_record(const struct batch *batch, struct statement *row)
{
	struct host_record *record = g_new(struct host_record, 1);
	*record = (struct host_record){
		.name = g_strdup(statement_get_text(row, 3)),
		.hypervisor_hostname = g_strdup(statement_get_text(row, 4)),
		.connection = g_strdup(statement_get_text(row, 5)),
		.machine_uuid = g_strdup(statement_get_text(row, 6)),
		.uuid = g_strdup(statement_get_text(row, 7)),
		.disabled = statement_get_integer(row, 8).value != 0,
		.disabled_reason = g_strdup(statement_get_text(row, 9)),
		.forced_down = statement_get_integer(row, 10).value != 0,
		.last_seen_up = statement_get_moment(row, 11),
	};
	record->reports = record->last_seen_up != CLOCK_UNKNOWN &&
			  batch->now - record->last_seen_up <= batch->down_time;
	return record;
}

/* The ids of the hosts of which the name ?1 is that of the host, the uuid, the connection or the
 * hypervisor's hostname, each found by an index: a cloud may have 100,000 hosts. Nova has none on
 * hypervisor_hostname alone, but on host before it, which is the same or goes on with a '-'
 * (choose_name() in host_rows.c): ?2 and ?3 are the bounds of what goes on so. */
#define NAMED                                                                                      \
	"(SELECT m.id FROM services s JOIN muster_hosts m ON m.service_id = s.id "                 \
	"WHERE s.host = ?1 "                                                                       \
	"UNION SELECT m.id FROM compute_nodes n JOIN muster_hosts m ON m.node_id = n.id "          \
	"WHERE n.uuid = ?1 "                                                                       \
	"UNION SELECT m.id FROM muster_hosts m WHERE m.connection = ?1 "                           \
	"UNION SELECT m.id FROM compute_nodes n JOIN muster_hosts m ON m.node_id = n.id "          \
	"WHERE n.host > ?2 AND n.host < ?3 AND n.hypervisor_hostname = ?1)"

/* What only rows that were changed by hand need: a walk over all. */
#define NAMED_BY_HAND                                                                              \
	"(SELECT m.id FROM compute_nodes n JOIN muster_hosts m ON m.node_id = n.id "               \
	"WHERE n.hypervisor_hostname = ?1)"

#define SELECT_RECORDS(IDS)                                                                        \
	"SELECT m.id, s.id, n.id, s.host, n.hypervisor_hostname, m.connection, m.machine_uuid, "   \
	"n.uuid, s.disabled, s.disabled_reason, s.forced_down, s.last_seen_up FROM " IDS           \
	" ids JOIN muster_hosts m ON m.id = ids.id JOIN services s ON s.id = m.service_id "        \
	"JOIN compute_nodes n ON n.id = m.node_id ORDER BY n.id"

/* Takes the statement. *ids are those of the last record. */
static GPtrArray *
read_records(const struct batch *batch, struct statement *taken, struct ids *ids, GError **error)
{
	CLEANUP(statement_free) struct statement *row = taken;
	g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)free_record);
	while (statement_next(row)) {
		*ids = (struct ids){
			.host = statement_get_integer(row, 0).value,
			.service = statement_get_integer(row, 1).value,
			.node = statement_get_integer(row, 2).value,
		};
		g_ptr_array_add(records, make_record(batch, row));
	}
	return statement_check(row, error) ? g_steal_pointer(&records) : NULL;
}

static GPtrArray *
select_all(const struct batch *batch, GError **error)
{
	struct ids ids;
	return read_records(batch,
		statement_new(batch->database, SELECT_RECORDS("muster_hosts"), NULL, 0), &ids,
		error);
}

static GPtrArray *
select_named(const struct batch *batch, const char *name, struct ids *ids, GError **error)
{
	g_autofree char *from = g_strconcat(name, "-", NULL);
	g_autofree char *to = g_strconcat(name, ".", NULL); /* the character after '-' */
	g_autoptr(GPtrArray) records = read_records(batch,
		statement_new(batch->database, SELECT_RECORDS(NAMED),
			VALUES(value_text(name), value_text(from), value_text(to))),
		ids, error);
	if (records == NULL || records->len > 0)
		return g_steal_pointer(&records);
	return read_records(batch,
		statement_new(
			batch->database, SELECT_RECORDS(NAMED_BY_HAND), VALUES(value_text(name))),
		ids, error);
}

static bool
check_one(const char *name, GPtrArray *records, GError **error)
{
	if (records->len == 1)
		return true;
	if (records->len == 0) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND,
			"no host is named '%s': expected a host, a hypervisor's hostname or uuid, "
			"or a connection, as listed",
			name);
		return false;
	}
	g_autoptr(GString) names = g_string_new(NULL);
	for (guint i = 0; i < records->len; i++) {
		const struct host_record *record = records->pdata[i];
		g_string_append_printf(
			names, "%s%s (%s)", i == 0 ? "" : ", ", record->name, record->uuid);
	}
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
		"'%s' names several hosts: %s: expected one of their uuids", name, names->str);
	return false;
}

static bool
set_disabled(const struct batch *batch, int64_t service_id, bool disabled, const char *reason,
	GError **error)
{
	const struct column columns[] = {
		{"disabled", value_integer(disabled)},
		{"disabled_reason", value_text(reason)},
	};
	struct row row = {"services", service_id, columns, G_N_ELEMENTS(columns)};
	bool changed;
	return row_update(batch->database, &row, batch->stamp, &changed, error);
}

static bool
remove_host(const struct batch *batch, const struct ids *ids, GError **error)
{
	return guests_forget(batch, ids->host, error) &&
	       statement_run(batch->database, "DELETE FROM muster_hosts WHERE id = ?1",
		       VALUES(value_integer(ids->host)), error) &&
	       row_delete(batch->database, "services", ids->service, batch->stamp, error) &&
	       row_delete(batch->database, "compute_nodes", ids->node, batch->stamp, error);
}

static bool
change(const struct batch *batch, const struct host_command *command, const struct ids *ids,
	GError **error)
{
	switch (command->action) {
	case HOST_LIST:
		return true;
	case HOST_DISABLE:
		return set_disabled(batch, ids->service, true, command->reason, error);
	case HOST_ENABLE:
		return set_disabled(batch, ids->service, false, NULL, error);
	case HOST_REMOVE:
		return remove_host(batch, ids, error);
	}
	g_assert_not_reached();
}

static GPtrArray *
obey(const struct batch *batch, const struct host_command *command, GError **error)
{
	if (command->action == HOST_LIST)
		return select_all(batch, error);

	struct ids ids = {0};
	g_autoptr(GPtrArray) before = select_named(batch, command->name, &ids, error);
	if (before == NULL || !check_one(command->name, before, error) ||
		!change(batch, command, &ids, error))
		return NULL;
	const struct host_record *record = before->pdata[0];
	batch_mark(batch, record->name);
	if (command->action == HOST_REMOVE)
		return g_steal_pointer(&before);
	return select_named(batch, command->name, &ids, error);
}

struct order {
	const struct batch *batch;
	const struct host_command *command;
	GPtrArray *records; /* NULL: not obeyed */
};

static bool
try_to_obey(void *data, GError **error)
{
	struct order *order = data;
	g_clear_pointer(&order->records, g_ptr_array_unref);
	order->records = obey(order->batch, order->command, error);
	return order->records != NULL;
}

GPtrArray *
commands_run(const struct batch *batch, const struct host_command *command, GError **error)
{
	struct order order = {batch, command, NULL};
	bool reads = command->action == HOST_LIST; /* also while another process writes */
	if (!(reads ? database_read : database_write)(batch->database, try_to_obey, &order, error))
		g_clear_pointer(&order.records, g_ptr_array_unref);
	return order.records;
}
