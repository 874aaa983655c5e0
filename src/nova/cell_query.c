/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/cell_query.h"

#include "model/caseless.h"
#include "nova/teller.h"
#include "store/live_rows.h"
#include "store/statement.h"

#define KEYS_MAX 256 /* in one SQL statement */

/* What is read for a number of queries. */
struct found {
	const struct cell_place *place;
	GPtrArray *queries;
	GPtrArray *nodes;     /* struct node * */
	GPtrArray *tellers;   /* struct node *: those that know the uptimes of hosts (teller.h) */
	GHashTable *computes; /* host -> struct service * */
	GHashTable *builders; /* host -> struct servers_builder * */
	GHashTable *lists;    /* host -> struct servers * */
};

void
cell_query_free(struct cell_query *query)
{
	g_free(query->uuid);
	g_free(query->host);
	g_clear_error(&query->error);
	g_clear_pointer(&query->node, node_unref);
	g_clear_pointer(&query->teller, node_unref);
	g_clear_pointer(&query->compute, service_unref);
	g_clear_pointer(&query->list, servers_unref);
	if (query->free_data != NULL)
		query->free_data(query->data);
	g_free(query);
}

static void
take_node(const struct node_columns *columns, void *data)
{
	struct found *found = data;
	g_ptr_array_add(found->nodes, node_new(columns));
}

static void
take_teller(const struct node_columns *columns, void *data)
{
	struct found *found = data;
	if (columns->uptime_known)
		g_ptr_array_add(found->tellers, node_new(columns));
}

static void
take_service(const struct service_columns *columns, void *data)
{
	struct found *found = data;
	if (!g_hash_table_contains(found->computes, columns->host))
		g_hash_table_insert(found->computes, g_strdup(columns->host), service_new(columns));
}

static void
take_instance(const struct instance_columns *columns, void *data)
{
	struct found *found = data;
	struct servers_builder *builder = g_hash_table_lookup(found->builders, columns->host);
	if (builder == NULL) {
		builder = servers_builder_new();
		g_hash_table_insert(found->builders, g_strdup(columns->host), builder);
	}
	g_autofree char *name = instance_columns_format_name(columns, found->place->names);
	servers_builder_add(builder, columns->uuid, name);
}

/* Reads rows by the values of a column, as many at a time as one statement takes. */
typedef bool read_rows(struct found *found, const struct live_rows *which, GError **error);

static bool
read_by(struct found *found, read_rows *read, const char *column, GArray *keys, const char *also,
	GError **error)
{
	for (guint from = 0; from < keys->len; from += KEYS_MAX) {
		g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(struct value));
		g_array_append_vals(values, &g_array_index(keys, struct value, from),
			MIN(KEYS_MAX, keys->len - from));
		g_autofree char *in = statement_format_in(column, values);
		g_autofree char *condition = g_strconcat(in, also, NULL);
		const struct live_rows which = {
			.database = found->place->database,
			.cell = found->place->cell,
			.condition = condition,
			.values = (const void *)values->data,
			.size = values->len,
		};
		if (!read(found, &which, error))
			return false;
	}
	return true;
}

static bool
read_nodes(struct found *found, const struct live_rows *which, GError **error)
{
	unsigned passed_over;
	return live_rows_read_nodes(which, take_node, found, &passed_over, error);
}

static bool
read_tellers(struct found *found, const struct live_rows *which, GError **error)
{
	unsigned passed_over;
	return live_rows_read_nodes(which, take_teller, found, &passed_over, error);
}

static bool
read_services(struct found *found, const struct live_rows *which, GError **error)
{
	return live_rows_read_services(which, take_service, found, error);
}

static bool
read_instances(struct found *found, const struct live_rows *which, GError **error)
{
	return live_rows_read_instances(which, take_instance, found, error);
}

static bool
find_nodes(struct found *found, GError **error)
{
	g_autoptr(GArray) uuids = g_array_new(FALSE, FALSE, sizeof(struct value));
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(struct value));
	for (guint i = 0; i < found->queries->len; i++) {
		const struct cell_query *query = found->queries->pdata[i];
		struct value uuid = value_text(query->uuid), id = value_integer(query->id);
		if (query->uuid != NULL)
			g_array_append_val(uuids, uuid);
		else if (query->host == NULL)
			g_array_append_val(ids, id);
	}
	return read_by(found, read_nodes, "uuid", uuids, NULL, error) &&
	       read_by(found, read_nodes, "id", ids, NULL, error);
}

/* The node that answers a query, lent. */
static struct node *
get_node(const struct found *found, const struct cell_query *query)
{
	GEqualFunc equal = caseless_get_equal(found->place->caseless);
	for (guint i = 0; query->host == NULL && i < found->nodes->len; i++) {
		const struct node_columns *node = node_get_columns(found->nodes->pdata[i]);
		if (query->uuid == NULL ? node->id == query->id : equal(node->uuid, query->uuid))
			return found->nodes->pdata[i];
	}
	return NULL;
}

/* The host that a query is about; NULL where its node is not there. */
static const char *
get_host(const struct found *found, const struct cell_query *query)
{
	if (query->host != NULL)
		return query->host;
	const struct node *node = get_node(found, query);
	return node == NULL ? NULL : node_get_columns(node)->host;
}

static bool
find_hosts(struct found *found, GError **error)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(struct value));
	g_autoptr(GArray) with_servers = g_array_new(FALSE, FALSE, sizeof(struct value));
	g_autoptr(GArray) without_uptime = g_array_new(FALSE, FALSE, sizeof(struct value));
	for (guint i = 0; i < found->queries->len; i++) {
		const struct cell_query *query = found->queries->pdata[i];
		struct value host = value_text(get_host(found, query));
		if (host.text == NULL)
			continue;
		g_array_append_val(all, host);
		if (query->servers)
			g_array_append_val(with_servers, host);
		const struct node *node = get_node(found, query);
		if (node == NULL || !node_get_columns(node)->uptime_known)
			g_array_append_val(without_uptime, host);
	}
	return read_by(found, read_services, "host", all, " AND `binary` = 'nova-compute'",
		       error) &&
	       read_by(found, read_instances, "host", with_servers, NULL, error) &&
	       read_by(found, read_tellers, "host", without_uptime, NULL, error);
}

/* A transaction may begin again from its beginning. */
static bool
find(void *data, GError **error)
{
	struct found *found = data;
	g_ptr_array_set_size(found->nodes, 0);
	g_ptr_array_set_size(found->tellers, 0);
	g_hash_table_remove_all(found->computes);
	g_hash_table_remove_all(found->builders);
	return find_nodes(found, error) && find_hosts(found, error);
}

static void
end_lists(struct found *found)
{
	GHashTableIter iter;
	gpointer host, builder;
	g_hash_table_iter_init(&iter, found->builders);
	while (g_hash_table_iter_next(&iter, &host, &builder)) {
		g_hash_table_iter_steal(&iter);
		g_hash_table_replace(found->lists, host, servers_builder_end(builder));
	}
}

static struct node *
get_teller(const struct found *found, const char *host)
{
	GEqualFunc equal = caseless_get_equal(found->place->caseless);
	for (guint i = 0; i < found->tellers->len; i++)
		if (equal(node_get_columns(found->tellers->pdata[i])->host, host))
			return found->tellers->pdata[i];
	return NULL;
}

static void
answer(const struct found *found, struct cell_query *query)
{
	struct node *node = get_node(found, query);
	const char *host = get_host(found, query);
	if (host == NULL)
		return;
	struct node *teller = get_teller(found, host);
	if (node != NULL)
		query->node = node_ref(node);
	if (teller != NULL)
		query->teller = node_ref(teller);
	struct service *compute = g_hash_table_lookup(found->computes, host);
	if (compute != NULL)
		query->compute = service_ref(compute);
	struct servers *list = g_hash_table_lookup(found->lists, host);
	if (query->servers && list != NULL)
		query->list = servers_ref(list);
}

bool
cell_query_run(const struct cell_place *place, GPtrArray *queries, GError **error)
{
	GHashFunc hash = caseless_get_hash(place->caseless);
	GEqualFunc equal = caseless_get_equal(place->caseless);
	g_autoptr(GPtrArray) nodes = g_ptr_array_new_with_free_func((GDestroyNotify)node_unref);
	g_autoptr(GHashTable) computes =
		g_hash_table_new_full(hash, equal, g_free, (GDestroyNotify)service_unref);
	g_autoptr(GHashTable) builders =
		g_hash_table_new_full(hash, equal, g_free, (GDestroyNotify)servers_builder_free);
	g_autoptr(GHashTable) lists =
		g_hash_table_new_full(hash, equal, g_free, (GDestroyNotify)servers_unref);
	g_autoptr(GPtrArray) tellers = g_ptr_array_new_with_free_func((GDestroyNotify)node_unref);
	struct found found = {place, queries, nodes, tellers, computes, builders, lists};
	if (!database_read(place->database, find, &found, error))
		return false;
	end_lists(&found);
	for (guint i = 0; i < queries->len; i++)
		answer(&found, queries->pdata[i]);
	return true;
}
