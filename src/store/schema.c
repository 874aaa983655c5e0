/* SPDX-License-Identifier: Apache-2.0 */
#include "store/schema.h"

#include "base/error.h"
#include "store/statement.h"

static const char nova_tables[] =
	"CREATE TABLE services (\n"
	"\tcreated_at DATETIME,\n"
	"\tupdated_at DATETIME,\n"
	"\tdeleted_at DATETIME,\n"
	"\tid INTEGER NOT NULL,\n"
	"\thost VARCHAR(255),\n"
	"\tbinary VARCHAR(255),\n"
	"\ttopic VARCHAR(255),\n"
	"\treport_count INTEGER NOT NULL,\n"
	"\tdisabled BOOLEAN,\n"
	"\tdeleted INTEGER,\n"
	"\tdisabled_reason VARCHAR(255),\n"
	"\tlast_seen_up DATETIME,\n"
	"\tforced_down BOOLEAN,\n"
	"\tversion INTEGER,\n"
	"\tuuid VARCHAR(36),\n"
	"\tPRIMARY KEY (id),\n"
	"\tCONSTRAINT uniq_services0host0topic0deleted UNIQUE (host, topic, deleted),\n"
	"\tCONSTRAINT uniq_services0host0binary0deleted UNIQUE (host, binary, deleted)\n"
	");\n"
	"CREATE TABLE compute_nodes (\n"
	"\tcreated_at DATETIME,\n"
	"\tupdated_at DATETIME,\n"
	"\tdeleted_at DATETIME,\n"
	"\tid INTEGER NOT NULL,\n"
	"\tservice_id INTEGER,\n"
	"\tvcpus INTEGER NOT NULL,\n"
	"\tmemory_mb INTEGER NOT NULL,\n"
	"\tlocal_gb INTEGER NOT NULL,\n"
	"\tvcpus_used INTEGER NOT NULL,\n"
	"\tmemory_mb_used INTEGER NOT NULL,\n"
	"\tlocal_gb_used INTEGER NOT NULL,\n"
	"\thypervisor_type TEXT NOT NULL,\n"
	"\thypervisor_version INTEGER NOT NULL,\n"
	"\tcpu_info TEXT NOT NULL,\n"
	"\tdisk_available_least INTEGER,\n"
	"\tfree_ram_mb INTEGER,\n"
	"\tfree_disk_gb INTEGER,\n"
	"\tcurrent_workload INTEGER,\n"
	"\trunning_vms INTEGER,\n"
	"\thypervisor_hostname VARCHAR(255),\n"
	"\tdeleted INTEGER,\n"
	"\thost_ip VARCHAR(39),\n"
	"\tsupported_instances TEXT,\n"
	"\tpci_stats TEXT,\n"
	"\tmetrics TEXT,\n"
	"\textra_resources TEXT,\n"
	"\tstats TEXT,\n"
	"\tnuma_topology TEXT,\n"
	"\thost VARCHAR(255),\n"
	"\tram_allocation_ratio FLOAT,\n"
	"\tcpu_allocation_ratio FLOAT,\n"
	"\tuuid VARCHAR(36),\n"
	"\tdisk_allocation_ratio FLOAT,\n"
	"\tmapped INTEGER,\n"
	"\tPRIMARY KEY (id),\n"
	"\tCONSTRAINT uniq_compute_nodes0host0hypervisor_hostname0deleted UNIQUE (host, "
	"hypervisor_hostname, deleted)\n"
	");\n"
	"CREATE TABLE instances (\n"
	"\tcreated_at DATETIME,\n"
	"\tupdated_at DATETIME,\n"
	"\tdeleted_at DATETIME,\n"
	"\tid INTEGER NOT NULL,\n"
	"\tinternal_id INTEGER,\n"
	"\tuser_id VARCHAR(255),\n"
	"\tproject_id VARCHAR(255),\n"
	"\timage_ref VARCHAR(255),\n"
	"\tkernel_id VARCHAR(255),\n"
	"\tramdisk_id VARCHAR(255),\n"
	"\tlaunch_index INTEGER,\n"
	"\tkey_name VARCHAR(255),\n"
	"\tkey_data TEXT,\n"
	"\tpower_state INTEGER,\n"
	"\tvm_state VARCHAR(255),\n"
	"\tmemory_mb INTEGER,\n"
	"\tvcpus INTEGER,\n"
	"\thostname VARCHAR(255),\n"
	"\thost VARCHAR(255),\n"
	"\tuser_data TEXT,\n"
	"\treservation_id VARCHAR(255),\n"
	"\tlaunched_at DATETIME,\n"
	"\tterminated_at DATETIME,\n"
	"\tdisplay_name VARCHAR(255),\n"
	"\tdisplay_description VARCHAR(255),\n"
	"\tavailability_zone VARCHAR(255),\n"
	"\tlocked BOOLEAN,\n"
	"\tos_type VARCHAR(255),\n"
	"\tlaunched_on TEXT,\n"
	"\tinstance_type_id INTEGER,\n"
	"\tvm_mode VARCHAR(255),\n"
	"\tuuid VARCHAR(36) NOT NULL,\n"
	"\tarchitecture VARCHAR(255),\n"
	"\troot_device_name VARCHAR(255),\n"
	"\taccess_ip_v4 VARCHAR(39),\n"
	"\taccess_ip_v6 VARCHAR(39),\n"
	"\tconfig_drive VARCHAR(255),\n"
	"\ttask_state VARCHAR(255),\n"
	"\tdefault_ephemeral_device VARCHAR(255),\n"
	"\tdefault_swap_device VARCHAR(255),\n"
	"\tprogress INTEGER,\n"
	"\tauto_disk_config BOOLEAN,\n"
	"\tshutdown_terminate BOOLEAN,\n"
	"\tdisable_terminate BOOLEAN,\n"
	"\troot_gb INTEGER,\n"
	"\tephemeral_gb INTEGER,\n"
	"\tcell_name VARCHAR(255),\n"
	"\tnode VARCHAR(255),\n"
	"\tdeleted INTEGER,\n"
	"\tlocked_by VARCHAR(5),\n"
	"\tcleaned INTEGER,\n"
	"\tephemeral_key_uuid VARCHAR(36),\n"
	"\thidden BOOLEAN,\n"
	"\tPRIMARY KEY (id),\n"
	"\tCONSTRAINT uniq_instances0uuid UNIQUE (uuid)\n"
	");\n"
	"CREATE UNIQUE INDEX services_uuid_idx ON services (uuid);\n"
	"CREATE UNIQUE INDEX compute_nodes_uuid_idx ON compute_nodes (uuid);\n"
	"CREATE INDEX instances_host_deleted_cleaned_idx ON instances (host, deleted, cleaned);\n";

static const char muster_tables[] =
	"CREATE TABLE muster_meta (\n"
	"\tname VARCHAR(64) NOT NULL,\n"
	"\tvalue VARCHAR(255) NOT NULL,\n"
	"\tPRIMARY KEY (name)\n"
	");\n"
	"CREATE TABLE muster_hosts (\n"
	"\tid INTEGER NOT NULL,\n"
	"\tconnection VARCHAR(255),\n"  /* NULL: another machine answers there now */
	"\tmachine_uuid VARCHAR(36),\n" /* NULL: never told */
	"\tservice_id INTEGER NOT NULL,\n"
	"\tnode_id INTEGER NOT NULL,\n"
	"\tguests_at DATETIME,\n" /* when its domains were listed last */
	"\tPRIMARY KEY (id),\n"
	"\tCONSTRAINT uniq_muster_hosts0connection UNIQUE (connection),\n"
	"\tCONSTRAINT uniq_muster_hosts0machine_uuid UNIQUE (machine_uuid),\n"
	"\tCONSTRAINT uniq_muster_hosts0service_id UNIQUE (service_id),\n"
	"\tCONSTRAINT uniq_muster_hosts0node_id UNIQUE (node_id),\n"
	"\tFOREIGN KEY (service_id) REFERENCES services (id),\n"
	"\tFOREIGN KEY (node_id) REFERENCES compute_nodes (id)\n"
	");\n"
	"CREATE TABLE muster_guests (\n"
	"\tuuid VARCHAR(36) NOT NULL,\n"
	"\thost_id INTEGER NOT NULL,\n"
	"\tname VARCHAR(255) NOT NULL,\n"
	"\tvm_state VARCHAR(255) NOT NULL,\n" /* these two are Nova's words */
	"\tpower_state INTEGER NOT NULL,\n"
	"\tactive BOOLEAN NOT NULL,\n" /* it holds vcpus and memory of that host */
	"\tvcpus INTEGER NOT NULL,\n"
	"\tmemory_mb INTEGER NOT NULL,\n"
	"\tPRIMARY KEY (uuid, host_id),\n"
	"\tFOREIGN KEY (host_id) REFERENCES muster_hosts (id)\n"
	");\n"
	"CREATE INDEX muster_guests_host_id_idx ON muster_guests (host_id);\n";

static bool
count(struct sqlite *sqlite, const char *sql, int64_t *n, GError **error)
{
	CLEANUP(statement_free) struct statement *row = statement_new(sqlite, sql, NULL, 0);
	if (statement_next(row))
		*n = statement_get_integer(row, 0).value;
	return statement_check(row, error);
}

bool
schema_is_empty(struct sqlite *sqlite, bool *empty, GError **error)
{
	int64_t n = 0;
	if (!count(sqlite, "SELECT count(*) FROM sqlite_schema", &n, error))
		return false;
	*empty = n == 0;
	return true;
}

bool
schema_is_own(struct sqlite *sqlite, bool *own, GError **error)
{
	int64_t n = 0;
	if (!count(sqlite,
		    "SELECT count(*) FROM sqlite_schema "
		    "WHERE type = 'table' AND name = 'muster_meta'",
		    &n, error))
		return false;
	*own = n > 0;
	return true;
}

static bool
add_meta(struct sqlite *sqlite, const char *name, const char *value, GError **error)
{
	return statement_run(sqlite, "INSERT INTO muster_meta (name, value) VALUES (?1, ?2)",
		VALUES(value_text(name), value_text(value)), error);
}

bool
schema_create(struct sqlite *sqlite, const char *now, GError **error)
{
	g_autofree char *version = g_strdup_printf("%d", SCHEMA_VERSION);
	g_autofree char *uuid = g_uuid_string_random();
	bool created = sqlite_begin_write(sqlite, error) &&
		       sqlite_execute(sqlite, nova_tables, error) &&
		       sqlite_execute(sqlite, muster_tables, error) &&
		       add_meta(sqlite, "schema_version", version, error) &&
		       add_meta(sqlite, "installation_uuid", uuid, error) &&
		       add_meta(sqlite, "created_at", now, error) && sqlite_commit(sqlite, error);
	if (!created)
		sqlite_rollback(sqlite);
	return created;
}

bool
schema_check_version(struct sqlite *sqlite, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(
		sqlite, "SELECT value FROM muster_meta WHERE name = 'schema_version'", NULL, 0);
	bool found = statement_next(row);
	if (!statement_check(row, error))
		return false;

	const char *text = found ? statement_get_text(row, 0) : NULL;
	guint64 version = 0;
	if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT32, &version, NULL)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"%s: muster_meta's schema_version is '%s': expected a number",
			sqlite_get_path(sqlite), text == NULL ? "" : text);
		return false;
	}
	if (version > SCHEMA_VERSION) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED,
			"%s was made by a newer Muster: its schema_version is %d, this one knows "
			"%d",
			sqlite_get_path(sqlite), (int)version, SCHEMA_VERSION);
		return false;
	}
	return true;
}

static bool
check_column(struct sqlite *sqlite, const char *table, const char *column, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row =
		statement_new(sqlite, "SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2",
			VALUES(value_text(table), value_text(column)));
	if (statement_next(row))
		return true;
	if (statement_check(row, error))
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID, "%s.%s is missing in %s",
			table, column, sqlite_get_path(sqlite));
	return false;
}

bool
schema_check_table(struct sqlite *sqlite, const struct table *table, GError **error)
{
	for (const char *const *column = table->columns; *column != NULL; column++)
		if (!check_column(sqlite, table->name, *column, error))
			return false;
	return true;
}
