/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/api_database.h"

#include <string.h>

#include "base/error.h"
#include "model/caseless.h"
#include "nova/aggregate_rows.h"
#include "nova/url_template.h"
#include "store/schema.h"
#include "store/statement.h"

static const struct table cells_table = {"cell_mappings",
	(const char *[]){"id", "uuid", "name", "transport_url", "database_connection", NULL}};
static const struct table hosts_table = {
	"host_mappings", (const char *[]){"id", "host", "cell_id", NULL}};

struct api_database {
	struct database *database;
	char *connection;    /* NULL: not set */
	char *transport_url; /* NULL: not set */
	bool caseless;
	bool has_aggregates;
	char *missing; /* what keeps it from having them; NULL: nothing, or it was logged */

	/* Of the last reading. To find that the next one brings the same bytes costs far less than
	 * to make a table of them. */
	GString *packed;      /* the mappings: of each the cell's id, and the host with its NUL */
	GHashTable *mappings; /* what was made of them */
	GPtrArray *wrong;     /* messages, which are not logged again */
};

struct reading {
	struct api_database *api;
	struct api_rows *rows;
	GString *packed;
	GPtrArray *wrong; /* messages */
};

/* A value of a table of mappings, whose users see the first member alone. */
struct mapping {
	int64_t cell;
	char host[]; /* the key */
};

struct api_database *
api_database_new(
	struct database *database, const struct api_database_options *options, GError **error)
{
	g_autoptr(GError) missing = NULL;
	bool caseless;
	if (!schema_check_table(database, &cells_table, error) ||
		!schema_check_table(database, &hosts_table, error) ||
		!database_compare_case(database, "host_mappings", "host", &caseless, error))
		return NULL;
	bool has_aggregates = aggregate_rows_check_tables(database, &missing);
	if (!has_aggregates && !g_error_matches(missing, MUSTER_ERROR, MUSTER_ERROR_INVALID)) {
		g_propagate_error(error, g_steal_pointer(&missing));
		return NULL;
	}
	struct api_database *api = g_new(struct api_database, 1);
	*api = (struct api_database){
		.database = database,
		.connection = g_strdup(options->connection),
		.transport_url = g_strdup(options->transport_url),
		.caseless = caseless,
		.has_aggregates = has_aggregates,
		.missing = has_aggregates ? NULL : g_strdup(missing->message),
		.wrong = g_ptr_array_new_with_free_func(g_free),
	};
	return api;
}

static void
forget_mappings(struct api_database *api)
{
	if (api->packed != NULL)
		g_string_free(g_steal_pointer(&api->packed), TRUE);
	g_clear_pointer(&api->mappings, g_hash_table_unref);
}

void
api_database_free(struct api_database *api)
{
	g_free(api->connection);
	g_free(api->missing);
	g_free(api->transport_url);
	forget_mappings(api);
	g_ptr_array_unref(api->wrong);
	g_free(api);
}

bool
api_database_is_caseless(const struct api_database *api)
{
	return api->caseless;
}

void
api_rows_free(struct api_rows *rows)
{
	g_clear_pointer(&rows->cells, g_ptr_array_unref);
	g_clear_pointer(&rows->mappings, g_hash_table_unref);
	g_clear_pointer(&rows->aggregates, aggregates_unref);
	g_free(rows);
}

/* Takes note of what is wrong; it is logged if the reading succeeds. */
static void G_GNUC_PRINTF(2, 3) note(struct reading *reading, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_ptr_array_add(reading->wrong, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

/* Fills in one of a cell's URLs from the option of nova.conf. url, value: may be NULL. */
static char *
fill(struct reading *reading, const char *cell, const char *url, const char *option,
	const char *value)
{
	g_autoptr(GError) error = NULL;
	if (url == NULL)
		return NULL;
	char *filled = value == NULL ? NULL : url_template_fill(url, value, &error);
	if (filled != NULL)
		return filled;
	if (error != NULL)
		note(reading,
			"cell %s: its URL is not filled in from %s but taken as it stands: %s",
			cell, option, error->message);
	else if (strchr(url, '{') != NULL)
		note(reading,
			"cell %s: its URL is a template for %s, which is not set: it is taken as "
			"it stands",
			cell, option);
	return g_strdup(url);
}

static struct cell_mapping *
make_cell(struct reading *reading, struct statement *row)
{
	const struct api_database *api = reading->api;
	int64_t id = statement_get_integer(row, 0).value;
	const char *uuid = statement_get_text(row, 1);
	const char *name = statement_get_text(row, 2);
	const char *database_url = statement_get_text(row, 3);
	const char *transport_url = statement_get_text(row, 4);
	if (uuid == NULL || database_url == NULL) {
		note(reading,
			"cell_mappings: the row of id %" G_GINT64_FORMAT
			" has no uuid or no database_connection and is passed over",
			id);
		return NULL;
	}
	if (name == NULL || *name == '\0')
		name = uuid;
	struct cell_mapping *cell = g_new(struct cell_mapping, 1);
	*cell = (struct cell_mapping){
		.id = id,
		.uuid = g_strdup(uuid),
		.name = g_strdup(name),
		.database_url =
			fill(reading, name, database_url, "[database] connection", api->connection),
		.transport_url = fill(reading, name, transport_url, "[DEFAULT] transport_url",
			api->transport_url),
	};
	return cell;
}

static bool
read_cells(struct reading *reading, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(reading->api->database,
		"SELECT id, uuid, name, database_connection, transport_url FROM cell_mappings "
		"ORDER BY id",
		NULL, 0);
	while (statement_next(row)) {
		struct cell_mapping *cell = make_cell(reading, row);
		if (cell != NULL)
			g_ptr_array_add(reading->rows->cells, cell);
	}
	return statement_check(row, error);
}

/* A row of host_mappings: a host, and its cell. */
static void
pack_row(GString *packed, struct statement *row)
{
	const char *host = statement_get_text(row, 0);
	struct nullable cell = statement_get_integer(row, 1);
	if (host == NULL || !cell.known)
		return;
	g_string_append_len(packed, (const char *)&cell.value, sizeof(cell.value));
	g_string_append_len(packed, host, (gssize)strlen(host) + 1);
}

static GHashTable *
unpack(const GString *packed, bool caseless)
{
	GHashTable *mappings = g_hash_table_new_full(caseless ? caseless_hash : g_str_hash,
		caseless ? caseless_equal : g_str_equal, NULL, g_free);
	const char *end = packed->str + packed->len;
	for (const char *at = packed->str; at < end;) {
		size_t size = sizeof(int64_t) + strlen(at + sizeof(int64_t)) + 1;
		struct mapping *mapping = g_memdup2(at, size);
		g_hash_table_replace(mappings, mapping->host, mapping);
		at += size;
	}
	return mappings;
}

static bool
read_mappings(struct reading *reading, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(reading->api->database,
		"SELECT host, cell_id FROM host_mappings ORDER BY id", NULL, 0);
	while (statement_next(row))
		pack_row(reading->packed, row);
	return statement_check(row, error);
}

static bool
read_rows(void *data, GError **error)
{
	struct reading *reading = data;
	struct api_rows *rows = reading->rows;
	g_ptr_array_set_size(rows->cells, 0);
	g_string_truncate(reading->packed, 0);
	g_ptr_array_set_size(reading->wrong, 0);
	g_clear_pointer(&rows->aggregates, aggregates_unref);
	if (!read_cells(reading, error) || !read_mappings(reading, error))
		return false;
	if (!reading->api->has_aggregates)
		return true;
	rows->aggregates = aggregate_rows_read(reading->api->database, error);
	return rows->aggregates != NULL;
}

/* Logs what was not wrong at the last reading. */
static void
log_news(struct api_database *api, GPtrArray *wrong)
{
	for (guint i = 0; i < wrong->len; i++) {
		const char *message = wrong->pdata[i];
		if (!g_ptr_array_find_with_equal_func(api->wrong, message, g_str_equal, NULL))
			g_warning("%s: %s", database_get_name(api->database), message);
	}
	g_ptr_array_unref(api->wrong);
	api->wrong = g_ptr_array_ref(wrong);
}

struct api_rows *
api_database_read(struct api_database *api, GError **error)
{
	CLEANUP(api_rows_free) struct api_rows *rows = g_new0(struct api_rows, 1);
	rows->cells = g_ptr_array_new_with_free_func((GDestroyNotify)cell_mapping_free);
	g_autoptr(GString) packed = g_string_new(NULL);
	g_autoptr(GPtrArray) wrong = g_ptr_array_new_with_free_func(g_free);
	struct reading reading = {api, rows, packed, wrong};
	if (!database_read(api->database, read_rows, &reading, error))
		return NULL;

	if (api->missing != NULL)
		g_message("there are no aggregates: %s", api->missing);
	g_clear_pointer(&api->missing, g_free);
	log_news(api, wrong);
	if (api->packed == NULL || !g_string_equal(api->packed, packed)) {
		forget_mappings(api);
		api->mappings = unpack(packed, api->caseless);
		api->packed = g_steal_pointer(&packed);
	}
	rows->mappings = g_hash_table_ref(api->mappings);
	return g_steal_pointer(&rows);
}

/* A search for the mappings of some hosts. */
struct search {
	struct api_database *api;
	const char *sql;
	GArray *values; /* struct value: the hosts */
	GString *packed;
};

static bool
search_mappings(void *data, GError **error)
{
	struct search *search = data;
	g_string_truncate(search->packed, 0);
	CLEANUP(statement_free)
	struct statement *row = statement_new(search->api->database, search->sql,
		(const struct value *)(const void *)search->values->data, search->values->len);
	while (statement_next(row))
		pack_row(search->packed, row);
	return statement_check(row, error);
}

GHashTable *
api_database_find_mappings(struct api_database *api, const char *const *hosts, GError **error)
{
	g_autoptr(GString) packed = g_string_new(NULL);
	g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(struct value));
	for (; *hosts != NULL; hosts++) {
		struct value host = value_text(*hosts);
		g_array_append_val(values, host);
	}
	if (values->len > 0) {
		g_autofree char *in = statement_format_in("host", values);
		g_autofree char *sql =
			g_strdup_printf("SELECT host, cell_id FROM host_mappings WHERE %s", in);
		struct search search = {api, sql, values, packed};
		if (!database_read_apart(api->database, search_mappings, &search, error))
			return NULL;
	}
	return unpack(packed, api->caseless);
}
