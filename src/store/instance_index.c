/* SPDX-License-Identifier: Apache-2.0 */
#include "store/instance_index.h"

#include <string.h>

#include "model/caseless.h"
#include "model/servers.h"
#include "store/statement.h"

/* `deleted` stands in a function, so that no database thinks of its index on (deleted,
 * created_at), from which it would go on to the rows. */
#define IS_LIVE "COALESCE(deleted, 1) = 0"

/* From the least id to the greatest: an array of so many places takes 256 MiB while it is used. */
#define SPAN_MAX (64 * 1024 * 1024)

/* What the index on uuid says of an instance. */
struct server {
	int64_t id;
	char uuid[LIVE_ROWS_UUID_MAX + 1];
};

/* All that it says. */
struct uuids {
	struct database *database;
	GError *error;
	GArray *servers; /* struct server, as they came */
	int64_t least, greatest;
	guint32 *places; /* by id from the least: the place of its server, counted from 1; 0: none;
			    NULL: the ids lie too far apart */
};

static void
add_server(struct uuids *uuids, int64_t id, const char *uuid)
{
	struct server server = {.id = id};
	memcpy(server.uuid, uuid, strlen(uuid) + 1);
	g_array_append_val(uuids->servers, server);
	uuids->least = MIN(uuids->least, id);
	uuids->greatest = MAX(uuids->greatest, id);
}

static void
note_places(struct uuids *uuids)
{
	const GArray *servers = uuids->servers;
	uint64_t span = servers->len == 0 ? 0 : (uint64_t)uuids->greatest - (uint64_t)uuids->least;
	if (span >= SPAN_MAX)
		return;
	uuids->places = g_new0(guint32, span + 1);
	for (guint32 i = 0; i < servers->len; i++)
		uuids->places[g_array_index(servers, struct server, i).id - uuids->least] = i + 1;
}

static void *
read_uuids(void *data)
{
	struct uuids *uuids = data;
	CLEANUP(statement_free)
	struct statement *row = statement_new_stream(
		uuids->database, "SELECT id, uuid FROM instances WHERE " IS_LIVE);
	while (statement_next(row)) {
		const char *uuid = statement_get_text(row, 1);
		if (live_rows_is_uuid(uuid))
			add_server(uuids, statement_get_integer(row, 0).value, uuid);
	}
	if (statement_check(row, &uuids->error))
		note_places(uuids);
	return NULL;
}

static void
uuids_clear(struct uuids *uuids)
{
	g_clear_error(&uuids->error);
	g_array_unref(uuids->servers);
	g_free(uuids->places);
}

static const struct server *
find_server(const struct uuids *uuids, int64_t id)
{
	if (id < uuids->least || id > uuids->greatest)
		return NULL;
	guint32 place = uuids->places[id - uuids->least];
	return place == 0 ? NULL : &g_array_index(uuids->servers, struct server, place - 1);
}

/* What the index on host says: the ids of each host's instances. */
struct hosts {
	GHashTable *ids;  /* host -> GArray of int64_t */
	const char *last; /* the host of the last one, which most often is that of the next */
	GArray *last_ids;
};

static void
add_id(struct hosts *hosts, const char *host, int64_t id)
{
	if (hosts->last == NULL || !g_str_equal(host, hosts->last)) {
		gpointer name, ids;
		if (!g_hash_table_lookup_extended(hosts->ids, host, &name, &ids)) {
			name = g_strdup(host);
			ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
			g_hash_table_insert(hosts->ids, name, ids);
		}
		hosts->last = name;
		hosts->last_ids = ids;
	}
	g_array_append_val(hosts->last_ids, id);
}

static bool
read_hosts(const struct instance_lists *into, struct database *database, struct hosts *hosts,
	GError **error)
{
	CLEANUP(statement_free)
	struct statement *row =
		statement_new_stream(database, "SELECT id, host FROM instances WHERE " IS_LIVE);
	while (statement_next(row)) {
		int64_t id = statement_get_integer(row, 0).value;
		const char *host = statement_get_text(row, 1);
		if (into->place != NULL)
			into->place(id, host, into->data);
		if (host != NULL)
			add_id(hosts, host, id);
	}
	return statement_check(row, error);
}

/* The uuids of a host lie all over the memory. Asked for at once they come together; one by one
 * they would be waited for, a quarter of all the time. */
static void
prefetch_servers(const struct uuids *uuids, const GArray *ids)
{
	for (guint i = 0; i < ids->len; i++) {
		const char *server =
			(const char *)find_server(uuids, g_array_index(ids, int64_t, i));
		if (server == NULL)
			continue;
		__builtin_prefetch(server);
		__builtin_prefetch(server + sizeof(struct server) - 1);
	}
}

static struct servers *
make_list(const struct instance_name *names, const struct uuids *uuids, const GArray *ids)
{
	struct servers_builder *builder = servers_builder_new();
	g_autoptr(GString) name = g_string_new(NULL);
	prefetch_servers(uuids, ids);
	for (guint i = 0; i < ids->len; i++) {
		const struct server *server = find_server(uuids, g_array_index(ids, int64_t, i));
		if (server == NULL)
			continue;
		const struct instance_name_columns columns = {
			.id = server->id, .uuid = server->uuid};
		g_string_truncate(name, 0);
		instance_name_append(names, &columns, name);
		servers_builder_add(builder, server->id, server->uuid, name->str);
	}
	return servers_builder_end(builder);
}

static void
make_lists(const struct instance_lists *into, const struct uuids *uuids, GHashTable *hosts)
{
	GHashTableIter iter;
	gpointer host, ids;
	g_hash_table_iter_init(&iter, hosts);
	while (g_hash_table_iter_next(&iter, &host, &ids)) {
		struct servers *list = make_list(into->names, uuids, ids);
		g_hash_table_iter_steal(&iter);
		g_hash_table_replace(into->lists, host, list);
		g_array_unref(ids);
	}
}

static bool
read_both(const struct instance_lists *into, struct database *database, struct uuids *uuids,
	struct hosts *hosts, GError **error)
{
	GThread *beside = NULL;
	if (uuids->database != database)
		beside = g_thread_new("uuids", read_uuids, uuids);
	bool done = read_hosts(into, database, hosts, error);
	if (beside != NULL)
		g_thread_join(beside);
	else if (done)
		read_uuids(uuids);
	if (!done || uuids->error == NULL)
		return done;
	g_propagate_error(error, g_steal_pointer(&uuids->error));
	return false;
}

bool
instance_index_read(const struct instance_lists *into, const struct instance_index_source *source,
	bool *done, GError **error)
{
	g_autoptr(GHashTable) ids = g_hash_table_new_full(caseless_get_hash(into->caseless),
		caseless_get_equal(into->caseless), g_free, (GDestroyNotify)g_array_unref);
	struct hosts hosts = {.ids = ids};
	struct uuids uuids = {
		.database = source->uuids,
		.servers = g_array_new(FALSE, FALSE, sizeof(struct server)),
		.least = INT64_MAX,
		.greatest = INT64_MIN,
	};
	bool read = read_both(into, source->hosts, &uuids, &hosts, error);
	*done = read && uuids.places != NULL;
	if (*done)
		make_lists(into, &uuids, ids);
	uuids_clear(&uuids);
	return read;
}
