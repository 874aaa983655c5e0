/* SPDX-License-Identifier: Apache-2.0 */
#include "store/host_rows.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/clock.h"
#include "store/row.h"

#define REQUIRED 10
#define OPTIONAL 7

/* What compute_nodes wants NOT NULL, and the name without which a host can't be shown. */
static void
fill_required(const struct report *report, struct column columns[REQUIRED])
{
	const struct column required[REQUIRED] = {
		{"hypervisor_hostname", value_text(report->hypervisor_hostname)},
		{"hypervisor_type", value_text(report->hypervisor_type)},
		{"hypervisor_version", value_nullable(report->hypervisor_version)},
		{"cpu_info", value_text(report->cpu_info)},
		{"vcpus", value_nullable(report->vcpus)},
		{"vcpus_used", value_nullable(report->vcpus_used)},
		{"memory_mb", value_nullable(report->memory_mb)},
		{"memory_mb_used", value_nullable(report->memory_mb_used)},
		{"local_gb", value_nullable(report->local_gb)},
		{"local_gb_used", value_nullable(report->local_gb_used)},
	};
	for (size_t i = 0; i < REQUIRED; i++)
		columns[i] = required[i];
}

static void
fill_optional(const struct report *report, const char *stats, struct column columns[OPTIONAL])
{
	const struct column optional[OPTIONAL] = {
		{"host_ip", value_text(report->host_ip)},
		{"free_ram_mb", value_nullable(report->free_ram_mb)},
		{"free_disk_gb", value_nullable(report->free_disk_gb)},
		{"disk_available_least", value_nullable(report->disk_available_least)},
		{"current_workload", value_nullable(report->current_workload)},
		{"running_vms", value_nullable(report->running_vms)},
		{"stats", value_text(stats)},
	};
	for (size_t i = 0; i < OPTIONAL; i++)
		columns[i] = optional[i];
}

/* compute_nodes.stats, as newer nova-computes write it: the key is always there. */
static char *
format_stats(const struct report *report)
{
	g_autofree char *uptime =
		report->uptime == NULL ? NULL : g_utf8_make_valid(report->uptime, -1);
	json_t *stats = json_pack("{s:s?}", "uptime", uptime);
	char *text = json_dumps(stats, 0);
	json_decref(stats);
	return text;
}

const char *
host_rows_get_missing(const struct report *report)
{
	struct column required[REQUIRED];
	fill_required(report, required);
	for (size_t i = 0; i < REQUIRED; i++)
		if (required[i].value.type == VALUE_NULL)
			return required[i].name;
	return NULL;
}

static bool
is_taken(const struct batch *batch, const char *host, int64_t service_id, bool *taken,
	GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(batch->database,
		"SELECT 1 FROM services WHERE host = ?1 AND deleted = 0 AND id <> ?2",
		VALUES(value_text(host), value_integer(service_id)));
	*taken = statement_next(row);
	return statement_check(row, error);
}

/* The services.host for a hostname: itself, or where another machine has that already, with the
 * beginning of the service's uuid, which no other has. The caller frees it; NULL at an error. */
static char *
choose_name(const struct batch *batch, const struct binding *binding, const char *hostname,
	GError **error)
{
	bool taken;
	if (!is_taken(batch, hostname, binding->service_id, &taken, error))
		return NULL;
	if (!taken)
		return g_strdup(hostname);
	return g_strdup_printf("%s-%.8s", hostname, binding->service_uuid);
}

static bool
insert_service(const struct batch *batch, struct binding *binding, const char *seen, GError **error)
{
	const struct column columns[] = {
		{"created_at", value_text(batch->stamp)},
		{"updated_at", value_text(seen)},
		{"host", value_text(binding->host)},
		{"binary", value_text("nova-compute")},
		{"topic", value_text("compute")},
		{"report_count", value_integer(1)},
		{"disabled", value_integer(false)},
		{"forced_down", value_integer(false)},
		{"deleted", value_integer(0)},
		{"last_seen_up", value_text(seen)},
		{"uuid", value_text(binding->service_uuid)},
	};
	struct row row = {"services", 0, columns, G_N_ELEMENTS(columns)};
	if (!row_insert(batch->database, &row, error))
		return false;
	binding->service_id = row.id;
	return true;
}

static bool
insert_node(const struct batch *batch, const struct report *report, struct binding *binding,
	GError **error)
{
	char *stats = format_stats(report);
	g_autofree char *uuid = g_uuid_string_random();
	struct column columns[REQUIRED + OPTIONAL + 5] = {
		{"created_at", value_text(batch->stamp)},
		{"host", value_text(binding->host)},
		{"uuid", value_text(uuid)},
		{"deleted", value_integer(0)},
		{"mapped", value_integer(0)},
	};
	fill_required(report, columns + 5);
	fill_optional(report, stats, columns + 5 + REQUIRED);
	struct row row = {"compute_nodes", 0, columns, G_N_ELEMENTS(columns)};
	bool inserted = row_insert(batch->database, &row, error);
	binding->node_id = row.id;
	free(stats);
	return inserted;
}

bool
host_rows_insert(const struct batch *batch, const struct report *report, struct binding *binding,
	GError **error)
{
	g_autofree char *seen = clock_format_sql(report->taken_at);
	binding->service_uuid = g_uuid_string_random();
	binding->host = choose_name(batch, binding, report->hypervisor_hostname, error);
	binding->nodename = g_strdup(report->hypervisor_hostname);
	if (binding->host == NULL || !insert_service(batch, binding, seen, error) ||
		!insert_node(batch, report, binding, error))
		return false;
	batch_mark(batch, binding->host);
	return true;
}

/* Brings a host's new names into all rows that bear the old ones. */
static bool
rename_host(
	const struct batch *batch, struct binding *binding, const char *hostname, GError **error)
{
	g_autofree char *host = choose_name(batch, binding, hostname, error);
	if (host == NULL)
		return false;
	if (g_str_equal(host, binding->host) && g_str_equal(hostname, binding->nodename))
		return true;

	struct value names[] = {value_text(host), value_text(hostname), value_text(binding->host),
		value_text(batch->stamp)};
	struct value service[] = {value_text(host), value_integer(binding->service_id)};
	struct value node[] = {
		value_text(host), value_text(hostname), value_integer(binding->node_id)};
	if (!statement_run(batch->database, "UPDATE services SET host = ?1 WHERE id = ?2", service,
		    G_N_ELEMENTS(service), error) ||
		!statement_run(batch->database,
			"UPDATE compute_nodes SET host = ?1, hypervisor_hostname = ?2 WHERE id = "
			"?3",
			node, G_N_ELEMENTS(node), error) ||
		!statement_run(batch->database,
			"UPDATE instances SET host = ?1, node = ?2, updated_at = ?4 "
			"WHERE host = ?3 AND deleted = 0",
			names, G_N_ELEMENTS(names), error))
		return false;

	batch_mark(batch, binding->host);
	batch_mark(batch, host);
	g_free(binding->host);
	g_free(binding->nodename);
	binding->host = g_steal_pointer(&host);
	binding->nodename = g_strdup(hostname);
	return true;
}

static bool
beat(const struct batch *batch, const struct binding *binding, int64_t taken_at, GError **error)
{
	g_autofree char *seen = clock_format_sql(taken_at);
	return statement_run(batch->database,
		"UPDATE services SET report_count = report_count + 1, last_seen_up = ?1, "
		"updated_at = ?1 WHERE id = ?2",
		VALUES(value_text(seen), value_integer(binding->service_id)), error);
}

bool
host_rows_update(const struct batch *batch, const struct report *report, struct binding *binding,
	GError **error)
{
	if (report->hypervisor_hostname != NULL &&
		!rename_host(batch, binding, report->hypervisor_hostname, error))
		return false;

	struct column required[REQUIRED], columns[REQUIRED + OPTIONAL];
	size_t size = 0;
	fill_required(report, required);
	for (size_t i = 0; i < REQUIRED; i++)
		if (required[i].value.type != VALUE_NULL)
			columns[size++] = required[i];
	char *stats = format_stats(report);
	fill_optional(report, stats, columns + size);

	bool changed = false;
	struct row row = {"compute_nodes", binding->node_id, columns, size + OPTIONAL};
	bool updated = row_update(batch->database, &row, batch->stamp, &changed, error) &&
		       beat(batch, binding, report->taken_at, error);
	free(stats);
	if (changed)
		batch_mark(batch, binding->host);
	return updated;
}
