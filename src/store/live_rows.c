/* SPDX-License-Identifier: Apache-2.0 */
#include "store/live_rows.h"

#include <string.h>

#include "store/schema.h"
#include "store/statement.h"
#include "store/stats.h"

/* The columns that are read, and where each stands in a row. */
enum {
	SERVICE_ID,
	SERVICE_UUID,
	SERVICE_HOST,
	SERVICE_BINARY,
	SERVICE_DISABLED,
	SERVICE_DISABLED_REASON,
	SERVICE_FORCED_DOWN,
	SERVICE_CREATED_AT,
	SERVICE_UPDATED_AT,
	SERVICE_LAST_SEEN_UP,
	SERVICE_DELETED,
	SERVICE_COLUMNS
};
static const char *const service_columns[SERVICE_COLUMNS + 1] = {
	"id",
	"uuid",
	"host",
	"binary",
	"disabled",
	"disabled_reason",
	"forced_down",
	"created_at",
	"updated_at",
	"last_seen_up",
	"deleted",
};

enum {
	NODE_ID,
	NODE_UUID,
	NODE_HOST,
	NODE_HYPERVISOR_HOSTNAME,
	NODE_HYPERVISOR_TYPE,
	NODE_HYPERVISOR_VERSION,
	NODE_HOST_IP,
	NODE_CPU_INFO,
	NODE_VCPUS,
	NODE_VCPUS_USED,
	NODE_MEMORY_MB,
	NODE_MEMORY_MB_USED,
	NODE_LOCAL_GB,
	NODE_LOCAL_GB_USED,
	NODE_FREE_RAM_MB,
	NODE_FREE_DISK_GB,
	NODE_DISK_AVAILABLE_LEAST,
	NODE_CURRENT_WORKLOAD,
	NODE_RUNNING_VMS,
	NODE_STATS,
	NODE_DELETED,
	NODE_COLUMNS
};
static const char *const node_columns[NODE_COLUMNS + 1] = {
	"id",
	"uuid",
	"host",
	"hypervisor_hostname",
	"hypervisor_type",
	"hypervisor_version",
	"host_ip",
	"cpu_info",
	"vcpus",
	"vcpus_used",
	"memory_mb",
	"memory_mb_used",
	"local_gb",
	"local_gb_used",
	"free_ram_mb",
	"free_disk_gb",
	"disk_available_least",
	"current_workload",
	"running_vms",
	"stats",
	"deleted",
};

enum {
	INSTANCE_ID,
	INSTANCE_UUID,
	INSTANCE_HOST,
	INSTANCE_DISPLAY_NAME,
	INSTANCE_HOSTNAME,
	INSTANCE_DELETED,
	INSTANCE_COLUMNS
};
static const char *const instance_columns[INSTANCE_COLUMNS + 1] = {
	"id",
	"uuid",
	"host",
	"display_name",
	"hostname",
	"deleted",
};

static const struct table services_table = {"services", service_columns};
static const struct table nodes_table = {"compute_nodes", node_columns};
static const struct table instances_table = {"instances", instance_columns};

bool
live_rows_check_services(struct database *database, GError **error)
{
	return schema_check_table(database, &services_table, error);
}

bool
live_rows_check_tables(struct database *database, GError **error)
{
	return live_rows_check_services(database, error) &&
	       schema_check_table(database, &nodes_table, error) &&
	       schema_check_table(database, &instances_table, error);
}

/* All rows are read in one walk through the table, which lies in the order of the ids. By Nova's
 * index on `deleted` SQLite would jump about in it and then sort: four times as long. */
static struct statement *
select_live(const struct live_rows *which, const struct table *table)
{
	bool all = which->condition == NULL;
	bool walks = all || which->limit > 0;
	g_autofree char *columns = g_strjoinv("`, `", (char **)table->columns);
	g_autofree char *limit =
		which->limit == 0 ? g_strdup("") : g_strdup_printf(" LIMIT %u", which->limit);
	g_autofree char *sql =
		g_strdup_printf("SELECT `%s` FROM %s%s WHERE deleted = 0%s%s ORDER BY id%s",
			columns, table->name, walks ? database_get_walk_hint(which->database) : "",
			all ? "" : " AND ", all ? "" : which->condition, limit);
	return all ? statement_new_stream(which->database, sql)
		   : statement_new(which->database, sql, which->values, which->size);
}

bool
live_rows_read_services(
	const struct live_rows *which, live_rows_take_service *take, void *data, GError **error)
{
	CLEANUP(statement_free) struct statement *row = select_live(which, &services_table);
	while (statement_next(row)) {
		struct nullable disabled = statement_get_integer(row, SERVICE_DISABLED);
		struct service_columns columns = {
			.cell = which->cell,
			.id = statement_get_integer(row, SERVICE_ID).value,
			.uuid = statement_get_text(row, SERVICE_UUID),
			.host = statement_get_text(row, SERVICE_HOST),
			.binary = statement_get_text(row, SERVICE_BINARY),
			.disabled = disabled.value != 0,
			.disabled_known = disabled.known,
			.disabled_reason = statement_get_text(row, SERVICE_DISABLED_REASON),
			.forced_down = statement_get_integer(row, SERVICE_FORCED_DOWN).value != 0,
			.created_at = statement_get_moment(row, SERVICE_CREATED_AT),
			.updated_at = statement_get_moment(row, SERVICE_UPDATED_AT),
			.last_seen_up = statement_get_moment(row, SERVICE_LAST_SEEN_UP),
		};
		if (columns.host != NULL && columns.binary != NULL)
			take(&columns, data);
	}
	return statement_check(row, error);
}

bool
live_rows_is_uuid(const char *text)
{
	return text != NULL && text[0] != '\0' && strlen(text) <= LIVE_ROWS_UUID_MAX;
}

bool
live_rows_read_instances(
	const struct live_rows *which, live_rows_take_instance *take, void *data, GError **error)
{
	CLEANUP(statement_free) struct statement *row = select_live(which, &instances_table);
	while (statement_next(row)) {
		struct instance_columns columns = {
			.named.id = statement_get_integer(row, INSTANCE_ID).value,
			.named.uuid = statement_get_text(row, INSTANCE_UUID),
			.named.display_name = statement_get_text(row, INSTANCE_DISPLAY_NAME),
			.named.hostname = statement_get_text(row, INSTANCE_HOSTNAME),
			.host = statement_get_text(row, INSTANCE_HOST),
		};
		if (live_rows_is_uuid(columns.named.uuid))
			take(&columns, data);
	}
	return statement_check(row, error);
}

static bool
take_node(
	const struct live_rows *which, struct statement *row, live_rows_take_node *take, void *data)
{
	g_autofree char *uptime = NULL;
	struct node_columns columns = {
		.cell = which->cell,
		.id = statement_get_integer(row, NODE_ID).value,
		.uuid = statement_get_text(row, NODE_UUID),
		.host = statement_get_text(row, NODE_HOST),
		.hypervisor_hostname = statement_get_text(row, NODE_HYPERVISOR_HOSTNAME),
		.hypervisor_type = statement_get_text(row, NODE_HYPERVISOR_TYPE),
		/* Nova declares these NOT NULL: a database that holds no number there all the
		 * same gets a 0, since the API has no word for it. */
		.hypervisor_version = statement_get_integer(row, NODE_HYPERVISOR_VERSION).value,
		.vcpus = statement_get_integer(row, NODE_VCPUS).value,
		.vcpus_used = statement_get_integer(row, NODE_VCPUS_USED).value,
		.memory_mb = statement_get_integer(row, NODE_MEMORY_MB).value,
		.memory_mb_used = statement_get_integer(row, NODE_MEMORY_MB_USED).value,
		.local_gb = statement_get_integer(row, NODE_LOCAL_GB).value,
		.local_gb_used = statement_get_integer(row, NODE_LOCAL_GB_USED).value,
		.host_ip = statement_get_text(row, NODE_HOST_IP),
		.cpu_info = statement_get_text(row, NODE_CPU_INFO),
		.free_ram_mb = statement_get_integer(row, NODE_FREE_RAM_MB),
		.free_disk_gb = statement_get_integer(row, NODE_FREE_DISK_GB),
		.disk_available_least = statement_get_integer(row, NODE_DISK_AVAILABLE_LEAST),
		.current_workload = statement_get_integer(row, NODE_CURRENT_WORKLOAD),
		.running_vms = statement_get_integer(row, NODE_RUNNING_VMS),
	};
	if (columns.uuid == NULL || columns.host == NULL || columns.hypervisor_hostname == NULL)
		return false;
	if (columns.hypervisor_type == NULL)
		columns.hypervisor_type = "";
	if (columns.cpu_info == NULL)
		columns.cpu_info = "";
	columns.uptime_known = stats_read_uptime(statement_get_text(row, NODE_STATS), &uptime);
	columns.uptime = uptime;
	take(&columns, data);
	return true;
}

bool
live_rows_read_nodes(const struct live_rows *which, live_rows_take_node *take, void *data,
	GArray *passed_over, GError **error)
{
	CLEANUP(statement_free) struct statement *row = select_live(which, &nodes_table);
	while (statement_next(row)) {
		int64_t id = statement_get_integer(row, NODE_ID).value;
		if (!take_node(which, row, take, data) && passed_over != NULL)
			g_array_append_val(passed_over, id);
	}
	return statement_check(row, error);
}
