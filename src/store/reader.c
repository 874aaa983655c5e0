/* SPDX-License-Identifier: Apache-2.0 */
#include "store/reader.h"

#include <jansson.h>

#include "base/clock.h"
#include "model/caseless.h"
#include "store/schema.h"
#include "store/statement.h"

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

struct reader {
	struct database *database;
	struct instance_name *names;
	bool caseless;        /* "A" and "a" name one host */
	unsigned passed_over; /* nodes at the last reading of all: what was logged of them */
};

/* What is read of one host, until its nodes come. */
struct gathered {
	struct host *host;
	struct servers_builder *building; /* NULL: not begun, or ended */
	struct servers *servers;          /* NULL: not ended */
};

/* One reading. */
struct reading {
	struct reader *reader;
	const char *only;  /* the one host that is read; NULL: all */
	GHashTable *hosts; /* name -> struct gathered * */
	GPtrArray *order;  /* struct gathered *, as they came */
	unsigned passed_over;
};

struct reader *
reader_new(struct database *database, struct instance_name *names, bool caseless, GError **error)
{
	CLEANUP(reader_free) struct reader *reader = g_new0(struct reader, 1);
	reader->database = database;
	reader->names = names;
	reader->caseless = caseless;
	if (!schema_check_table(database, &services_table, error) ||
		!schema_check_table(database, &nodes_table, error) ||
		!schema_check_table(database, &instances_table, error))
		return NULL;
	return g_steal_pointer(&reader);
}

void
reader_free(struct reader *reader)
{
	g_clear_pointer(&reader->names, instance_name_free);
	g_free(reader);
}

static void
gathered_free(struct gathered *gathered)
{
	g_clear_pointer(&gathered->host, host_free);
	g_clear_pointer(&gathered->building, servers_builder_free);
	g_clear_pointer(&gathered->servers, servers_unref);
	g_free(gathered);
}

static struct gathered *
gather(struct reading *reading, const char *name)
{
	struct gathered *gathered = g_hash_table_lookup(reading->hosts, name);
	if (gathered != NULL)
		return gathered;
	gathered = g_new0(struct gathered, 1);
	gathered->host = host_new(name);
	g_hash_table_insert(reading->hosts, gathered->host->name, gathered);
	g_ptr_array_add(reading->order, gathered);
	return gathered;
}

/* All rows are read in one walk through the table, which lies in the order of the ids. By Nova's
 * index on `deleted` SQLite would jump about in it and then sort: four times as long. */
static struct statement *
select_live(struct reading *reading, const struct table *table)
{
	bool all = reading->only == NULL;
	struct database *database = reading->reader->database;
	g_autofree char *columns = g_strjoinv("`, `", (char **)table->columns);
	g_autofree char *sql = g_strdup_printf(
		"SELECT `%s` FROM %s%s WHERE deleted = 0%s ORDER BY id", columns, table->name,
		all ? database_get_walk_hint(database) : "", all ? "" : " AND host = ?1");
	struct value host = value_text(reading->only);
	return statement_new(database, sql, &host, all ? 0 : 1);
}

static int64_t
get_moment(struct statement *row, int column)
{
	int64_t moment;
	clock_parse_sql(statement_get_text(row, column), &moment);
	return moment;
}

static bool
read_services(struct reading *reading, GError **error)
{
	CLEANUP(statement_free) struct statement *row = select_live(reading, &services_table);
	while (statement_next(row)) {
		struct nullable disabled = statement_get_integer(row, SERVICE_DISABLED);
		struct service_columns columns = {
			.id = statement_get_integer(row, SERVICE_ID).value,
			.uuid = statement_get_text(row, SERVICE_UUID),
			.host = statement_get_text(row, SERVICE_HOST),
			.binary = statement_get_text(row, SERVICE_BINARY),
			.disabled = disabled.value != 0,
			.disabled_known = disabled.known,
			.disabled_reason = statement_get_text(row, SERVICE_DISABLED_REASON),
			.forced_down = statement_get_integer(row, SERVICE_FORCED_DOWN).value != 0,
			.created_at = get_moment(row, SERVICE_CREATED_AT),
			.updated_at = get_moment(row, SERVICE_UPDATED_AT),
			.last_seen_up = get_moment(row, SERVICE_LAST_SEEN_UP),
		};
		if (columns.host != NULL && columns.binary != NULL)
			host_take_service(
				gather(reading, columns.host)->host, service_new(&columns));
	}
	return statement_check(row, error);
}

static void
add_server(struct reading *reading, struct statement *row)
{
	const struct instance_name *names = reading->reader->names;
	const char *uuid = statement_get_text(row, INSTANCE_UUID);
	const char *host = statement_get_text(row, INSTANCE_HOST);
	const char *display_name = statement_get_text(row, INSTANCE_DISPLAY_NAME);
	if (uuid == NULL || host == NULL)
		return;

	struct gathered *gathered = gather(reading, host);
	if (gathered->building == NULL)
		gathered->building = servers_builder_new();
	if (names == NULL) {
		servers_builder_add(
			gathered->building, uuid, display_name == NULL ? uuid : display_name);
		return;
	}
	g_autofree char *name =
		instance_name_format(names, statement_get_integer(row, INSTANCE_ID).value, uuid,
			display_name, statement_get_text(row, INSTANCE_HOSTNAME));
	servers_builder_add(gathered->building, uuid, name);
}

static bool
read_instances(struct reading *reading, GError **error)
{
	CLEANUP(statement_free) struct statement *row = select_live(reading, &instances_table);
	while (statement_next(row))
		add_server(reading, row);
	return statement_check(row, error);
}

static struct servers *
get_servers(struct gathered *gathered)
{
	if (gathered->building != NULL)
		gathered->servers = servers_builder_end(g_steal_pointer(&gathered->building));
	else if (gathered->servers == NULL)
		gathered->servers = servers_new_empty();
	return gathered->servers;
}

/* The key "uptime" of the column stats. Gives its value, which lives as long as *stats; *known
 * tells whether the key is there. */
static const char *
read_uptime(const char *text, json_t **stats, bool *known)
{
	*stats = text == NULL ? NULL : json_loads(text, 0, NULL);
	json_t *uptime = json_object_get(*stats, "uptime");
	*known = uptime != NULL;
	return json_string_value(uptime);
}

static void
add_node(struct reading *reading, struct statement *row)
{
	json_t *stats;
	struct node_columns columns = {
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
	if (columns.uuid == NULL || columns.host == NULL || columns.hypervisor_hostname == NULL) {
		reading->passed_over++;
		return;
	}
	if (columns.hypervisor_type == NULL)
		columns.hypervisor_type = "";
	if (columns.cpu_info == NULL)
		columns.cpu_info = "";
	columns.uptime =
		read_uptime(statement_get_text(row, NODE_STATS), &stats, &columns.uptime_known);
	struct gathered *gathered = gather(reading, columns.host);
	host_add_node(gathered->host, &columns, get_servers(gathered));
	json_decref(stats);
}

static bool
read_nodes(struct reading *reading, GError **error)
{
	CLEANUP(statement_free) struct statement *row = select_live(reading, &nodes_table);
	while (statement_next(row))
		add_node(reading, row);
	return statement_check(row, error);
}

static bool
read_live(void *data, GError **error)
{
	struct reading *reading = data;
	g_hash_table_remove_all(reading->hosts);
	g_ptr_array_set_size(reading->order, 0);
	reading->passed_over = 0;
	return read_services(reading, error) && read_instances(reading, error) &&
	       read_nodes(reading, error);
}

/* Gives what was gathered (struct gathered *), of one moment; NULL at an error. */
static GPtrArray *
gather_live(struct reading *reading, GError **error)
{
	bool caseless = reading->reader->caseless;
	g_autoptr(GHashTable) hosts = caseless ? g_hash_table_new(caseless_hash, caseless_equal)
					       : g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func((GDestroyNotify)gathered_free);
	reading->hosts = hosts;
	reading->order = order;
	bool done = database_read(reading->reader->database, read_live, reading, error);
	return done ? g_steal_pointer(&order) : NULL;
}

static void
warn_passed_over(struct reader *reader, unsigned passed_over)
{
	if (passed_over > 0 && passed_over != reader->passed_over)
		g_warning("%s: %u rows of compute_nodes have no uuid, no host or no "
			  "hypervisor_hostname and are passed over",
			database_get_name(reader->database), passed_over);
	reader->passed_over = passed_over;
}

GPtrArray *
reader_read_all(struct reader *reader, GError **error)
{
	struct reading reading = {.reader = reader};
	g_autoptr(GPtrArray) gathered = gather_live(&reading, error);
	if (gathered == NULL)
		return NULL;
	warn_passed_over(reader, reading.passed_over);

	GPtrArray *hosts = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	for (guint i = 0; i < gathered->len; i++) {
		struct gathered *one = gathered->pdata[i];
		/* Instances may name a host that has neither. */
		if (one->host->services->len > 0 || one->host->hypervisors->len > 0)
			g_ptr_array_add(hosts, g_steal_pointer(&one->host));
	}
	return hosts;
}

struct host *
reader_read_host(struct reader *reader, const char *name, GError **error)
{
	struct reading reading = {.reader = reader, .only = name};
	g_autoptr(GPtrArray) gathered = gather_live(&reading, error);
	if (gathered == NULL)
		return NULL;
	if (gathered->len == 0)
		return host_new(name);
	struct gathered *one = gathered->pdata[0];
	return g_steal_pointer(&one->host);
}
