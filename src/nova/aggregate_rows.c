/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/aggregate_rows.h"

#include "store/schema.h"
#include "store/statement.h"

static const struct table tables[] = {
	{"aggregates", (const char *[]){"id", "uuid", "name", "created_at", "updated_at", NULL}},
	{"aggregate_hosts", (const char *[]){"id", "aggregate_id", "host", NULL}},
	{"aggregate_metadata", (const char *[]){"id", "aggregate_id", "key", "value", NULL}},
};

bool
aggregate_rows_check_tables(struct database *database, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
		if (!schema_check_table(database, &tables[i], error))
			return false;
	return true;
}

static bool
read_aggregates(struct database *database, GPtrArray *list, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(database,
		"SELECT id, uuid, name, created_at, updated_at FROM aggregates ORDER BY id", NULL,
		0);
	while (statement_next(row)) {
		const char *name = statement_get_text(row, 2);
		if (name == NULL)
			continue;
		struct aggregate *aggregate = aggregate_new(
			statement_get_integer(row, 0).value, statement_get_text(row, 1), name);
		aggregate->created_at = statement_get_moment(row, 3);
		aggregate->updated_at = statement_get_moment(row, 4);
		g_ptr_array_add(list, aggregate);
	}
	return statement_check(row, error);
}

/* The aggregate that a row's first column names; NULL: none. */
static struct aggregate *
find(GHashTable *by_id, struct statement *row)
{
	int64_t id = statement_get_integer(row, 0).value;
	return g_hash_table_lookup(by_id, &id);
}

static bool
read_hosts(struct database *database, GHashTable *by_id, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(
		database, "SELECT aggregate_id, host FROM aggregate_hosts ORDER BY id", NULL, 0);
	while (statement_next(row)) {
		struct aggregate *aggregate = find(by_id, row);
		const char *host = statement_get_text(row, 1);
		if (aggregate != NULL && host != NULL)
			aggregate_add_host(aggregate, host);
	}
	return statement_check(row, error);
}

static bool
read_metadata(struct database *database, GHashTable *by_id, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(database,
		"SELECT aggregate_id, `key`, value FROM aggregate_metadata ORDER BY id", NULL, 0);
	while (statement_next(row)) {
		struct aggregate *aggregate = find(by_id, row);
		const char *key = statement_get_text(row, 1);
		const char *value = statement_get_text(row, 2);
		if (aggregate != NULL && key != NULL && value != NULL)
			aggregate_add_metadata(aggregate, key, value);
	}
	return statement_check(row, error);
}

struct aggregates *
aggregate_rows_read(struct database *database, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)aggregate_free);
	if (!read_aggregates(database, list, error))
		return NULL;
	g_autoptr(GHashTable) by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
	for (guint i = 0; i < list->len; i++) {
		struct aggregate *aggregate = list->pdata[i];
		g_hash_table_insert(by_id, &aggregate->id, aggregate);
	}
	if (!read_hosts(database, by_id, error) || !read_metadata(database, by_id, error))
		return NULL;
	return aggregates_new(g_steal_pointer(&list));
}
