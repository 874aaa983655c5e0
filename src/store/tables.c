/* SPDX-License-Identifier: Apache-2.0 */
#include "store/tables.h"

#include <stddef.h>

/*
 * Nova's columns, constraints and indexes (nova/db/main/models.py), with what SQLAlchemy writes
 * otherwise for each kind: an id that counts up, MediumText, Enum, and the end of a table.
 *
 * muster_hosts: connection is NULL where another machine answers there now, machine_uuid where
 * it was never told; guests_at is when the domains were listed last. muster_guests: vm_state and
 * power_state are Nova's words; active: it holds vcpus and memory of that host.
 */
#define TABLES(ID, LONG_TEXT, LOCKED_BY, END)                                                      \
	"CREATE TABLE IF NOT EXISTS muster_meta (\n"                                               \
	"\tname VARCHAR(64) NOT NULL,\n"                                                           \
	"\tvalue VARCHAR(255) NOT NULL,\n"                                                         \
	"\tPRIMARY KEY (name)\n"                                                                   \
	")" END,                                                                                   \
		"CREATE TABLE IF NOT EXISTS services (\n"                                          \
		"\tcreated_at DATETIME,\n"                                                         \
		"\tupdated_at DATETIME,\n"                                                         \
		"\tdeleted_at DATETIME,\n"                                                         \
		"\tid " ID ",\n"                                                                   \
		"\thost VARCHAR(255),\n"                                                           \
		"\t`binary` VARCHAR(255),\n"                                                       \
		"\ttopic VARCHAR(255),\n"                                                          \
		"\treport_count INTEGER NOT NULL,\n"                                               \
		"\tdisabled BOOLEAN,\n"                                                            \
		"\tdeleted INTEGER,\n"                                                             \
		"\tdisabled_reason VARCHAR(255),\n"                                                \
		"\tlast_seen_up DATETIME,\n"                                                       \
		"\tforced_down BOOLEAN,\n"                                                         \
		"\tversion INTEGER,\n"                                                             \
		"\tuuid VARCHAR(36),\n"                                                            \
		"\tPRIMARY KEY (id),\n"                                                            \
		"\tCONSTRAINT uniq_services0host0topic0deleted UNIQUE (host, topic, deleted),\n"   \
		"\tCONSTRAINT uniq_services0host0binary0deleted UNIQUE (host, `binary`, "          \
		"deleted)\n"                                                                       \
		")" END,                                                                           \
		"CREATE TABLE IF NOT EXISTS compute_nodes (\n"                                     \
		"\tcreated_at DATETIME,\n"                                                         \
		"\tupdated_at DATETIME,\n"                                                         \
		"\tdeleted_at DATETIME,\n"                                                         \
		"\tid " ID ",\n"                                                                   \
		"\tservice_id INTEGER,\n"                                                          \
		"\tvcpus INTEGER NOT NULL,\n"                                                      \
		"\tmemory_mb INTEGER NOT NULL,\n"                                                  \
		"\tlocal_gb INTEGER NOT NULL,\n"                                                   \
		"\tvcpus_used INTEGER NOT NULL,\n"                                                 \
		"\tmemory_mb_used INTEGER NOT NULL,\n"                                             \
		"\tlocal_gb_used INTEGER NOT NULL,\n"                                              \
		"\thypervisor_type " LONG_TEXT " NOT NULL,\n"                                      \
		"\thypervisor_version INTEGER NOT NULL,\n"                                         \
		"\tcpu_info " LONG_TEXT " NOT NULL,\n"                                             \
		"\tdisk_available_least INTEGER,\n"                                                \
		"\tfree_ram_mb INTEGER,\n"                                                         \
		"\tfree_disk_gb INTEGER,\n"                                                        \
		"\tcurrent_workload INTEGER,\n"                                                    \
		"\trunning_vms INTEGER,\n"                                                         \
		"\thypervisor_hostname VARCHAR(255),\n"                                            \
		"\tdeleted INTEGER,\n"                                                             \
		"\thost_ip VARCHAR(39),\n"                                                         \
		"\tsupported_instances TEXT,\n"                                                    \
		"\tpci_stats TEXT,\n"                                                              \
		"\tmetrics TEXT,\n"                                                                \
		"\textra_resources TEXT,\n"                                                        \
		"\tstats TEXT,\n"                                                                  \
		"\tnuma_topology TEXT,\n"                                                          \
		"\thost VARCHAR(255),\n"                                                           \
		"\tram_allocation_ratio FLOAT,\n"                                                  \
		"\tcpu_allocation_ratio FLOAT,\n"                                                  \
		"\tuuid VARCHAR(36),\n"                                                            \
		"\tdisk_allocation_ratio FLOAT,\n"                                                 \
		"\tmapped INTEGER,\n"                                                              \
		"\tPRIMARY KEY (id),\n"                                                            \
		"\tCONSTRAINT uniq_compute_nodes0host0hypervisor_hostname0deleted UNIQUE (host, "  \
		"hypervisor_hostname, deleted)\n"                                                  \
		")" END,                                                                           \
		"CREATE TABLE IF NOT EXISTS instances (\n"                                         \
		"\tcreated_at DATETIME,\n"                                                         \
		"\tupdated_at DATETIME,\n"                                                         \
		"\tdeleted_at DATETIME,\n"                                                         \
		"\tid " ID ",\n"                                                                   \
		"\tinternal_id INTEGER,\n"                                                         \
		"\tuser_id VARCHAR(255),\n"                                                        \
		"\tproject_id VARCHAR(255),\n"                                                     \
		"\timage_ref VARCHAR(255),\n"                                                      \
		"\tkernel_id VARCHAR(255),\n"                                                      \
		"\tramdisk_id VARCHAR(255),\n"                                                     \
		"\tlaunch_index INTEGER,\n"                                                        \
		"\tkey_name VARCHAR(255),\n"                                                       \
		"\tkey_data TEXT,\n"                                                               \
		"\tpower_state INTEGER,\n"                                                         \
		"\tvm_state VARCHAR(255),\n"                                                       \
		"\tmemory_mb INTEGER,\n"                                                           \
		"\tvcpus INTEGER,\n"                                                               \
		"\thostname VARCHAR(255),\n"                                                       \
		"\thost VARCHAR(255),\n"                                                           \
		"\tuser_data " LONG_TEXT ",\n"                                                     \
		"\treservation_id VARCHAR(255),\n"                                                 \
		"\tlaunched_at DATETIME,\n"                                                        \
		"\tterminated_at DATETIME,\n"                                                      \
		"\tdisplay_name VARCHAR(255),\n"                                                   \
		"\tdisplay_description VARCHAR(255),\n"                                            \
		"\tavailability_zone VARCHAR(255),\n"                                              \
		"\tlocked BOOLEAN,\n"                                                              \
		"\tos_type VARCHAR(255),\n"                                                        \
		"\tlaunched_on " LONG_TEXT ",\n"                                                   \
		"\tinstance_type_id INTEGER,\n"                                                    \
		"\tvm_mode VARCHAR(255),\n"                                                        \
		"\tuuid VARCHAR(36) NOT NULL,\n"                                                   \
		"\tarchitecture VARCHAR(255),\n"                                                   \
		"\troot_device_name VARCHAR(255),\n"                                               \
		"\taccess_ip_v4 VARCHAR(39),\n"                                                    \
		"\taccess_ip_v6 VARCHAR(39),\n"                                                    \
		"\tconfig_drive VARCHAR(255),\n"                                                   \
		"\ttask_state VARCHAR(255),\n"                                                     \
		"\tdefault_ephemeral_device VARCHAR(255),\n"                                       \
		"\tdefault_swap_device VARCHAR(255),\n"                                            \
		"\tprogress INTEGER,\n"                                                            \
		"\tauto_disk_config BOOLEAN,\n"                                                    \
		"\tshutdown_terminate BOOLEAN,\n"                                                  \
		"\tdisable_terminate BOOLEAN,\n"                                                   \
		"\troot_gb INTEGER,\n"                                                             \
		"\tephemeral_gb INTEGER,\n"                                                        \
		"\tcell_name VARCHAR(255),\n"                                                      \
		"\tnode VARCHAR(255),\n"                                                           \
		"\tdeleted INTEGER,\n"                                                             \
		"\tlocked_by " LOCKED_BY ",\n"                                                     \
		"\tcleaned INTEGER,\n"                                                             \
		"\tephemeral_key_uuid VARCHAR(36),\n"                                              \
		"\thidden BOOLEAN,\n"                                                              \
		"\tPRIMARY KEY (id),\n"                                                            \
		"\tCONSTRAINT uniq_instances0uuid UNIQUE (uuid)\n"                                 \
		")" END,                                                                           \
		"CREATE UNIQUE INDEX IF NOT EXISTS services_uuid_idx ON services (uuid)",          \
		"CREATE UNIQUE INDEX IF NOT EXISTS compute_nodes_uuid_idx ON compute_nodes "       \
		"(uuid)",                                                                          \
		"CREATE INDEX IF NOT EXISTS instances_host_deleted_cleaned_idx ON instances "      \
		"(host, deleted, cleaned)",                                                        \
		"CREATE TABLE IF NOT EXISTS muster_hosts (\n"                                      \
		"\tid " ID ",\n"                                                                   \
		"\tconnection VARCHAR(255),\n"                                                     \
		"\tmachine_uuid VARCHAR(36),\n"                                                    \
		"\tservice_id INTEGER NOT NULL,\n"                                                 \
		"\tnode_id INTEGER NOT NULL,\n"                                                    \
		"\tguests_at DATETIME,\n"                                                          \
		"\tPRIMARY KEY (id),\n"                                                            \
		"\tCONSTRAINT uniq_muster_hosts0connection UNIQUE (connection),\n"                 \
		"\tCONSTRAINT uniq_muster_hosts0machine_uuid UNIQUE (machine_uuid),\n"             \
		"\tCONSTRAINT uniq_muster_hosts0service_id UNIQUE (service_id),\n"                 \
		"\tCONSTRAINT uniq_muster_hosts0node_id UNIQUE (node_id),\n"                       \
		"\tFOREIGN KEY (service_id) REFERENCES services (id),\n"                           \
		"\tFOREIGN KEY (node_id) REFERENCES compute_nodes (id)\n"                          \
		")" END,                                                                           \
		"CREATE TABLE IF NOT EXISTS muster_guests (\n"                                     \
		"\tuuid VARCHAR(36) NOT NULL,\n"                                                   \
		"\thost_id INTEGER NOT NULL,\n"                                                    \
		"\tname VARCHAR(255) NOT NULL,\n"                                                  \
		"\tvm_state VARCHAR(255) NOT NULL,\n"                                              \
		"\tpower_state INTEGER NOT NULL,\n"                                                \
		"\tactive BOOLEAN NOT NULL,\n"                                                     \
		"\tvcpus INTEGER NOT NULL,\n"                                                      \
		"\tmemory_mb INTEGER NOT NULL,\n"                                                  \
		"\tPRIMARY KEY (uuid, host_id),\n"                                                 \
		"\tFOREIGN KEY (host_id) REFERENCES muster_hosts (id)\n"                           \
		")" END,                                                                           \
		"CREATE INDEX IF NOT EXISTS muster_guests_host_id_idx ON muster_guests (host_id)"

const char *const tables_sqlite[] = {
	TABLES("INTEGER NOT NULL", "TEXT", "VARCHAR(5)", ""),
	NULL,
};

/* utf8mb4_bin, so that text compares as in SQLite. */
const char *const tables_mariadb[] = {
	TABLES("INTEGER NOT NULL AUTO_INCREMENT", "MEDIUMTEXT", "ENUM('owner', 'admin')",
		" ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin"),
	NULL,
};
