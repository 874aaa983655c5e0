/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/cloud_rows.h"

#include "model/caseless.h"
#include "nova/teller.h"

/* What a cell has of a host. Services and nodes are lent by the cell's tables. */
struct host_rows {
	GPtrArray *services;
	GPtrArray *nodes;
	struct node *teller;     /* one of the nodes; NULL: no row tells the uptime (teller.h) */
	struct servers *servers; /* NULL: none */
	bool published;
};

struct cell_rows {
	int64_t id;
	GHashTable *services; /* id -> struct service *, owned */
	GHashTable *nodes;    /* id -> struct node *, owned */
	GHashTable *hosts;    /* name -> struct host_rows * */
};

struct cloud_rows {
	struct inventory *inventory;
	bool caseless;
	bool loaded;          /* something has been published */
	GHashTable *cells;    /* id -> struct cell_rows * */
	GHashTable *mappings; /* host -> int64_t *, its cell's id */
	GHashTable *dirty;    /* a set of hosts: what is published of them may be wrong */
	struct servers *none;
};

static gpointer
key_of(int64_t id)
{
	return (gpointer)(intptr_t)id;
}

static void
host_rows_free(void *data)
{
	struct host_rows *host = data;
	g_ptr_array_unref(host->services);
	g_ptr_array_unref(host->nodes);
	g_clear_pointer(&host->servers, servers_unref);
	g_free(host);
}

static void
cell_rows_free(void *data)
{
	struct cell_rows *cell = data;
	g_hash_table_unref(cell->hosts);
	g_hash_table_unref(cell->services);
	g_hash_table_unref(cell->nodes);
	g_free(cell);
}

static GHashTable *
new_table_by_host(const struct cloud_rows *rows, GDestroyNotify free_value)
{
	return g_hash_table_new_full(caseless_get_hash(rows->caseless),
		caseless_get_equal(rows->caseless), g_free, free_value);
}

struct cloud_rows *
cloud_rows_new(struct inventory *inventory, bool caseless)
{
	struct cloud_rows *rows = g_new(struct cloud_rows, 1);
	*rows = (struct cloud_rows){.inventory = inventory, .caseless = caseless};
	rows->cells = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, cell_rows_free);
	rows->mappings = new_table_by_host(rows, NULL);
	rows->dirty = new_table_by_host(rows, NULL);
	rows->none = servers_new_empty();
	return rows;
}

void
cloud_rows_free(struct cloud_rows *rows)
{
	g_hash_table_unref(rows->cells);
	g_hash_table_unref(rows->mappings);
	g_hash_table_unref(rows->dirty);
	servers_unref(rows->none);
	g_free(rows);
}

static struct cell_rows *
find_or_add_cell(struct cloud_rows *rows, int64_t id)
{
	struct cell_rows *cell = g_hash_table_lookup(rows->cells, key_of(id));
	if (cell != NULL)
		return cell;
	cell = g_new(struct cell_rows, 1);
	*cell = (struct cell_rows){
		.id = id,
		.services = g_hash_table_new_full(
			g_direct_hash, g_direct_equal, NULL, (GDestroyNotify)service_unref),
		.nodes = g_hash_table_new_full(
			g_direct_hash, g_direct_equal, NULL, (GDestroyNotify)node_unref),
		.hosts = new_table_by_host(rows, host_rows_free),
	};
	g_hash_table_insert(rows->cells, key_of(id), cell);
	return cell;
}

static struct host_rows *
find_or_add_host(struct cell_rows *cell, const char *name)
{
	struct host_rows *host = g_hash_table_lookup(cell->hosts, name);
	if (host != NULL)
		return host;
	host = g_new0(struct host_rows, 1);
	host->services = g_ptr_array_new();
	host->nodes = g_ptr_array_new();
	g_hash_table_insert(cell->hosts, g_strdup(name), host);
	return host;
}

static void
mark(struct cloud_rows *rows, const char *host)
{
	if (!g_hash_table_contains(rows->dirty, host))
		g_hash_table_add(rows->dirty, g_strdup(host));
}

static void
remove_service(struct cloud_rows *rows, struct cell_rows *cell, struct service *service)
{
	const char *name = service_get_host(service);
	mark(rows, name);
	g_ptr_array_remove(find_or_add_host(cell, name)->services, service);
	g_hash_table_remove(cell->services, key_of(service_get_id(service)));
}

static void
take_service(struct cloud_rows *rows, struct cell_rows *cell, struct service *service, int64_t now)
{
	gpointer key = key_of(service_get_id(service));
	struct service *old = g_hash_table_lookup(cell->services, key);
	int64_t seen = service_get_last_seen_up(service);
	int64_t updated_at = service_get_updated_at(service);
	if (old != NULL && service_equal(old, service)) {
		if (service_get_last_seen_up(old) != seen ||
			service_get_updated_at(old) != updated_at)
			inventory_beat_service(rows->inventory, old, seen, updated_at, now);
		return;
	}
	if (old != NULL)
		remove_service(rows, cell, old);
	mark(rows, service_get_host(service));
	g_hash_table_insert(cell->services, key, service_ref(service));
	g_ptr_array_add(find_or_add_host(cell, service_get_host(service))->services, service);
}

static void
take_services(struct cloud_rows *rows, struct cell_rows *cell, GPtrArray *services, int64_t now)
{
	g_autoptr(GHashTable) live = g_hash_table_new(g_direct_hash, g_direct_equal);
	for (guint i = 0; i < services->len; i++) {
		take_service(rows, cell, services->pdata[i], now);
		g_hash_table_add(live, key_of(service_get_id(services->pdata[i])));
	}
	guint size;
	g_autofree gpointer *ids = g_hash_table_get_keys_as_array(cell->services, &size);
	for (guint i = 0; i < size; i++)
		if (!g_hash_table_contains(live, ids[i]))
			remove_service(rows, cell, g_hash_table_lookup(cell->services, ids[i]));
}

static void
remove_node(struct cloud_rows *rows, struct cell_rows *cell, struct node *node)
{
	const struct node_columns *columns = node_get_columns(node);
	mark(rows, columns->host);
	g_ptr_array_remove(find_or_add_host(cell, columns->host)->nodes, node);
	g_hash_table_remove(cell->nodes, key_of(columns->id));
}

static void
take_node(struct cloud_rows *rows, struct cell_rows *cell, struct node *node)
{
	const struct node_columns *columns = node_get_columns(node);
	struct node *old = g_hash_table_lookup(cell->nodes, key_of(columns->id));
	if (old != NULL && node_equal(old, node))
		return;
	if (old != NULL)
		remove_node(rows, cell, old);
	mark(rows, columns->host);
	g_hash_table_insert(cell->nodes, key_of(columns->id), node_ref(node));
	g_ptr_array_add(find_or_add_host(cell, columns->host)->nodes, node);
}

static void
take_nodes(struct cloud_rows *rows, struct cell_rows *cell, const struct cell_delta *delta)
{
	g_autoptr(GHashTable) live = g_hash_table_new(g_direct_hash, g_direct_equal);
	for (guint i = 0; i < delta->nodes->len; i++) {
		struct node *node = delta->nodes->pdata[i];
		take_node(rows, cell, node);
		if (delta->all_nodes)
			g_hash_table_add(live, key_of(node_get_columns(node)->id));
	}
	for (guint i = 0; i < delta->gone->len; i++) {
		gpointer key = key_of(g_array_index(delta->gone, int64_t, i));
		struct node *node = g_hash_table_lookup(cell->nodes, key);
		if (node != NULL)
			remove_node(rows, cell, node);
	}
	if (!delta->all_nodes)
		return;
	guint size;
	g_autofree gpointer *ids = g_hash_table_get_keys_as_array(cell->nodes, &size);
	for (guint i = 0; i < size; i++)
		if (!g_hash_table_contains(live, ids[i]))
			remove_node(rows, cell, g_hash_table_lookup(cell->nodes, ids[i]));
}

/* servers: NULL for none. */
static void
set_servers(
	struct cloud_rows *rows, const char *name, struct host_rows *host, struct servers *servers)
{
	if (servers_equal(host->servers == NULL ? rows->none : host->servers,
		    servers == NULL ? rows->none : servers))
		return;
	mark(rows, name);
	g_clear_pointer(&host->servers, servers_unref);
	if (servers != NULL && servers_get_size(servers) > 0)
		host->servers = servers_ref(servers);
}

static void
take_servers(struct cloud_rows *rows, struct cell_rows *cell, const struct cell_delta *delta)
{
	GHashTableIter iter;
	gpointer name, value;
	g_hash_table_iter_init(&iter, delta->servers);
	while (g_hash_table_iter_next(&iter, &name, &value))
		set_servers(rows, name, find_or_add_host(cell, name), value);
	if (!delta->all_servers)
		return;
	g_hash_table_iter_init(&iter, cell->hosts);
	while (g_hash_table_iter_next(&iter, &name, &value))
		if (!g_hash_table_contains(delta->servers, name))
			set_servers(rows, name, value, NULL);
}

void
cloud_rows_take_delta(struct cloud_rows *rows, struct cell_delta *delta, int64_t now)
{
	struct cell_rows *cell = find_or_add_cell(rows, delta->cell);
	if (delta->services != NULL)
		take_services(rows, cell, delta->services, now);
	take_nodes(rows, cell, delta);
	take_servers(rows, cell, delta);
	cell_delta_free(delta);
}

void
cloud_rows_drop_cell(struct cloud_rows *rows, int64_t id)
{
	struct cell_delta *nothing = cell_delta_new(id, rows->caseless);
	nothing->services = g_ptr_array_new();
	nothing->all_nodes = nothing->all_servers = true;
	cloud_rows_take_delta(rows, nothing, 0);
}

/* Marks the hosts that `some` maps otherwise than `others` does. */
static void
mark_remapped(struct cloud_rows *rows, GHashTable *some, GHashTable *others)
{
	GHashTableIter iter;
	gpointer host, cell;
	g_hash_table_iter_init(&iter, some);
	while (g_hash_table_iter_next(&iter, &host, &cell)) {
		const int64_t *other = g_hash_table_lookup(others, host);
		if (other == NULL || *other != *(const int64_t *)cell)
			mark(rows, host);
	}
}

void
cloud_rows_set_mappings(struct cloud_rows *rows, GHashTable *mappings)
{
	if (mappings == rows->mappings)
		return;
	mark_remapped(rows, mappings, rows->mappings);
	mark_remapped(rows, rows->mappings, mappings);
	g_hash_table_unref(rows->mappings);
	rows->mappings = g_hash_table_ref(mappings);
}

static struct service *
find_compute(const struct host_rows *host)
{
	for (guint i = 0; host != NULL && i < host->services->len; i++)
		if (service_is_compute(host->services->pdata[i]))
			return host->services->pdata[i];
	return NULL;
}

static struct hypervisor *
join(const struct cloud_rows *rows, struct node *row, const struct host_rows *own)
{
	const char *name = node_get_columns(row)->host;
	const int64_t *mapped = g_hash_table_lookup(rows->mappings, name);
	struct cell_rows *cell =
		mapped == NULL ? NULL : g_hash_table_lookup(rows->cells, key_of(*mapped));
	struct host_rows *host = cell == NULL ? NULL : g_hash_table_lookup(cell->hosts, name);
	struct service *compute = find_compute(own);
	const struct hypervisor_joins joins = {
		.service = find_compute(host),
		.servers = host == NULL || host->servers == NULL ? rows->none : host->servers,
		.unmapped = mapped == NULL,
		.counts = compute != NULL && service_counts(compute),
	};
	CLEANUP(node_unref)
	struct node *node = teller_complete(row, host == NULL ? NULL : host->teller);
	return hypervisor_new(node, &joins);
}

static struct host *
make_host(
	const struct cloud_rows *rows, int64_t cell, const char *name, const struct host_rows *from)
{
	struct host *host = host_new_of_cell(cell, name);
	for (guint i = 0; i < from->services->len; i++)
		host_take_service(host, service_ref(from->services->pdata[i]));
	for (guint i = 0; i < from->nodes->len; i++)
		host_take_hypervisor(host, join(rows, from->nodes->pdata[i], from));
	return host;
}

static void
find_tellers(struct cloud_rows *rows, const char *name)
{
	GHashTableIter iter;
	gpointer cell;
	g_hash_table_iter_init(&iter, rows->cells);
	while (g_hash_table_iter_next(&iter, NULL, &cell)) {
		struct host_rows *host =
			g_hash_table_lookup(((struct cell_rows *)cell)->hosts, name);
		if (host != NULL)
			host->teller = teller_find(host->nodes);
	}
}

/* What is to be published of a host in each of the cells that have it, or had. */
static void
collect(struct cloud_rows *rows, const char *name, GPtrArray *hosts)
{
	GHashTableIter iter;
	gpointer value;
	find_tellers(rows, name);
	g_hash_table_iter_init(&iter, rows->cells);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct cell_rows *cell = value;
		struct host_rows *host = g_hash_table_lookup(cell->hosts, name);
		if (host == NULL)
			continue;
		bool is_there = host->services->len > 0 || host->nodes->len > 0;
		if (is_there || host->published)
			g_ptr_array_add(hosts, make_host(rows, cell->id, name, host));
		host->published = is_there;
		if (!is_there && host->servers == NULL)
			g_hash_table_remove(cell->hosts, name);
	}
}

void
cloud_rows_publish(struct cloud_rows *rows, int64_t read_at)
{
	g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	GHashTableIter iter;
	gpointer name;
	g_hash_table_iter_init(&iter, rows->dirty);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		collect(rows, name, hosts);
	g_hash_table_remove_all(rows->dirty);

	if (!rows->loaded && rows->caseless)
		inventory_load_caseless(rows->inventory, hosts, read_at);
	else if (!rows->loaded)
		inventory_load(rows->inventory, hosts, read_at);
	else if (hosts->len > 0)
		inventory_update(rows->inventory, hosts, read_at);
	else
		inventory_confirm(rows->inventory, read_at);
	rows->loaded = true;
}
