/* SPDX-License-Identifier: Apache-2.0 */
#include "store/schema.h"

#include "base/clock.h"
#include "base/error.h"
#include "store/statement.h"

/* The names that a query gives, as a set; NULL at an error. */
static GHashTable *
read_names(struct database *database, const char *sql, const struct value *values, size_t size,
	GError **error)
{
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	CLEANUP(statement_free)
	struct statement *row = statement_new(database, sql, values, size);
	while (statement_next(row))
		g_hash_table_add(names, g_strdup(statement_get_text(row, 0)));
	return statement_check(row, error) ? g_steal_pointer(&names) : NULL;
}

static bool
read_version(struct database *database, char **version, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(
		database, "SELECT value FROM muster_meta WHERE name = 'schema_version'", NULL, 0);
	*version = statement_next(row) ? g_strdup(statement_get_text(row, 0)) : NULL;
	return statement_check(row, error);
}

bool
schema_find(struct database *database, enum schema_state *state, GError **error)
{
	g_autoptr(GHashTable) tables =
		read_names(database, database_get_tables_query(database), NULL, 0, error);
	if (tables == NULL)
		return false;
	*state = SCHEMA_FOREIGN;
	if (g_hash_table_size(tables) == 0)
		*state = SCHEMA_NONE;
	if (!g_hash_table_contains(tables, "muster_meta"))
		return true;
	g_autofree char *version = NULL;
	if (!read_version(database, &version, error))
		return false;
	*state = version == NULL ? SCHEMA_BEGUN : SCHEMA_OWN;
	return true;
}

static bool
add_meta(struct database *database, const char *name, const char *value, GError **error)
{
	return statement_run(database, "INSERT INTO muster_meta (name, value) VALUES (?1, ?2)",
		VALUES(value_text(name), value_text(value)), error);
}

static bool
make_tables(void *data, GError **error)
{
	struct database *database = data;
	const char *const *schema = database_get_schema(database);
	for (; *schema != NULL; schema++)
		if (!database_execute(database, *schema, error))
			return false;
	return true;
}

static bool
fill_meta(void *data, GError **error)
{
	struct database *database = data;
	g_autofree char *version = g_strdup_printf("%d", SCHEMA_VERSION);
	g_autofree char *uuid = g_uuid_string_random();
	g_autofree char *now = clock_format_sql(clock_now());
	return add_meta(database, "schema_version", version, error) &&
	       add_meta(database, "installation_uuid", uuid, error) &&
	       add_meta(database, "created_at", now, error);
}

bool
schema_create(struct database *database, GError **error)
{
	return database_write(database, make_tables, database, error) &&
	       database_write(database, fill_meta, database, error);
}

bool
schema_check_version(struct database *database, GError **error)
{
	g_autofree char *text = NULL;
	if (!read_version(database, &text, error))
		return false;
	guint64 version = 0;
	if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT32, &version, NULL)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"%s: muster_meta's schema_version is '%s': expected a number",
			database_get_name(database), text == NULL ? "" : text);
		return false;
	}
	if (version > SCHEMA_VERSION) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED,
			"%s was made by a newer Muster: its schema_version is %d, this one knows "
			"%d",
			database_get_name(database), (int)version, SCHEMA_VERSION);
		return false;
	}
	return true;
}

bool
schema_check_table(struct database *database, const struct table *table, GError **error)
{
	g_autoptr(GHashTable) columns = read_names(database, database_get_columns_query(database),
		VALUES(value_text(table->name)), error);
	if (columns == NULL)
		return false;
	for (const char *const *column = table->columns; *column != NULL; column++) {
		if (g_hash_table_contains(columns, *column))
			continue;
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID, "%s.%s is missing in %s",
			table->name, *column, database_get_name(database));
		return false;
	}
	return true;
}
