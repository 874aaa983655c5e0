/* SPDX-License-Identifier: Apache-2.0 */
#include "store/reader.h"

#include "model/caseless.h"
#include "store/instance_lists.h"
#include "store/instance_thread.h"
#include "store/live_rows.h"

struct reader {
	struct database *database;
	struct instance_name *names;
	bool caseless;        /* "A" and "a" name one host */
	unsigned passed_over; /* nodes at the last reading of all: what was logged of them */
};

/* One reading. */
struct reading {
	struct reader *reader;
	const char *only;  /* the one host that is read; NULL: all */
	GHashTable *hosts; /* name -> struct host *, of order */
	GPtrArray *order;  /* struct host *, as they came */
	GPtrArray *nodes;  /* struct node *, until they are joined */
	GHashTable *lists; /* host -> struct servers * */
	unsigned passed_over;
};

struct reader *
reader_new(struct database *database, struct instance_name *names, bool caseless, GError **error)
{
	CLEANUP(reader_free) struct reader *reader = g_new0(struct reader, 1);
	reader->database = database;
	reader->names = names;
	reader->caseless = caseless;
	if (!live_rows_check_tables(database, error))
		return NULL;
	return g_steal_pointer(&reader);
}

void
reader_free(struct reader *reader)
{
	g_clear_pointer(&reader->names, instance_name_free);
	g_free(reader);
}

static struct host *
gather(struct reading *reading, const char *name)
{
	struct host *host = g_hash_table_lookup(reading->hosts, name);
	if (host != NULL)
		return host;
	host = host_new(name);
	g_hash_table_insert(reading->hosts, host->name, host);
	g_ptr_array_add(reading->order, host);
	return host;
}

static void
take_service(const struct service_columns *columns, void *data)
{
	host_take_service(gather(data, columns->host), service_new(columns));
}

static void
take_node(const struct node_columns *columns, void *data)
{
	struct reading *reading = data;
	g_ptr_array_add(reading->nodes, node_new(columns));
}

static bool
read_live(void *data, GError **error)
{
	struct reading *reading = data;
	const struct reader *reader = reading->reader;
	struct value host = value_text(reading->only);
	const struct live_rows which = {
		.database = reader->database,
		.condition = reading->only == NULL ? NULL : "host = ?1",
		.values = &host,
		.size = 1,
	};
	const struct instance_lists lists = {
		.lists = reading->lists, .caseless = reader->caseless, .names = reader->names};
	g_autoptr(GArray) passed_over = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_hash_table_remove_all(reading->hosts);
	g_hash_table_remove_all(reading->lists);
	g_ptr_array_set_size(reading->order, 0);
	g_ptr_array_set_size(reading->nodes, 0);
	struct instance_thread *beside =
		reading->only == NULL ? instance_thread_start(&lists, reader->database) : NULL;
	bool done = live_rows_read_services(&which, take_service, reading, error) &&
		    live_rows_read_nodes(&which, take_node, reading, passed_over, error);
	reading->passed_over = passed_over->len;
	if (!done) {
		g_clear_pointer(&beside, instance_thread_abandon);
		return false;
	}
	return beside != NULL ? instance_thread_end(beside, error)
			      : instance_lists_read(&lists, &which, error);
}

/* A host that has servers alone is none. */
static void
join_nodes(struct reading *reading)
{
	CLEANUP(servers_unref) struct servers *none = servers_new_empty();
	for (guint i = 0; i < reading->nodes->len; i++) {
		struct node *node = reading->nodes->pdata[i];
		struct host *host = gather(reading, node_get_columns(node)->host);
		struct servers *list = g_hash_table_lookup(reading->lists, host->name);
		host_join_node(host, node, list == NULL ? none : list);
	}
}

/* Gives what there is (struct host *), of one moment; NULL at an error. */
static GPtrArray *
gather_live(struct reading *reading, GError **error)
{
	bool caseless = reading->reader->caseless;
	GHashFunc hash = caseless_get_hash(caseless);
	GEqualFunc equal = caseless_get_equal(caseless);
	g_autoptr(GHashTable) hosts = g_hash_table_new(hash, equal);
	g_autoptr(GHashTable) lists =
		g_hash_table_new_full(hash, equal, g_free, (GDestroyNotify)servers_unref);
	g_autoptr(GPtrArray) nodes = g_ptr_array_new_with_free_func((GDestroyNotify)node_unref);
	g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	reading->hosts = hosts;
	reading->lists = lists;
	reading->nodes = nodes;
	reading->order = order;
	if (!database_read(reading->reader->database, read_live, reading, error))
		return NULL;
	join_nodes(reading);
	return g_steal_pointer(&order);
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
	GPtrArray *hosts = gather_live(&reading, error);
	if (hosts != NULL)
		warn_passed_over(reader, reading.passed_over);
	return hosts;
}

struct host *
reader_read_host(struct reader *reader, const char *name, GError **error)
{
	struct reading reading = {.reader = reader, .only = name};
	g_autoptr(GPtrArray) hosts = gather_live(&reading, error);
	if (hosts == NULL)
		return NULL;
	return hosts->len == 0 ? host_new(name) : g_ptr_array_steal_index(hosts, 0);
}
