/* SPDX-License-Identifier: Apache-2.0 */
#include "store/guests.h"

#include "base/clock.h"
#include "store/row.h"

/* nova/compute/power_state.py and vm_states.py. Nova stops an instance whose guest has
 * crashed (nova/compute/manager.py, _sync_instance_power_state). */
static const struct {
	const char *vm_state;
	int power_state;
} states[] = {
	[GUEST_RUNNING] = {"active", 1},
	[GUEST_PAUSED] = {"paused", 3},
	[GUEST_SHUTDOWN] = {"stopped", 4},
	[GUEST_CRASHED] = {"stopped", 6},
	[GUEST_SUSPENDED] = {"suspended", 7},
};

/* Adds to `uuids` what the host has but does not own: the owner's word may have grown old. */
static bool
add_unowned(
	const struct batch *batch, const struct binding *binding, GHashTable *uuids, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(batch->database,
		"SELECT g.uuid FROM muster_guests g LEFT JOIN instances i ON i.uuid = g.uuid "
		"WHERE g.host_id = ?1 "
		"AND (COALESCE(i.deleted, 1) <> 0 OR COALESCE(i.host, '') <> ?2)",
		VALUES(value_integer(binding->id), value_text(binding->host)));
	while (statement_next(row))
		g_hash_table_add(uuids, g_strdup(statement_get_text(row, 0)));
	return statement_check(row, error);
}

/* The uuids of which the host has given its word. */
static GHashTable *
read_known(const struct batch *batch, int64_t host_id, GError **error)
{
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	CLEANUP(statement_free)
	struct statement *row =
		statement_new(batch->database, "SELECT uuid FROM muster_guests WHERE host_id = ?1",
			VALUES(value_integer(host_id)));
	while (statement_next(row))
		g_hash_table_add(known, g_strdup(statement_get_text(row, 0)));
	return statement_check(row, error) ? g_steal_pointer(&known) : NULL;
}

/* Notes the word on one domain, known or new, and in `touched` that it is news. */
static bool
note(const struct batch *batch, int64_t host_id, const struct guest *guest, bool known,
	GHashTable *touched, GError **error)
{
	const char *sql =
		known ? "UPDATE muster_guests SET name = ?3, vm_state = ?4, power_state = ?5, "
			"active = ?6, vcpus = ?7, memory_mb = ?8 WHERE uuid = ?1 AND host_id = ?2 "
			"AND (name <> ?3 OR vm_state <> ?4 OR power_state <> ?5 OR vcpus <> ?7 "
			"OR memory_mb <> ?8)"
		      : "INSERT INTO muster_guests (uuid, host_id, name, vm_state, power_state, "
			"active, vcpus, memory_mb) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
	if (!statement_run(batch->database, sql,
		    VALUES(value_text(guest->uuid), value_integer(host_id), value_text(guest->name),
			    value_text(states[guest->state].vm_state),
			    value_integer(states[guest->state].power_state),
			    value_integer(guest_is_active(guest)), value_integer(guest->vcpus),
			    value_integer(guest->memory_mb)),
		    error))
		return false;
	if (statement_count_changes(batch->database) > 0)
		g_hash_table_add(touched, g_strdup(guest->uuid));
	return true;
}

static bool
drop(const struct batch *batch, int64_t host_id, const char *uuid, GError **error)
{
	return statement_run(batch->database,
		"DELETE FROM muster_guests WHERE uuid = ?1 AND host_id = ?2",
		VALUES(value_text(uuid), value_integer(host_id)), error);
}

/* The row of instances as it is; id 0: there is none. */
struct instance {
	int64_t id;
	bool live;
	char *host;
};

static bool
find_instance(
	const struct batch *batch, const char *uuid, struct instance *instance, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(batch->database,
		"SELECT id, deleted, host FROM instances WHERE uuid = ?1",
		VALUES(value_text(uuid)));
	if (statement_next(row)) {
		instance->id = statement_get_integer(row, 0).value;
		instance->live = statement_get_integer(row, 1).value == 0;
		instance->host = g_strdup(statement_get_text(row, 2));
	}
	return statement_check(row, error);
}

static bool
delete_instance(const struct batch *batch, const struct instance *instance, GError **error)
{
	if (!instance->live)
		return true;
	batch_mark(batch, instance->host);
	return row_delete(batch->database, "instances", instance->id, batch->stamp, error);
}

/* Writes the owner's word, a row of settle()'s statement, into the instance. */
static bool
write_instance(const struct batch *batch, const char *uuid, struct statement *owner,
	const struct instance *instance, GError **error)
{
	const char *host = statement_get_text(owner, 0);
	const char *name = statement_get_text(owner, 2);
	const struct column columns[] = {
		{"host", value_text(host)},
		{"node", value_text(statement_get_text(owner, 1))},
		{"display_name", value_text(name)},
		{"hostname", value_text(name)},
		{"vm_state", value_text(statement_get_text(owner, 3))},
		{"power_state", value_nullable(statement_get_integer(owner, 4))},
		{"vcpus", value_nullable(statement_get_integer(owner, 5))},
		{"memory_mb", value_nullable(statement_get_integer(owner, 6))},
		{"deleted", value_integer(0)},
		{"deleted_at", value_text(NULL)},
		/* What only a new row gets: the rest of what Nova never leaves NULL. */
		{"uuid", value_text(uuid)},
		{"created_at", value_text(batch->stamp)},
		{"cleaned", value_integer(0)},
		{"hidden", value_integer(0)},
		{"locked", value_integer(0)},
	};
	const size_t kept = 5;
	struct row row = {"instances", instance->id, columns, G_N_ELEMENTS(columns)};
	bool changed = true;
	if (instance->id == 0) {
		if (!row_insert(batch->database, &row, error))
			return false;
	} else {
		row.size -= kept;
		if (!row_update(batch->database, &row, batch->stamp, &changed, error))
			return false;
	}
	if (changed) {
		batch_mark(batch, host);
		batch_mark(batch, instance->live ? instance->host : NULL);
	}
	return true;
}

/* Finds who owns the domain, by the rules of guests.h, and makes its row say so. */
static bool
settle(const struct batch *batch, const char *uuid, GError **error)
{
	g_autofree char *fresh = clock_format_sql(batch->now - batch->down_time);
	struct instance instance = {0};
	bool known = find_instance(batch, uuid, &instance, error);
	g_autofree char *host = instance.host;
	if (!known)
		return false;

	CLEANUP(statement_free)
	struct statement *owner = statement_new(batch->database,
		"SELECT s.host, n.hypervisor_hostname, g.name, g.vm_state, g.power_state, g.vcpus, "
		"g.memory_mb FROM muster_guests g JOIN muster_hosts m ON m.id = g.host_id "
		"JOIN services s ON s.id = m.service_id JOIN compute_nodes n ON n.id = m.node_id "
		"WHERE g.uuid = ?1 "
		"ORDER BY s.host = ?2 AND g.active AND m.guests_at >= ?3 DESC, "
		"g.active DESC, "
		"s.host = ?2 AND NOT g.active DESC, "
		"m.guests_at DESC, m.id LIMIT 1",
		VALUES(value_text(uuid), value_text(instance.live ? host : ""), value_text(fresh)));
	if (statement_next(owner))
		return write_instance(batch, uuid, owner, &instance, error);
	return statement_check(owner, error) && delete_instance(batch, &instance, error);
}

static bool
settle_all(const struct batch *batch, GHashTable *uuids, GError **error)
{
	GHashTableIter iter;
	gpointer uuid;
	g_hash_table_iter_init(&iter, uuids);
	while (g_hash_table_iter_next(&iter, &uuid, NULL))
		if (!settle(batch, uuid, error))
			return false;
	return true;
}

bool
guests_write(const struct batch *batch, const struct binding *binding, const struct report *report,
	GError **error)
{
	g_autoptr(GHashTable) gone = read_known(batch, binding->id, error);
	if (gone == NULL)
		return false;
	g_autoptr(GHashTable) touched =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < report->guests->len; i++) {
		const struct guest *guest = report->guests->pdata[i];
		bool known = g_hash_table_remove(gone, guest->uuid);
		if (!note(batch, binding->id, guest, known, touched, error))
			return false;
	}

	GHashTableIter iter;
	gpointer uuid;
	g_hash_table_iter_init(&iter, gone);
	while (g_hash_table_iter_next(&iter, &uuid, NULL))
		if (!drop(batch, binding->id, uuid, error))
			return false;

	g_autofree char *taken_at = clock_format_sql(report->taken_at);
	return statement_run(batch->database,
		       "UPDATE muster_hosts SET guests_at = ?1 WHERE id = ?2",
		       VALUES(value_text(taken_at), value_integer(binding->id)), error) &&
	       add_unowned(batch, binding, touched, error) && settle_all(batch, gone, error) &&
	       settle_all(batch, touched, error);
}

bool
guests_forget(const struct batch *batch, int64_t host_id, GError **error)
{
	g_autoptr(GHashTable) gone = read_known(batch, host_id, error);
	return gone != NULL &&
	       statement_run(batch->database, "DELETE FROM muster_guests WHERE host_id = ?1",
		       VALUES(value_integer(host_id)), error) &&
	       settle_all(batch, gone, error);
}
