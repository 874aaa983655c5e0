/* SPDX-License-Identifier: Apache-2.0 */
#include "store/writer.h"

#include "base/clock.h"
#include "base/error.h"
#include "store/batch.h"
#include "store/binding.h"
#include "store/guests.h"
#include "store/host_rows.h"

/* A connection's last report that was written. */
struct presence {
	char *machine_uuid;
	int64_t reported_at;
};

struct writer {
	struct database *database;
	int64_t down_time;
	GHashTable *presences; /* connection -> struct presence * */
	GHashTable *told;      /* connection -> what was logged of it; absent: all is well */
};

static void
presence_free(struct presence *presence)
{
	g_free(presence->machine_uuid);
	g_free(presence);
}

struct writer *
writer_new(struct database *database, int64_t down_time)
{
	struct writer *writer = g_new(struct writer, 1);
	*writer = (struct writer){
		.database = database,
		.down_time = down_time,
		.presences = g_hash_table_new_full(
			g_str_hash, g_str_equal, g_free, (GDestroyNotify)presence_free),
		.told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
	};
	return writer;
}

void
writer_free(struct writer *writer)
{
	g_hash_table_unref(writer->presences);
	g_hash_table_unref(writer->told);
	g_free(writer);
}

static void
note_presence(struct writer *writer, const struct report *report)
{
	struct presence *presence = g_new(struct presence, 1);
	presence->machine_uuid = g_strdup(report->machine_uuid);
	presence->reported_at = report->taken_at;
	g_hash_table_replace(writer->presences, g_strdup(report->connection), presence);
	g_hash_table_remove(writer->told, report->connection);
}

/* Logs the message unless it was the last one of this connection. */
static void
tell(struct writer *writer, const struct report *report, const char *message)
{
	const char *told = g_hash_table_lookup(writer->told, report->connection);
	if (g_strcmp0(told, message) == 0)
		return;
	g_warning("%s: %s", report->connection, message);
	g_hash_table_replace(writer->told, g_strdup(report->connection), g_strdup(message));
}

/* Whether the machine is another connection's, which has reported it lately. */
static bool
is_held(const struct writer *writer, const struct binding *binding, const struct report *report,
	int64_t now)
{
	if (binding->connection == NULL || g_str_equal(binding->connection, report->connection))
		return false;
	const struct presence *holder = g_hash_table_lookup(writer->presences, binding->connection);
	return holder != NULL && g_strcmp0(holder->machine_uuid, report->machine_uuid) == 0 &&
	       now - holder->reported_at <= writer->down_time;
}

static bool
write_host(const struct batch *batch, const struct report *report, struct binding *binding,
	GError **error)
{
	bool known = binding->id != 0;
	return (known ? host_rows_update(batch, report, binding, error)
		      : host_rows_insert(batch, report, binding, error)) &&
	       binding_write(batch, binding, report, error) &&
	       (report->guests == NULL || guests_write(batch, binding, report, error));
}

static bool
write_report(struct writer *writer, const struct batch *batch, const struct report *report,
	struct store_verdict *verdict, GError **error)
{
	CLEANUP(binding_free) struct binding *binding = binding_find(batch, report, error);
	if (binding == NULL)
		return false;
	if (is_held(writer, binding, report, batch->now)) {
		g_autofree char *message =
			g_strdup_printf("reaches the machine %s, which %s reports already: refused",
				report->machine_uuid, binding->connection);
		tell(writer, report, message);
		verdict->outcome = STORE_REFUSED;
		return true;
	}
	const char *missing = binding->id != 0 ? NULL : host_rows_get_missing(report);
	if (missing != NULL) {
		g_autofree char *message =
			g_strdup_printf("its first report is held back until it tells %s", missing);
		tell(writer, report, message);
		verdict->outcome = STORE_HELD_BACK;
		return true;
	}
	if (!write_host(batch, report, binding, error))
		return false;
	note_presence(writer, report);
	verdict->outcome = STORE_WRITTEN;
	verdict->host = g_steal_pointer(&binding->host);
	return true;
}

/* A report that breaks a rule of the tables is undone and refused alone; any other error is
 * the store's, and ends the batch. */
static bool
write_alone(struct writer *writer, const struct batch *batch, const struct report *report,
	struct store_verdict *verdict, GError **error)
{
	g_autoptr(GError) failure = NULL;
	if (!database_execute(batch->database, "SAVEPOINT report", error))
		return false;
	if (!write_report(writer, batch, report, verdict, &failure)) {
		if (!g_error_matches(failure, MUSTER_ERROR, MUSTER_ERROR_INVALID)) {
			g_propagate_error(error, g_steal_pointer(&failure));
			return false;
		}
		tell(writer, report, failure->message);
		verdict->outcome = STORE_REFUSED;
		if (!database_execute(batch->database, "ROLLBACK TO SAVEPOINT report", error))
			return false;
	}
	return database_execute(batch->database, "RELEASE SAVEPOINT report", error);
}

/* A batch of reports with what becomes of it. */
struct writing {
	struct writer *writer;
	struct batch batch;
	GPtrArray *reports;
	GArray *verdicts;
};

static bool
write_all(void *data, GError **error)
{
	struct writing *writing = data;
	GPtrArray *reports = writing->reports;
	g_array_set_size(writing->verdicts, 0);
	for (guint i = 0; i < reports->len; i++) {
		struct store_verdict verdict = {0};
		bool done = write_alone(
			writing->writer, &writing->batch, reports->pdata[i], &verdict, error);
		g_array_append_val(writing->verdicts, verdict);
		if (!done)
			return false;
	}
	return true;
}

static void
clear_verdict(struct store_verdict *verdict)
{
	g_free(verdict->host);
}

void
store_written_free(struct store_written *written)
{
	g_array_unref(written->verdicts);
	g_hash_table_unref(written->changed);
	g_free(written);
}

struct store_written *
writer_write(struct writer *writer, GPtrArray *reports, int64_t now, GError **error)
{
	CLEANUP(store_written_free) struct store_written *written = g_new(struct store_written, 1);
	written->verdicts = g_array_new(FALSE, FALSE, sizeof(struct store_verdict));
	g_array_set_clear_func(written->verdicts, (GDestroyNotify)clear_verdict);
	written->changed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	g_autofree char *stamp = clock_format_sql(now);
	struct writing writing = {
		.writer = writer,
		.batch = {writer->database, now, writer->down_time, stamp, written->changed},
		.reports = reports,
		.verdicts = written->verdicts,
	};
	if (!database_write(writer->database, write_all, &writing, error))
		return NULL;
	return g_steal_pointer(&written);
}
