/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/cell_instances.h"

#include "base/clock.h"
#include "model/caseless.h"
#include "store/instance_lists.h"
#include "store/live_rows.h"
#include "store/statement.h"

/* Rows bear whole seconds of the clocks of many hosts, and are seen when their transaction ends:
 * what is this much older than the last reading is looked at again. Nova takes a service whose
 * clock is slower for one that is down (service_down_time). */
#define OVERLAP (60 * CLOCK_SECOND)

/* So long a row of the same second may be another. */
#define YOUNG (15 * CLOCK_SECOND)

/* Hosts or ids in one query. */
#define KEYS_MAX 256

struct cell_instances {
	struct database *database;
	const struct instance_name *names;
	bool caseless;
	bool doubtful;
	GStringChunk *texts; /* the names of hosts, each once */
	GHashTable *hosts;   /* id -> its host's name in texts; NULL: on none */
	uint64_t sum;        /* of the ids */
	int64_t since;       /* µs: what was written before was read */
	GHashTable *recent;  /* id -> struct stamp *: changes that will be looked at again */
	GHashTable *to_read; /* a set of hosts, of texts: whose lists the next call is to read */
};

/* A change that was read. */
struct stamp {
	int64_t written_at; /* the row's time */
	int64_t seen_at;    /* when it was seen first, µs */
};

struct cell_instances *
cell_instances_new(struct database *database, const struct instance_name *names, bool caseless)
{
	struct cell_instances *instances = g_new(struct cell_instances, 1);
	*instances = (struct cell_instances){
		.database = database,
		.names = names,
		.caseless = caseless,
		.doubtful = true,
		.texts = g_string_chunk_new(4096),
		.hosts = g_hash_table_new(g_direct_hash, g_direct_equal),
		.recent = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free),
		.to_read =
			g_hash_table_new(caseless_get_hash(caseless), caseless_get_equal(caseless)),
	};
	return instances;
}

void
cell_instances_free(struct cell_instances *instances)
{
	g_string_chunk_free(instances->texts);
	g_hash_table_unref(instances->hosts);
	g_hash_table_unref(instances->recent);
	g_hash_table_unref(instances->to_read);
	g_free(instances);
}

void
cell_instances_doubt(struct cell_instances *instances)
{
	instances->doubtful = true;
}

static gpointer
key_of(int64_t id)
{
	return (gpointer)(intptr_t)id;
}

/* Notes where an instance is. */
static void
place(struct cell_instances *instances, int64_t id, const char *host)
{
	const char *text =
		host == NULL ? NULL : g_string_chunk_insert_const(instances->texts, host);
	if (g_hash_table_insert(instances->hosts, key_of(id), (gpointer)text))
		instances->sum += (uint64_t)id;
}

static void
remove_instance(struct cell_instances *instances, int64_t id)
{
	if (g_hash_table_remove(instances->hosts, key_of(id)))
		instances->sum -= (uint64_t)id;
}

/* Where nothing is remembered. */
static void
place_first(int64_t id, const char *host, void *data)
{
	place(data, id, host);
}

/* Whatever the list was read for, the instance is no more in that of the host before. */
static void
place_listed(int64_t id, const char *host, void *data)
{
	struct cell_instances *instances = data;
	const char *before = g_hash_table_lookup(instances->hosts, key_of(id));
	place(instances, id, host);
	if (before != NULL && before != g_hash_table_lookup(instances->hosts, key_of(id)))
		g_hash_table_add(instances->to_read, (gpointer)before);
}

/* Puts the lists of these rows into the delta. */
static bool
read_lists(struct cell_instances *instances, const struct live_rows *which,
	void (*note_place)(int64_t id, const char *host, void *data), struct cell_delta *delta,
	GError **error)
{
	const struct instance_lists into = {
		.lists = delta->servers,
		.caseless = instances->caseless,
		.names = instances->names,
		.place = note_place,
		.data = instances,
	};
	return instance_lists_read(&into, which, error);
}

bool
cell_instances_read_all(
	struct cell_instances *instances, struct cell_delta *delta, int64_t now, GError **error)
{
	g_hash_table_remove_all(instances->hosts);
	g_hash_table_remove_all(instances->recent);
	g_hash_table_remove_all(instances->to_read);
	g_string_chunk_clear(instances->texts);
	instances->sum = 0;
	const struct live_rows all = {.database = instances->database, .cell = delta->cell};
	if (!read_lists(instances, &all, place_first, delta, error))
		return false;
	delta->all_servers = true;
	instances->since = now;
	instances->doubtful = false;
	return true;
}

static bool
read_some_hosts(struct cell_instances *instances, GPtrArray *hosts, guint from, guint to,
	struct cell_delta *delta, GError **error)
{
	g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(struct value));
	for (guint i = from; i < to; i++) {
		struct value value = value_text(hosts->pdata[i]);
		g_array_append_val(values, value);
		/* A host that has no instance any more gets an empty list. */
		g_hash_table_replace(
			delta->servers, g_strdup(hosts->pdata[i]), servers_new_empty());
	}
	g_autofree char *condition = statement_format_in("host", values);
	const struct live_rows which = {
		.database = instances->database,
		.cell = delta->cell,
		.condition = condition,
		.values = (const void *)values->data,
		.size = values->len,
	};
	return read_lists(instances, &which, place_listed, delta, error);
}

bool
cell_instances_read_hosts(struct cell_instances *instances, GPtrArray *hosts,
	struct cell_delta *delta, GError **error)
{
	for (guint from = 0; from < hosts->len; from += KEYS_MAX)
		if (!read_some_hosts(
			    instances, hosts, from, MIN(from + KEYS_MAX, hosts->len), delta, error))
			return false;
	return true;
}

/* Whose list must be read: the host where the instance was, and that where it is. */
static void
note_change(struct cell_instances *instances, int64_t id, const char *host)
{
	const char *before = g_hash_table_lookup(instances->hosts, key_of(id));
	if (before != NULL)
		g_hash_table_add(instances->to_read, (gpointer)before);
	if (host != NULL)
		g_hash_table_add(
			instances->to_read, g_string_chunk_insert_const(instances->texts, host));
}

/* A row of id, host and deleted. */
static void
take_change(struct cell_instances *instances, struct statement *row)
{
	int64_t id = statement_get_integer(row, 0).value;
	const char *host = statement_get_text(row, 1);
	bool live = statement_get_integer(row, 2).value == 0;
	note_change(instances, id, live ? host : NULL);
	if (live)
		place(instances, id, host);
	else
		remove_instance(instances, id);
}

/* Whether a change has not been read yet, or may have been followed by another in its second. */
static bool
is_news(struct cell_instances *instances, int64_t id, int64_t written_at, int64_t now)
{
	struct stamp *known = g_hash_table_lookup(instances->recent, key_of(id));
	if (known != NULL && known->written_at == written_at)
		return now - known->seen_at < YOUNG;
	struct stamp *stamp = g_new(struct stamp, 1);
	*stamp = (struct stamp){written_at, now};
	g_hash_table_insert(instances->recent, key_of(id), stamp);
	return true;
}

static gboolean
is_older(void *id, void *stamp, void *since)
{
	return ((const struct stamp *)stamp)->written_at < *(const int64_t *)since;
}

static bool
take_updated(struct cell_instances *instances, int64_t since, int64_t now, GError **error)
{
	g_autofree char *text = clock_format_sql(since);
	g_hash_table_foreach_remove(instances->recent, is_older, &since);
	CLEANUP(statement_free)
	struct statement *row = statement_new(instances->database,
		"SELECT id, host, deleted, updated_at FROM instances WHERE updated_at >= ?1",
		VALUES(value_text(text)));
	while (statement_next(row))
		if (is_news(instances, statement_get_integer(row, 0).value,
			    statement_get_moment(row, 3), now))
			take_change(instances, row);
	return statement_check(row, error);
}

/* Takes rows of id, host and deleted, whether they are news or not. */
static bool
take_changes(struct cell_instances *instances, const char *sql, const struct value *values,
	size_t size, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(instances->database, sql, values, size);
	while (statement_next(row))
		take_change(instances, row);
	return statement_check(row, error);
}

/* Comparing finds all that are new; by their time most are found without. */
static bool
take_created(struct cell_instances *instances, int64_t since, GError **error)
{
	g_autofree char *text = clock_format_sql(since);
	return take_changes(instances,
		"SELECT id, host, deleted FROM instances WHERE deleted = 0 AND created_at >= ?1",
		VALUES(value_text(text)), error);
}

/* Whether as many instances are live as are remembered, and their ids have the same sum. */
static bool
compare_sums(struct cell_instances *instances, bool *same, GError **error)
{
	CLEANUP(statement_free)
	struct statement *row = statement_new(instances->database,
		"SELECT count(*), CAST(sum(id) AS SIGNED) FROM instances WHERE deleted = 0", NULL,
		0);
	if (statement_next(row))
		*same = statement_get_integer(row, 0).value ==
				(int64_t)g_hash_table_size(instances->hosts) &&
			(uint64_t)statement_get_integer(row, 1).value == instances->sum;
	return statement_check(row, error);
}

/* The ids alone, which an index gives, tell who is gone and who is new. */
static bool
compare_ids(struct cell_instances *instances, GArray *unknown, GError **error)
{
	g_autoptr(GHashTable) live = g_hash_table_new(g_direct_hash, g_direct_equal);
	CLEANUP(statement_free)
	struct statement *row = statement_new_stream(
		instances->database, "SELECT id FROM instances WHERE deleted = 0");
	while (statement_next(row)) {
		int64_t id = statement_get_integer(row, 0).value;
		g_hash_table_add(live, key_of(id));
		if (!g_hash_table_contains(instances->hosts, key_of(id))) {
			struct value value = value_integer(id);
			g_array_append_val(unknown, value);
		}
	}
	if (!statement_check(row, error))
		return false;

	GHashTableIter iter;
	gpointer id, host;
	g_hash_table_iter_init(&iter, instances->hosts);
	while (g_hash_table_iter_next(&iter, &id, &host)) {
		if (g_hash_table_contains(live, id))
			continue;
		if (host != NULL)
			g_hash_table_add(instances->to_read, host);
		instances->sum -= (uint64_t)(intptr_t)id;
		g_hash_table_iter_remove(&iter);
	}
	return true;
}

static bool
take_unknown(struct cell_instances *instances, GArray *unknown, GError **error)
{
	for (guint from = 0; from < unknown->len; from += KEYS_MAX) {
		g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(struct value));
		g_array_append_vals(values, &g_array_index(unknown, struct value, from),
			MIN(KEYS_MAX, unknown->len - from));
		g_autofree char *in = statement_format_in("id", values);
		g_autofree char *sql =
			g_strconcat("SELECT id, host, deleted FROM instances WHERE ", in, NULL);
		if (!take_changes(instances, sql, (const void *)values->data, values->len, error))
			return false;
	}
	return true;
}

/* Finds whose lists may be another since the last reading. */
static bool
find_changes(struct cell_instances *instances, int64_t now, GError **error)
{
	g_autoptr(GArray) unknown = g_array_new(FALSE, FALSE, sizeof(struct value));
	bool same = false;
	if (!take_updated(instances, instances->since - OVERLAP, now, error) ||
		!take_created(instances, instances->since - YOUNG, error) ||
		!compare_sums(instances, &same, error) ||
		(!same && (!compare_ids(instances, unknown, error) ||
				  !take_unknown(instances, unknown, error))))
		return false;
	instances->since = now;
	return true;
}

bool
cell_instances_read_changes(
	struct cell_instances *instances, struct cell_delta *delta, int64_t now, GError **error)
{
	if (instances->doubtful)
		return cell_instances_read_all(instances, delta, now, error);
	if (!find_changes(instances, now, error))
		return false;
	g_autoptr(GPtrArray) hosts = g_ptr_array_new();
	GHashTableIter iter;
	gpointer host;
	g_hash_table_iter_init(&iter, instances->to_read);
	while (g_hash_table_iter_next(&iter, &host, NULL))
		g_ptr_array_add(hosts, host);
	g_hash_table_remove_all(instances->to_read);
	return cell_instances_read_hosts(instances, hosts, delta, error);
}
