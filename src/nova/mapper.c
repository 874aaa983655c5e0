/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/mapper.h"

#include "base/clock.h"
#include "nova/lane.h"
#include "nova/post.h"

/* Shared by the owner, the lanes, and what is on its way from them. */
struct mapper {
	gatomicrefcount refs;
	char *url;
	char *database_url;
	char *transport_url;
	unsigned timeout;
	struct post_box *box;
	mapper_take *take;
	void *data;

	/* The owner's. */
	struct lane *reading;
	struct lane *asking;
};

/* What each lane has: a connection of its own. */
struct desk {
	struct mapper *mapper;
	struct database *database; /* NULL until the first use */
	struct api_database *api;
};

/* On its way to the owner. */
struct message {
	struct mapper *mapper;
	struct api_rows *rows;
	bool caseless;
	GError *error;
	GPtrArray *queries; /* struct map_query *, answered; NULL: it is the map */
};

void
map_query_free(struct map_query *query)
{
	g_free(query->host);
	g_clear_error(&query->error);
	if (query->free_data != NULL)
		query->free_data(query->data);
	g_free(query);
}

static struct mapper *
mapper_ref(struct mapper *mapper)
{
	g_atomic_ref_count_inc(&mapper->refs);
	return mapper;
}

static void
mapper_unref(struct mapper *mapper)
{
	if (!g_atomic_ref_count_dec(&mapper->refs))
		return;
	g_free(mapper->url);
	g_free(mapper->database_url);
	g_free(mapper->transport_url);
	post_box_unref(mapper->box);
	g_free(mapper);
}

static void
message_free(void *data)
{
	struct message *message = data;
	g_clear_pointer(&message->rows, api_rows_free);
	g_clear_pointer(&message->queries, g_ptr_array_unref);
	g_clear_error(&message->error);
	mapper_unref(message->mapper);
	g_free(message);
}

/* In the context. */
static void
hand_over(void *data)
{
	struct message *message = data;
	struct mapper *mapper = message->mapper;
	if (message->queries == NULL)
		mapper->take(g_steal_pointer(&message->rows), message->caseless, message->error,
			mapper->data);
	for (guint i = 0; message->queries != NULL && i < message->queries->len; i++) {
		struct map_query *query = message->queries->pdata[i];
		query->answer(query, query->data);
	}
}

static bool
open_database(struct desk *desk, GError **error)
{
	if (desk->api != NULL)
		return true;
	const struct mapper *mapper = desk->mapper;
	const struct api_database_options options = {
		.connection = mapper->database_url,
		.transport_url = mapper->transport_url,
	};
	g_clear_pointer(&desk->database, database_close);
	desk->database = database_open(mapper->url, DATABASE_READ, mapper->timeout, error);
	if (desk->database != NULL)
		desk->api = api_database_new(desk->database, &options, error);
	return desk->api != NULL;
}

static void
read_map(struct desk *desk, struct message *message)
{
	if (!open_database(desk, &message->error))
		return;
	message->rows = api_database_read(desk->api, &message->error);
	message->caseless = api_database_is_caseless(desk->api);
}

static void
work_at_readings(GPtrArray *jobs, void *state)
{
	struct desk *desk = state;
	for (guint i = 0; i < jobs->len; i++) {
		struct message *message = g_new0(struct message, 1);
		message->mapper = mapper_ref(desk->mapper);
		read_map(desk, message);
		post_box_send(desk->mapper->box, hand_over, message, message_free);
	}
}

static bool
find_mappings(struct desk *desk, GPtrArray *queries, GError **error)
{
	if (!open_database(desk, error))
		return false;
	g_autoptr(GPtrArray) hosts = g_ptr_array_new();
	for (guint i = 0; i < queries->len; i++)
		g_ptr_array_add(hosts, ((struct map_query *)queries->pdata[i])->host);
	g_ptr_array_add(hosts, NULL);
	g_autoptr(GHashTable) mappings =
		api_database_find_mappings(desk->api, (const char *const *)hosts->pdata, error);
	if (mappings == NULL)
		return false;
	for (guint i = 0; i < queries->len; i++) {
		struct map_query *query = queries->pdata[i];
		const int64_t *cell = g_hash_table_lookup(mappings, query->host);
		query->mapped = cell != NULL;
		query->cell = cell == NULL ? 0 : *cell;
	}
	return true;
}

static void
work_at_queries(GPtrArray *jobs, void *state)
{
	struct desk *desk = state;
	g_autoptr(GError) error = NULL;
	find_mappings(desk, jobs, &error);
	struct message *message = g_new0(struct message, 1);
	message->mapper = mapper_ref(desk->mapper);
	message->queries = g_ptr_array_new_with_free_func((GDestroyNotify)map_query_free);
	while (jobs->len > 0) {
		struct map_query *query = g_ptr_array_steal_index(jobs, jobs->len - 1);
		query->error = error == NULL ? NULL : g_error_copy(error);
		g_ptr_array_add(message->queries, query);
	}
	post_box_send(desk->mapper->box, hand_over, message, message_free);
}

static void
desk_free(void *data)
{
	struct desk *desk = data;
	g_clear_pointer(&desk->api, api_database_free);
	g_clear_pointer(&desk->database, database_close);
	mapper_unref(desk->mapper);
	g_free(desk);
}

static struct lane *
start_lane(struct mapper *mapper, const struct lane_options *options)
{
	struct desk *desk = g_new0(struct desk, 1);
	desk->mapper = mapper_ref(mapper);
	return lane_start(options, desk);
}

struct mapper *
mapper_start(const struct mapper_options *options)
{
	static const struct lane_options reading = {
		.name = "map-reader",
		.work = work_at_readings,
		.free_state = desk_free,
	};
	static const struct lane_options asking = {
		.name = "map-asker",
		.work = work_at_queries,
		.free_job = (GDestroyNotify)map_query_free,
		.free_state = desk_free,
	};
	struct mapper *mapper = g_new(struct mapper, 1);
	*mapper = (struct mapper){
		.url = g_strdup(options->url),
		.database_url = g_strdup(options->templates.connection),
		.transport_url = g_strdup(options->templates.transport_url),
		.timeout = options->timeout,
		.box = post_box_new(options->context),
		.take = options->take,
		.data = options->data,
	};
	g_atomic_ref_count_init(&mapper->refs);
	mapper->reading = start_lane(mapper, &reading);
	mapper->asking = start_lane(mapper, &asking);
	return mapper;
}

void
mapper_stop(struct mapper *mapper, int64_t patience)
{
	int64_t deadline = g_get_monotonic_time() + patience;
	post_box_close(mapper->box);
	bool ended = lane_stop(mapper->reading, patience);
	int64_t left = MAX(deadline - g_get_monotonic_time(), 0);
	if (!lane_stop(mapper->asking, left) || !ended)
		g_message("a thread that waits for the API database is left behind");
	mapper_unref(mapper);
}

bool
mapper_is_stuck(const struct mapper *mapper, bool is_awaited)
{
	int64_t timeout = mapper->timeout * CLOCK_SECOND;
	return (is_awaited && lane_is_stuck(mapper->reading, timeout * LANE_READING_TIMEOUTS)) ||
	       lane_is_stuck(mapper->asking, timeout * LANE_ASKING_TIMEOUTS);
}

void
mapper_read(struct mapper *mapper)
{
	lane_push(mapper->reading, mapper);
}

void
mapper_ask(struct mapper *mapper, struct map_query *query)
{
	lane_push(mapper->asking, query);
}
