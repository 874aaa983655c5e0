/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/cell.h"

#include "base/clock.h"
#include "nova/cell_reader.h"
#include "nova/lane.h"
#include "nova/post.h"

/* Shared by the owner, the lanes, and what is on its way from them. */
struct cell {
	gatomicrefcount refs;
	struct cell_mapping *mapping;
	struct post_box *box;
	unsigned timeout;
	cell_take_delta *take;
	cell_take_delta *take_compared;
	void *data;

	/* The owner's. */
	struct lane *reading;
	struct lane *asking;
};

/* The jobs of the lane that reads. */
enum job { JOB_READ = 1, JOB_READ_SERVERS, JOB_COMPARE };

/* What the lane that reads has. */
struct reading {
	struct cell *cell;
	struct instance_name *names;
	struct cell_reader *reader;
};

/* And the one that is asked. */
struct asking {
	struct cell *cell;
	struct instance_name *names;
	struct cell_place place; /* its database is NULL until the first question */
};

/* On its way to the owner. */
struct message {
	struct cell *cell;
	enum job job;
	struct cell_delta *delta;
	bool last;
	GError *error;
	GPtrArray *queries; /* struct cell_query *, answered; NULL: it is a delta */
};

static struct cell *
cell_ref(struct cell *cell)
{
	g_atomic_ref_count_inc(&cell->refs);
	return cell;
}

static void
cell_unref(struct cell *cell)
{
	if (!g_atomic_ref_count_dec(&cell->refs))
		return;
	cell_mapping_free(cell->mapping);
	post_box_unref(cell->box);
	g_free(cell);
}

static void
message_free(void *data)
{
	struct message *message = data;
	g_clear_pointer(&message->delta, cell_delta_free);
	g_clear_pointer(&message->queries, g_ptr_array_unref);
	g_clear_error(&message->error);
	cell_unref(message->cell);
	g_free(message);
}

/* In the context. */
static void
hand_over(void *data)
{
	struct message *message = data;
	struct cell *cell = message->cell;
	for (guint i = 0; message->queries != NULL && i < message->queries->len; i++) {
		struct cell_query *query = message->queries->pdata[i];
		query->answer(query, query->data);
	}
	if (message->queries == NULL) {
		cell_take_delta *take =
			message->job == JOB_COMPARE ? cell->take_compared : cell->take;
		take(cell, g_steal_pointer(&message->delta), message->last, message->error,
			cell->data);
	}
}

static void
send(struct message *message)
{
	post_box_send(message->cell->box, hand_over, message, message_free);
}

static void
work_at_readings(GPtrArray *jobs, void *state)
{
	struct reading *reading = state;
	for (guint i = 0; i < jobs->len; i++) {
		struct message *message = g_new0(struct message, 1);
		message->cell = cell_ref(reading->cell);
		message->job = (enum job)GPOINTER_TO_INT(jobs->pdata[i]);
		if (message->job == JOB_COMPARE)
			message->delta = cell_reader_compare(
				reading->reader, &message->last, &message->error);
		else
			message->delta = cell_reader_read(reading->reader,
				message->job == JOB_READ_SERVERS, clock_now(), &message->error);
		send(message);
	}
}

static void
reading_free(void *data)
{
	struct reading *reading = data;
	cell_reader_free(reading->reader);
	g_clear_pointer(&reading->names, instance_name_free);
	cell_unref(reading->cell);
	g_free(reading);
}

static bool
run_queries(struct asking *asking, GPtrArray *queries, GError **error)
{
	struct cell_place *place = &asking->place;
	if (place->database == NULL) {
		CLEANUP(database_close)
		struct database *database = database_open(asking->cell->mapping->database_url,
			DATABASE_READ, asking->cell->timeout, error);
		if (database == NULL || !database_compare_case(database, "services", "host",
						&place->caseless, error))
			return false;
		place->database = g_steal_pointer(&database);
	}
	return cell_query_run(place, queries, error);
}

static void
work_at_queries(GPtrArray *jobs, void *state)
{
	struct asking *asking = state;
	g_autoptr(GError) error = NULL;
	run_queries(asking, jobs, &error);
	struct message *message = g_new0(struct message, 1);
	message->cell = cell_ref(asking->cell);
	message->queries = g_ptr_array_new_with_free_func((GDestroyNotify)cell_query_free);
	while (jobs->len > 0) {
		struct cell_query *query = g_ptr_array_steal_index(jobs, jobs->len - 1);
		query->error = error == NULL ? NULL : g_error_copy(error);
		g_ptr_array_add(message->queries, query);
	}
	send(message);
}

static void
asking_free(void *data)
{
	struct asking *asking = data;
	g_clear_pointer(&asking->place.database, database_close);
	g_clear_pointer(&asking->names, instance_name_free);
	cell_unref(asking->cell);
	g_free(asking);
}

/* Settings have checked the template. */
static struct instance_name *
new_names(const struct cell_options *options)
{
	return options->name_template == NULL ? NULL
					      : instance_name_new(options->name_template, NULL);
}

static struct lane *
start_reading(struct cell *cell, const struct cell_options *options)
{
	static const struct lane_options lane = {
		.name = "cell-reader",
		.work = work_at_readings,
		.free_state = reading_free,
	};
	struct reading *reading = g_new0(struct reading, 1);
	reading->cell = cell_ref(cell);
	reading->names = new_names(options);
	reading->reader = cell_reader_new(&(struct cell_reader_options){
		.mapping = cell->mapping,
		.names = reading->names,
		.timeout = options->timeout,
	});
	return lane_start(&lane, reading);
}

static struct lane *
start_asking(struct cell *cell, const struct cell_options *options)
{
	static const struct lane_options lane = {
		.name = "cell-asker",
		.work = work_at_queries,
		.free_job = (GDestroyNotify)cell_query_free,
		.free_state = asking_free,
	};
	struct asking *asking = g_new0(struct asking, 1);
	asking->cell = cell_ref(cell);
	asking->names = new_names(options);
	asking->place.names = asking->names;
	asking->place.cell = cell->mapping->id;
	return lane_start(&lane, asking);
}

struct cell *
cell_start(const struct cell_mapping *mapping, const struct cell_options *options)
{
	struct cell *cell = g_new(struct cell, 1);
	*cell = (struct cell){
		.mapping = cell_mapping_copy(mapping),
		.box = post_box_new(options->context),
		.timeout = options->timeout,
		.take = options->take,
		.take_compared = options->take_compared,
		.data = options->data,
	};
	g_atomic_ref_count_init(&cell->refs);
	cell->reading = start_reading(cell, options);
	cell->asking = start_asking(cell, options);
	return cell;
}

void
cell_stop(struct cell *cell, int64_t patience)
{
	int64_t deadline = g_get_monotonic_time() + patience;
	post_box_close(cell->box);
	bool ended = lane_stop(cell->reading, patience);
	int64_t left = MAX(deadline - g_get_monotonic_time(), 0);
	ended &= lane_stop(cell->asking, left);
	if (!ended && patience > 0)
		g_message("cell %s: a thread that waits for its database is left behind",
			cell->mapping->name);
	cell_unref(cell);
}

const struct cell_mapping *
cell_get_mapping(const struct cell *cell)
{
	return cell->mapping;
}

bool
cell_is_stuck(const struct cell *cell, bool is_awaited)
{
	int64_t timeout = cell->timeout * CLOCK_SECOND;
	return (is_awaited && lane_is_stuck(cell->reading, timeout * LANE_READING_TIMEOUTS)) ||
	       lane_is_stuck(cell->asking, timeout * LANE_ASKING_TIMEOUTS);
}

void
cell_read(struct cell *cell, bool servers)
{
	lane_push(cell->reading, GINT_TO_POINTER(servers ? JOB_READ_SERVERS : JOB_READ));
}

void
cell_compare(struct cell *cell)
{
	lane_push(cell->reading, GINT_TO_POINTER(JOB_COMPARE));
}

void
cell_ask(struct cell *cell, struct cell_query *query)
{
	lane_push(cell->asking, query);
}
