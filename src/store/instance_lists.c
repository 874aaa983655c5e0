/* SPDX-License-Identifier: Apache-2.0 */
#include "store/instance_lists.h"

#include "model/caseless.h"
#include "model/servers.h"
#include "store/instance_index.h"

/* A reading of rows. */
struct reading {
	const struct instance_lists *into;
	GHashTable *builders; /* host -> struct servers_builder * */
	GString *name;
};

static struct servers_builder *
find_builder(const struct reading *reading, const char *host)
{
	struct servers_builder *builder = g_hash_table_lookup(reading->builders, host);
	if (builder == NULL) {
		builder = servers_builder_new();
		g_hash_table_insert(reading->builders, g_strdup(host), builder);
	}
	return builder;
}

static void
append_name(GString *name, const struct instance_name_columns *columns,
	const struct instance_name *names)
{
	const char *display_name = columns->display_name;
	g_string_truncate(name, 0);
	if (names != NULL)
		instance_name_append(names, columns, name);
	else
		g_string_append(name, display_name != NULL ? display_name : columns->uuid);
}

static void
take_instance(const struct instance_columns *columns, void *data)
{
	const struct reading *reading = data;
	const struct instance_lists *into = reading->into;
	if (into->place != NULL)
		into->place(columns->named.id, columns->host, into->data);
	if (columns->host == NULL)
		return;
	append_name(reading->name, &columns->named, into->names);
	servers_builder_add(find_builder(reading, columns->host), columns->named.id,
		columns->named.uuid, reading->name->str);
}

static void
end_lists(const struct reading *reading)
{
	GHashTableIter iter;
	gpointer host, builder;
	g_hash_table_iter_init(&iter, reading->builders);
	while (g_hash_table_iter_next(&iter, &host, &builder)) {
		g_hash_table_iter_steal(&iter);
		g_hash_table_replace(reading->into->lists, host, servers_builder_end(builder));
	}
}

bool
instance_lists_read_rows(
	const struct instance_lists *into, const struct live_rows *which, GError **error)
{
	g_autoptr(GHashTable) builders = g_hash_table_new_full(caseless_get_hash(into->caseless),
		caseless_get_equal(into->caseless), g_free, (GDestroyNotify)servers_builder_free);
	g_autoptr(GString) name = g_string_new(NULL);
	struct reading reading = {into, builders, name};
	if (!live_rows_read_instances(which, take_instance, &reading, error))
		return false;
	end_lists(&reading);
	return true;
}

bool
instance_lists_need_rows(const struct instance_lists *into)
{
	return into->names == NULL || instance_name_needs_texts(into->names);
}

bool
instance_lists_read(
	const struct instance_lists *into, const struct live_rows *which, GError **error)
{
	const struct instance_index_source source = {which->database, which->database};
	bool done = false;
	if (which->condition == NULL && !instance_lists_need_rows(into) &&
		!instance_index_read(into, &source, &done, error))
		return false;
	return done || instance_lists_read_rows(into, which, error);
}
