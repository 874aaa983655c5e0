/* SPDX-License-Identifier: Apache-2.0 */
#include "store/reader.h"

#include "model/caseless.h"
#include "store/live_rows.h"

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

static void
take_service(const struct service_columns *columns, void *data)
{
	host_take_service(gather(data, columns->host)->host, service_new(columns));
}

static void
take_instance(const struct instance_columns *columns, void *data)
{
	struct reading *reading = data;
	const struct instance_name *names = reading->reader->names;
	if (columns->host == NULL)
		return;
	struct gathered *gathered = gather(reading, columns->host);
	if (gathered->building == NULL)
		gathered->building = servers_builder_new();
	g_autofree char *name = instance_columns_format_name(columns, names);
	servers_builder_add(gathered->building, columns->uuid, name);
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

static void
take_node(const struct node_columns *columns, void *data)
{
	struct gathered *gathered = gather(data, columns->host);
	host_add_node(gathered->host, columns, get_servers(gathered));
}

static bool
read_live(void *data, GError **error)
{
	struct reading *reading = data;
	struct value host = value_text(reading->only);
	const struct live_rows which = {
		.database = reading->reader->database,
		.condition = reading->only == NULL ? NULL : "host = ?1",
		.values = &host,
		.size = 1,
	};
	g_autoptr(GArray) passed_over = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_hash_table_remove_all(reading->hosts);
	g_ptr_array_set_size(reading->order, 0);
	bool done = live_rows_read_services(&which, take_service, reading, error) &&
		    live_rows_read_instances(&which, take_instance, reading, error) &&
		    live_rows_read_nodes(&which, take_node, reading, passed_over, error);
	reading->passed_over = passed_over->len;
	return done;
}

/* Gives what was gathered (struct gathered *), of one moment; NULL at an error. */
static GPtrArray *
gather_live(struct reading *reading, GError **error)
{
	bool caseless = reading->reader->caseless;
	g_autoptr(GHashTable) hosts =
		g_hash_table_new(caseless_get_hash(caseless), caseless_get_equal(caseless));
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
