/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/cell_reader.h"

#include "base/clock.h"
#include "nova/cell_instances.h"
#include "store/database.h"
#include "store/live_rows.h"
#include "store/statement.h"

/* A row's time has whole seconds, and may be any writer's, whose clocks differ: a row is read
 * again until its time has been the same for so long (µs). */
#define YOUNG (15 * CLOCK_SECOND)

#define NODES_SLICE 2000
#define HOSTS_SLICE 256
#define KEYS_MAX 256 /* ids in one query */

/* What is remembered of a node. */
struct stamp {
	int64_t written_at; /* the row's time, CLOCK_UNKNOWN included */
	int64_t seen_at;    /* when it was seen first, µs */
	uint64_t round;     /* the reading that saw it last */
};

struct cell_reader {
	struct cell_mapping *mapping;
	const struct instance_name *names;
	unsigned timeout;
	struct database *database; /* NULL: not connected yet */
	bool caseless;
	bool read; /* a reading has succeeded */
	unsigned passed_over;

	GHashTable *stamps; /* a node's id -> struct stamp * */
	uint64_t round;
	struct cell_instances *instances;

	/* Comparing. */
	int64_t last_node; /* the id up to which nodes were compared */
	GPtrArray *hosts;  /* whose servers are compared next; NULL: the nodes are not done */
	guint hosts_done;
};

/* One reading. */
struct reading {
	struct cell_reader *reader;
	bool servers;
	struct cell_delta *delta; /* NULL: it has not begun */
	unsigned passed_over;     /* nodes that can't be shown */
	int64_t now;              /* µs */
};

struct cell_reader *
cell_reader_new(const struct cell_reader_options *options)
{
	struct cell_reader *reader = g_new(struct cell_reader, 1);
	*reader = (struct cell_reader){
		.mapping = cell_mapping_copy(options->mapping),
		.names = options->names,
		.timeout = options->timeout,
		.stamps = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free),
	};
	return reader;
}

static void
disconnect(struct cell_reader *reader)
{
	g_clear_pointer(&reader->instances, cell_instances_free);
	g_clear_pointer(&reader->database, database_close);
	reader->read = false;
}

void
cell_reader_free(struct cell_reader *reader)
{
	disconnect(reader);
	g_hash_table_unref(reader->stamps);
	g_clear_pointer(&reader->hosts, g_ptr_array_unref);
	cell_mapping_free(reader->mapping);
	g_free(reader);
}

static bool
is_cell0(const struct cell_reader *reader)
{
	return cell_mapping_is_cell0(reader->mapping);
}

/* Opens the database once; from then on it connects anew by itself. */
static bool
connect_to_database(struct cell_reader *reader, GError **error)
{
	if (reader->database != NULL)
		return true;
	CLEANUP(database_close)
	struct database *database =
		database_open(reader->mapping->database_url, DATABASE_READ, reader->timeout, error);
	if (database == NULL ||
		!(is_cell0(reader) ? live_rows_check_services : live_rows_check_tables)(
			database, error) ||
		!database_compare_case(database, "services", "host", &reader->caseless, error))
		return false;
	reader->database = g_steal_pointer(&database);
	reader->instances = cell_instances_new(reader->database, reader->names, reader->caseless);
	return true;
}

static void
take_service(const struct service_columns *columns, void *data)
{
	struct reading *reading = data;
	g_ptr_array_add(reading->delta->services, service_new(columns));
}

static void
take_node(const struct node_columns *columns, void *data)
{
	struct reading *reading = data;
	g_ptr_array_add(reading->delta->nodes, node_new(columns));
}

static struct live_rows
all_rows(const struct reading *reading)
{
	return (struct live_rows){
		.database = reading->reader->database, .cell = reading->delta->cell};
}

static bool
read_services(struct reading *reading, GError **error)
{
	const struct live_rows all = all_rows(reading);
	reading->delta->services = g_ptr_array_new_with_free_func((GDestroyNotify)service_unref);
	return live_rows_read_services(&all, take_service, reading, error);
}

/* Notes the time of a row; whether the row must be read. */
static bool
stamp(const struct reading *reading, int64_t id, int64_t written_at)
{
	struct cell_reader *reader = reading->reader;
	gpointer key = (gpointer)(intptr_t)id;
	struct stamp *known = g_hash_table_lookup(reader->stamps, key);
	if (known == NULL) {
		known = g_new(struct stamp, 1);
		*known = (struct stamp){.written_at = written_at, .seen_at = reading->now};
		g_hash_table_insert(reader->stamps, key, known);
	} else if (known->written_at != written_at) {
		known->written_at = written_at;
		known->seen_at = reading->now;
	}
	known->round = reader->round;
	return reading->now - known->seen_at < YOUNG;
}

/* Reads the ids and times of all nodes, and gives the ids (struct value) of those to read. */
static bool
read_stamps(struct reading *reading, GArray *to_read, GError **error)
{
	struct cell_reader *reader = reading->reader;
	g_autofree char *sql = g_strdup_printf(
		"SELECT id, COALESCE(updated_at, created_at) FROM compute_nodes%s WHERE deleted = 0",
		database_get_walk_hint(reader->database));
	CLEANUP(statement_free)
	struct statement *row = statement_new(reader->database, sql, NULL, 0);
	reader->round++;
	while (statement_next(row)) {
		struct value id = value_integer(statement_get_integer(row, 0).value);
		if (stamp(reading, id.integer, statement_get_moment(row, 1)))
			g_array_append_val(to_read, id);
	}
	if (!statement_check(row, error))
		return false;

	GHashTableIter iter;
	gpointer id, known;
	g_hash_table_iter_init(&iter, reader->stamps);
	while (g_hash_table_iter_next(&iter, &id, &known)) {
		if (((struct stamp *)known)->round == reader->round)
			continue;
		int64_t gone = (int64_t)(intptr_t)id;
		g_array_append_val(reading->delta->gone, gone);
		g_hash_table_iter_remove(&iter);
	}
	return true;
}

/* What can't be shown, such as a node that has lost its host, is as good as gone. */
static bool
take_nodes(struct reading *reading, const struct live_rows *which, GError **error)
{
	GArray *gone = reading->delta->gone;
	guint before = gone->len;
	bool done = live_rows_read_nodes(which, take_node, reading, gone, error);
	reading->passed_over = gone->len - before;
	return done;
}

static bool
read_some_nodes(struct reading *reading, GArray *ids, GError **error)
{
	g_autofree char *condition = statement_format_in("id", ids);
	struct live_rows which = all_rows(reading);
	which.condition = condition;
	which.values = (const void *)ids->data;
	which.size = ids->len;
	return take_nodes(reading, &which, error);
}

static bool
read_nodes(struct reading *reading, GError **error)
{
	g_autoptr(GArray) to_read = g_array_new(FALSE, FALSE, sizeof(struct value));
	if (!read_stamps(reading, to_read, error))
		return false;
	if (!reading->reader->read) {
		const struct live_rows all = all_rows(reading);
		reading->delta->all_nodes = true;
		return take_nodes(reading, &all, error);
	}
	for (guint from = 0; from < to_read->len; from += KEYS_MAX) {
		g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(struct value));
		g_array_append_vals(ids, &g_array_index(to_read, struct value, from),
			MIN(KEYS_MAX, to_read->len - from));
		if (!read_some_nodes(reading, ids, error))
			return false;
	}
	return true;
}

/* The last reading broke off, and what it noted on its way has come to nobody: the next one brings
 * all there is. */
static void
forget(struct cell_reader *reader)
{
	g_hash_table_remove_all(reader->stamps);
	cell_instances_doubt(reader->instances);
	reader->read = false;
}

/* A transaction may begin again from its beginning. */
static void
begin(struct reading *reading)
{
	if (reading->delta != NULL)
		forget(reading->reader);
	g_clear_pointer(&reading->delta, cell_delta_free);
	reading->delta = cell_delta_new(reading->reader->mapping->id, reading->reader->caseless);
}

static bool
read_news(void *data, GError **error)
{
	struct reading *reading = data;
	struct cell_reader *reader = reading->reader;
	begin(reading);
	if (!read_services(reading, error))
		return false;
	if (is_cell0(reader))
		return true;
	if (!read_nodes(reading, error))
		return false;
	if (!reading->servers && reader->read)
		return true;
	return cell_instances_read_changes(reader->instances, reading->delta, reading->now, error);
}

static struct cell_delta *
run(struct reading *reading, database_work *work, GError **error)
{
	struct cell_reader *reader = reading->reader;
	if (database_read(reader->database, work, reading, error))
		return g_steal_pointer(&reading->delta);
	if (reading->delta != NULL)
		forget(reader);
	g_clear_pointer(&reading->delta, cell_delta_free);
	return NULL;
}

static void
warn_passed_over(struct cell_reader *reader, unsigned passed_over)
{
	if (passed_over > 0 && passed_over != reader->passed_over)
		g_warning("cell %s: %u rows of compute_nodes have no uuid, no host or no "
			  "hypervisor_hostname and are passed over",
			reader->mapping->name, passed_over);
	reader->passed_over = passed_over;
}

struct cell_delta *
cell_reader_read(struct cell_reader *reader, bool servers, int64_t now, GError **error)
{
	struct reading reading = {
		.reader = reader,
		.servers = servers,
		.now = now,
	};
	if (!connect_to_database(reader, error))
		return NULL;
	struct cell_delta *delta = run(&reading, read_news, error);
	if (delta == NULL)
		return NULL;
	if (!reader->read)
		warn_passed_over(reader, reading.passed_over);
	reader->read = true;
	return delta;
}

/* Whose servers are compared when all nodes have been. */
static bool
list_hosts(struct cell_reader *reader, GError **error)
{
	g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func(g_free);
	CLEANUP(statement_free)
	struct statement *row = statement_new(reader->database,
		"SELECT host FROM services WHERE deleted = 0 AND `binary` = 'nova-compute'", NULL,
		0);
	while (statement_next(row))
		if (statement_get_text(row, 0) != NULL)
			g_ptr_array_add(hosts, g_strdup(statement_get_text(row, 0)));
	if (!statement_check(row, error))
		return false;
	g_clear_pointer(&reader->hosts, g_ptr_array_unref);
	reader->hosts = g_steal_pointer(&hosts);
	reader->hosts_done = 0;
	return true;
}

/* A node that no reading has seen yet is noted all the same, as one of no time: else no reading
 * would miss it when it goes. */
static void
stamp_unseen(struct cell_reader *reader, const GPtrArray *nodes)
{
	for (guint i = 0; i < nodes->len; i++) {
		gpointer key = (gpointer)(intptr_t)node_get_columns(nodes->pdata[i])->id;
		if (g_hash_table_contains(reader->stamps, key))
			continue;
		struct stamp *stamp = g_new(struct stamp, 1);
		*stamp = (struct stamp){.written_at = CLOCK_UNKNOWN, .round = reader->round};
		g_hash_table_insert(reader->stamps, key, stamp);
	}
}

static bool
compare_nodes(void *data, GError **error)
{
	struct reading *reading = data;
	struct cell_reader *reader = reading->reader;
	begin(reading);
	struct value after = value_integer(reader->last_node);
	struct live_rows which = all_rows(reading);
	which.condition = "id > ?1";
	which.values = &after;
	which.size = 1;
	which.limit = NODES_SLICE;
	if (!take_nodes(reading, &which, error))
		return false;
	stamp_unseen(reader, reading->delta->nodes);
	bool last = reading->delta->nodes->len + reading->passed_over < NODES_SLICE;
	return !last || list_hosts(reader, error);
}

/* The last node of a slice, among those that can't be shown too. */
static int64_t
get_last_node(const struct cell_delta *slice)
{
	const GPtrArray *nodes = slice->nodes;
	const GArray *gone = slice->gone;
	int64_t last = nodes->len == 0 ? 0 : node_get_columns(nodes->pdata[nodes->len - 1])->id;
	return gone->len == 0 ? last : MAX(last, g_array_index(gone, int64_t, gone->len - 1));
}

static bool
compare_servers(void *data, GError **error)
{
	struct reading *reading = data;
	struct cell_reader *reader = reading->reader;
	begin(reading);
	g_autoptr(GPtrArray) slice = g_ptr_array_new();
	for (guint i = reader->hosts_done;
		i < MIN(reader->hosts_done + HOSTS_SLICE, reader->hosts->len); i++)
		g_ptr_array_add(slice, reader->hosts->pdata[i]);
	return cell_instances_read_hosts(reader->instances, slice, reading->delta, error);
}

static struct cell_delta *
compare_next_nodes(struct reading *reading, GError **error)
{
	struct cell_delta *delta = run(reading, compare_nodes, error);
	if (delta != NULL)
		reading->reader->last_node = get_last_node(delta);
	return delta;
}

static struct cell_delta *
compare_next_servers(struct reading *reading, bool *last, GError **error)
{
	struct cell_reader *reader = reading->reader;
	struct cell_delta *delta = run(reading, compare_servers, error);
	if (delta == NULL)
		return NULL;
	reader->hosts_done += HOSTS_SLICE;
	*last = reader->hosts_done >= reader->hosts->len;
	if (*last) {
		g_clear_pointer(&reader->hosts, g_ptr_array_unref);
		reader->last_node = 0;
	}
	return delta;
}

struct cell_delta *
cell_reader_compare(struct cell_reader *reader, bool *last, GError **error)
{
	struct reading reading = {.reader = reader};
	*last = is_cell0(reader);
	if (*last)
		return cell_delta_new(reader->mapping->id, reader->caseless);
	if (!connect_to_database(reader, error))
		return NULL;
	return reader->hosts == NULL ? compare_next_nodes(&reading, error)
				     : compare_next_servers(&reading, last, error);
}
