/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/cell_query.h"

#include "model/caseless.h"
#include "nova/teller.h"
#include "store/instance_lists.h"
#include "store/live_rows.h"
#include "store/statement.h"

#define KEYS_MAX 256 /* in one SQL statement */

/* What is read for a number of queries. */
struct found {
	const struct cell_place *place;
	GPtrArray *queries;
	GHashTable *by_uuid;  /* -> struct node *, owned */
	GHashTable *by_id;    /* -> struct node *, owned */
	GHashTable *tellers;  /* host -> struct node *, owned: it tells the uptime (teller.h) */
	GHashTable *computes; /* host -> struct service * */
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
	struct node *node = node_new(columns);
	const struct node_columns *own = node_get_columns(node);
	g_hash_table_replace(found->by_uuid, (gpointer)own->uuid, node);
	g_hash_table_replace(found->by_id, (gpointer)&own->id, node_ref(node));
}

static void
take_teller(const struct node_columns *columns, void *data)
{
	struct found *found = data;
	if (columns->uptime_known && !g_hash_table_contains(found->tellers, columns->host))
		g_hash_table_insert(found->tellers, g_strdup(columns->host), node_new(columns));
}

static void
take_service(const struct service_columns *columns, void *data)
{
	struct found *found = data;
	if (!g_hash_table_contains(found->computes, columns->host))
		g_hash_table_insert(found->computes, g_strdup(columns->host), service_new(columns));
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
	return live_rows_read_nodes(which, take_node, found, NULL, error);
}

static bool
read_tellers(struct found *found, const struct live_rows *which, GError **error)
{
	return live_rows_read_nodes(which, take_teller, found, NULL, error);
}

static bool
read_services(struct found *found, const struct live_rows *which, GError **error)
{
	return live_rows_read_services(which, take_service, found, error);
}

static bool
read_instances(struct found *found, const struct live_rows *which, GError **error)
{
	const struct instance_lists into = {
		.lists = found->lists,
		.caseless = found->place->caseless,
		.names = found->place->names,
	};
	return instance_lists_read(&into, which, error);
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
	if (query->uuid != NULL)
		return g_hash_table_lookup(found->by_uuid, query->uuid);
	return query->host != NULL ? NULL : g_hash_table_lookup(found->by_id, &query->id);
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

/* A set of hosts; many queries may be about the same. */
static GHashTable *
new_hosts(const struct found *found)
{
	bool caseless = found->place->caseless;
	return g_hash_table_new(caseless_get_hash(caseless), caseless_get_equal(caseless));
}

/* Reads the rows of each host once: in two statements they would come twice. */
static bool
read_by_host(
	struct found *found, read_rows *read, GHashTable *hosts, const char *also, GError **error)
{
	g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(struct value));
	GHashTableIter iter;
	gpointer host;
	g_hash_table_iter_init(&iter, hosts);
	while (g_hash_table_iter_next(&iter, &host, NULL)) {
		struct value key = value_text(host);
		g_array_append_val(keys, key);
	}
	return read_by(found, read, "host", keys, also, error);
}

static bool
find_hosts(struct found *found, GError **error)
{
	g_autoptr(GHashTable) all = new_hosts(found);
	g_autoptr(GHashTable) with_servers = new_hosts(found);
	g_autoptr(GHashTable) without_uptime = new_hosts(found);
	for (guint i = 0; i < found->queries->len; i++) {
		const struct cell_query *query = found->queries->pdata[i];
		char *host = (char *)get_host(found, query);
		if (host == NULL)
			continue;
		g_hash_table_add(all, host);
		if (query->servers)
			g_hash_table_add(with_servers, host);
		const struct node *node = get_node(found, query);
		if (query->uptime && (node == NULL || !node_get_columns(node)->uptime_known))
			g_hash_table_add(without_uptime, host);
	}
	return read_by_host(found, read_services, all, " AND `binary` = 'nova-compute'", error) &&
	       read_by_host(found, read_instances, with_servers, NULL, error) &&
	       read_by_host(found, read_tellers, without_uptime, NULL, error);
}

/* It may begin again from its beginning. */
static bool
find(void *data, GError **error)
{
	struct found *found = data;
	g_hash_table_remove_all(found->by_uuid);
	g_hash_table_remove_all(found->by_id);
	g_hash_table_remove_all(found->tellers);
	g_hash_table_remove_all(found->computes);
	g_hash_table_remove_all(found->lists);
	return find_nodes(found, error) && find_hosts(found, error);
}

static void
answer(const struct found *found, struct cell_query *query)
{
	struct node *node = get_node(found, query);
	const char *host = get_host(found, query);
	if (host == NULL)
		return;
	struct node *teller = g_hash_table_lookup(found->tellers, host);
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
	g_autoptr(GHashTable) by_uuid =
		g_hash_table_new_full(hash, equal, NULL, (GDestroyNotify)node_unref);
	g_autoptr(GHashTable) by_id = g_hash_table_new_full(
		g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)node_unref);
	g_autoptr(GHashTable) tellers =
		g_hash_table_new_full(hash, equal, g_free, (GDestroyNotify)node_unref);
	g_autoptr(GHashTable) computes =
		g_hash_table_new_full(hash, equal, g_free, (GDestroyNotify)service_unref);
	g_autoptr(GHashTable) lists =
		g_hash_table_new_full(hash, equal, g_free, (GDestroyNotify)servers_unref);
	struct found found = {place, queries, by_uuid, by_id, tellers, computes, lists};
	if (!database_read_apart(place->database, find, &found, error))
		return false;
	for (guint i = 0; i < queries->len; i++)
		answer(&found, queries->pdata[i]);
	return true;
}
