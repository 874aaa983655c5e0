/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/refresh.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/error.h"
#include "nova/cloud_rows.h"
#include "nova/post.h"
#include "nova/source.h"

/* Between rounds that nobody wished for: health must know of a database that is away. As many
 * times longer than a round took, at least. */
#define IDLE_INTERVAL (5 * CLOCK_SECOND)
#define IDLE_SHARE 20

/* Comparing takes at most a tenth of the time. */
#define COMPARING_SHARE 10

#define PARTS 2 /* enum freshness_part */

/* Of one who waits. */
struct wish {
	enum freshness_part part;
	int64_t deadline; /* monotonic */
	freshness_done *done;
	void *user;
};

struct refresh {
	struct refresh_options options;
	struct cloud_rows *rows; /* NULL: the map has never been read */
	struct mapper *mapper;
	struct mapper_options mapper_options;
	struct cells *cells;
	struct source map;
	GHashTable *sources; /* a cell's id -> struct source * */
	bool warned;         /* that old answers are given */
	int64_t read_at;     /* when the last round began that read all; CLOCK_UNKNOWN: none has */
	bool first;          /* the first round has not ended */

	/* The round. */
	bool running;
	bool servers;
	int64_t begun;      /* monotonic */
	int64_t begun_at;   /* the same moment by the clock */
	GSource *timer;     /* its deadline; between rounds until the next; NULL: none */
	GPtrArray *served;  /* struct wish *: those of the round */
	GPtrArray *waiting; /* struct wish *: those of the next */

	_Atomic int64_t fresh[PARTS]; /* when the last round began that read all; 0: none has */
	_Atomic bool ahead[PARTS];    /* a refresh was asked for that nobody waits for */
};

static void begin_round(struct refresh *refresh);
static void end_round(struct refresh *refresh);

static GSource *
start_timer(struct refresh *refresh, int64_t delay, GSourceFunc call, void *data)
{
	GSource *timer = g_timeout_source_new((guint)((MAX(delay, 0) + 999) / 1000));
	g_source_set_callback(timer, call, data, NULL);
	g_source_attach(timer, refresh->options.context);
	return timer;
}

/* Rather than one that is slow, the one to blame is one that failed. */
static const struct source *
choose_away(const struct source *first, const struct source *source)
{
	if (!source_is_away(source))
		return first;
	bool is_worse = first == NULL || (first->error == NULL && source->error != NULL);
	return is_worse ? source : first;
}

/* The first source that is away, in the order of the cells, and the ids of all such cells. */
static const struct source *
find_away(const struct refresh *refresh, GArray *away)
{
	const struct source *first = choose_away(NULL, &refresh->map);
	const GPtrArray *all = cells_get_all(refresh->cells);
	for (guint i = 0; i < all->len; i++) {
		int64_t id = cell_get_mapping(all->pdata[i])->id;
		const struct source *source =
			g_hash_table_lookup(refresh->sources, (gpointer)(intptr_t)id);
		if (source_is_away(source))
			g_array_append_val(away, id);
		if (!source->is_cell0)
			first = choose_away(first, source);
	}
	return first;
}

bool
refresh_get_allowed_age(struct refresh *refresh, enum freshness_part part, int64_t *age)
{
	int64_t fresh = atomic_load(&refresh->fresh[part]);
	*age = g_get_monotonic_time() - fresh;
	return fresh != 0 && *age <= refresh->options.stale_if_error;
}

static void
finish(struct refresh *refresh, struct wish *wish)
{
	struct freshness_outcome *outcome = g_new0(struct freshness_outcome, 1);
	g_autoptr(GArray) away = g_array_new(FALSE, FALSE, sizeof(int64_t));
	const struct source *source = find_away(refresh, away);
	if (source != NULL && !refresh_get_allowed_age(refresh, wish->part, &outcome->age)) {
		outcome->age = 0;
		outcome->error =
			g_error_new_literal(MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE, source->words);
	}
	if (source != NULL && outcome->error == NULL && !refresh->warned) {
		g_warning("%s is away: answers are as old as stale_if_error allows", source->part);
		refresh->warned = true;
	}
	if (away->len > 0)
		outcome->away = g_steal_pointer(&away);
	wish->done(outcome, wish->user);
	g_free(wish);
}

static void
finish_all(struct refresh *refresh, GPtrArray *wishes)
{
	for (guint i = 0; i < wishes->len; i++)
		finish(refresh, wishes->pdata[i]);
	g_ptr_array_set_size(wishes, 0);
}

static void
publish(struct refresh *refresh)
{
	if (refresh->rows != NULL)
		cloud_rows_publish(refresh->rows, refresh->read_at);
}

/* When the first of those that wait has waited long enough. */
static int64_t
get_deadline(const struct refresh *refresh)
{
	int64_t deadline = refresh->begun + refresh->options.timeout;
	for (guint i = 0; i < refresh->served->len; i++) {
		const struct wish *wish = refresh->served->pdata[i];
		deadline = MIN(deadline, wish->deadline);
	}
	return deadline;
}

/* The round goes on for those that may still wait, and ends where there are none. */
static gboolean
on_deadline(void *data)
{
	struct refresh *refresh = data;
	int64_t now = g_get_monotonic_time();
	publish(refresh);
	for (guint i = refresh->served->len; i-- > 0;) {
		struct wish *wish = refresh->served->pdata[i];
		if (wish->deadline > now)
			continue;
		g_ptr_array_remove_index(refresh->served, i);
		finish(refresh, wish);
	}
	source_stop_timer(&refresh->timer);
	if (refresh->served->len == 0)
		end_round(refresh);
	else
		refresh->timer =
			start_timer(refresh, get_deadline(refresh) - now, on_deadline, refresh);
	return G_SOURCE_REMOVE;
}

static gboolean
on_idle(void *data)
{
	begin_round(data);
	return G_SOURCE_REMOVE;
}

/* Its threads wait for a database that neither answers nor is lost: it is read anew by others. */
static void
restart(struct refresh *refresh, struct source *source)
{
	g_warning("%s: it takes so long that its connections are given up", source->part);
	if (source == &refresh->map) {
		mapper_stop(refresh->mapper, 0);
		refresh->mapper = mapper_start(&refresh->mapper_options);
	} else {
		cells_restart(refresh->cells, source->id);
	}
	source_stop_timer(&source->timer);
	source->loaded = false;
	source->pending = false;
	source->again = false;
}

static bool
is_stuck(const struct refresh *refresh, const struct source *source)
{
	return source == &refresh->map
		       ? mapper_is_stuck(refresh->mapper, source->pending)
		       : cell_is_stuck(cells_find(refresh->cells, source->id), source->pending);
}

static void
read_source(struct refresh *refresh, struct source *source)
{
	if (is_stuck(refresh, source) && source_may_give_up(source))
		restart(refresh, source);
	if (source->pending) {
		source->again = true;
		return;
	}
	source->pending = true;
	source->asked = g_get_monotonic_time();
	if (source == &refresh->map)
		mapper_read(refresh->mapper);
	else
		cell_read(cells_find(refresh->cells, source->id), refresh->servers);
}

/* A reading has ended. */
static void
settle(struct refresh *refresh, struct source *source, const GError *error)
{
	source_set_error(source, error);
	source->pending = false;
	if (error == NULL)
		source->given_up = 0;
	if (!source->again)
		return;
	source->again = false;
	read_source(refresh, source);
}

static void
begin_round(struct refresh *refresh)
{
	source_stop_timer(&refresh->timer);
	refresh->running = true;
	refresh->begun = g_get_monotonic_time();
	refresh->begun_at = clock_now();
	atomic_store(&refresh->ahead[FRESHNESS_NODES], false);
	refresh->servers =
		atomic_exchange(&refresh->ahead[FRESHNESS_SERVERS], false) || refresh->first;
	for (guint i = 0; i < refresh->waiting->len; i++) {
		const struct wish *wish = refresh->waiting->pdata[i];
		refresh->servers |= wish->part == FRESHNESS_SERVERS;
	}
	GPtrArray *none = refresh->served;
	refresh->served = refresh->waiting;
	refresh->waiting = none;

	if (!refresh->first)
		refresh->timer = start_timer(
			refresh, get_deadline(refresh) - refresh->begun, on_deadline, refresh);
	read_source(refresh, &refresh->map);
	GHashTableIter iter;
	gpointer source;
	g_hash_table_iter_init(&iter, refresh->sources);
	while (g_hash_table_iter_next(&iter, NULL, &source))
		read_source(refresh, source);
}

static void
note_all_late(struct refresh *refresh, int64_t now)
{
	GHashTableIter iter;
	gpointer source;
	source_note_late(&refresh->map, refresh->options.timeout, now);
	g_hash_table_iter_init(&iter, refresh->sources);
	while (g_hash_table_iter_next(&iter, NULL, &source))
		source_note_late(source, refresh->options.timeout, now);
}

static bool
has_read_all(const struct refresh *refresh)
{
	g_autoptr(GArray) away = g_array_new(FALSE, FALSE, sizeof(int64_t));
	return find_away(refresh, away) == NULL;
}

/* What was read is published by now. */
static void
note_freshness(struct refresh *refresh)
{
	refresh->warned = false;
	atomic_store(&refresh->fresh[FRESHNESS_NODES], refresh->begun);
	if (refresh->servers)
		atomic_store(&refresh->fresh[FRESHNESS_SERVERS], refresh->begun);
}

static void
end_round(struct refresh *refresh)
{
	source_stop_timer(&refresh->timer);
	int64_t now = g_get_monotonic_time();
	note_all_late(refresh, now);
	bool fresh = has_read_all(refresh);
	if (fresh)
		refresh->read_at = refresh->begun_at;
	publish(refresh);
	if (fresh)
		note_freshness(refresh);
	finish_all(refresh, refresh->served);
	if (refresh->first)
		refresh->options.first_round(refresh->map.error, refresh->options.data);
	refresh->first = false;
	refresh->running = false;

	/* What is away is looked for again soon. */
	int64_t pause = fresh ? IDLE_SHARE * (now - refresh->begun) : 0;
	if (refresh->waiting->len > 0 || atomic_load(&refresh->ahead[FRESHNESS_NODES]) ||
		atomic_load(&refresh->ahead[FRESHNESS_SERVERS]))
		begin_round(refresh);
	else
		refresh->timer = start_timer(refresh, MAX(IDLE_INTERVAL, pause), on_idle, refresh);
}

static void
end_if_all_have_come(struct refresh *refresh)
{
	bool pending = refresh->map.pending;
	GHashTableIter iter;
	gpointer value;
	g_hash_table_iter_init(&iter, refresh->sources);
	while (!pending && g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct source *source = value;
		pending = source->pending && !(source->is_cell0 && source->error != NULL);
	}
	if (refresh->running && !pending)
		end_round(refresh);
}

static gboolean
compare_next(void *data)
{
	struct source *source = data;
	source_stop_timer(&source->timer);
	source->slice_begun = g_get_monotonic_time();
	cell_compare(cells_find(source->refresh->cells, source->id));
	return G_SOURCE_REMOVE;
}

static void
take_compared(
	struct cell *cell, struct cell_delta *delta, bool last, const GError *error, void *data)
{
	struct refresh *refresh = data;
	struct source *source = g_hash_table_lookup(
		refresh->sources, (gpointer)(intptr_t)cell_get_mapping(cell)->id);
	int64_t now = g_get_monotonic_time();
	if (delta != NULL) {
		cloud_rows_take_delta(refresh->rows, delta, clock_now());
		publish(refresh);
	}
	int64_t delay = COMPARING_SHARE * (now - source->slice_begun);
	if (last || error != NULL) {
		delay = MAX(delay,
			source->compared_since + refresh->options.full_refresh_interval - now);
		source->compared_since = now + delay;
	}
	source->timer = start_timer(refresh, delay, compare_next, source);
}

static void
take_delta(struct cell *cell, struct cell_delta *delta, bool last, const GError *error, void *data)
{
	struct refresh *refresh = data;
	struct source *source = g_hash_table_lookup(
		refresh->sources, (gpointer)(intptr_t)cell_get_mapping(cell)->id);
	if (delta != NULL)
		cloud_rows_take_delta(refresh->rows, delta, clock_now());
	if (delta != NULL && !source->loaded) {
		source->loaded = true;
		source->compared_since =
			g_get_monotonic_time() + refresh->options.full_refresh_interval;
		source->timer = start_timer(
			refresh, refresh->options.full_refresh_interval, compare_next, source);
	}
	settle(refresh, source, error); /* may restart the cell, which then is not loaded */
	if (!refresh->running)          /* it comes late */
		publish(refresh);
	end_if_all_have_come(refresh);
}

/* The name of a cell is not always its own. */
static char *
name_part(const struct refresh *refresh, const struct cell_mapping *mapping)
{
	g_autofree char *part = g_strdup_printf("cell %s", mapping->name);
	GHashTableIter iter;
	gpointer source;
	g_hash_table_iter_init(&iter, refresh->sources);
	while (g_hash_table_iter_next(&iter, NULL, &source))
		if (g_str_equal(((const struct source *)source)->part, part))
			return g_strdup_printf("%s (%s)", part, mapping->uuid);
	return g_steal_pointer(&part);
}

static void
add_source(struct refresh *refresh, const struct cell_mapping *mapping)
{
	struct source *source = g_new0(struct source, 1);
	source->refresh = refresh;
	source->health = refresh->options.health;
	source->id = mapping->id;
	source->is_cell0 = cell_mapping_is_cell0(mapping);
	source->part = name_part(refresh, mapping);
	source->words = refresh_format_away(mapping);
	g_hash_table_insert(refresh->sources, (gpointer)(intptr_t)mapping->id, source);
	read_source(refresh, source);
}

/* What is known of a cell that is only reached otherwise is kept until it has been read. */
static void
update_cells(struct refresh *refresh, GPtrArray *mappings)
{
	g_autoptr(GArray) gone = cells_update(refresh->cells, mappings);
	for (guint i = 0; i < gone->len; i++) {
		int64_t id = g_array_index(gone, int64_t, i);
		g_hash_table_remove(refresh->sources, (gpointer)(intptr_t)id);
		if (cells_find(refresh->cells, id) == NULL)
			cloud_rows_drop_cell(refresh->rows, id);
	}
	for (guint i = 0; i < mappings->len; i++) {
		const struct cell_mapping *mapping = mappings->pdata[i];
		if (!g_hash_table_contains(refresh->sources, (gpointer)(intptr_t)mapping->id))
			add_source(refresh, mapping);
	}
	if (gone->len > 0)
		refresh->options.cells_changed(refresh->options.data);
}

static void
take_map(struct api_rows *map, bool caseless, const GError *error, void *data)
{
	struct refresh *refresh = data;
	settle(refresh, &refresh->map, error);
	if (map != NULL) {
		if (refresh->rows == NULL)
			refresh->rows = cloud_rows_new(refresh->options.inventory, caseless);
		update_cells(refresh, map->cells);
		cloud_rows_set_mappings(refresh->rows, map->mappings);
		inventory_set_aggregates(
			refresh->options.inventory, g_steal_pointer(&map->aggregates));
		api_rows_free(map);
	}
	end_if_all_have_come(refresh);
}

struct refresh *
refresh_start(const struct refresh_options *options)
{
	struct refresh *refresh = g_new0(struct refresh, 1);
	refresh->options = *options;
	refresh->first = true;
	refresh->read_at = CLOCK_UNKNOWN;
	refresh->served = g_ptr_array_new();
	refresh->waiting = g_ptr_array_new();
	refresh->sources = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, source_free);
	refresh->map.refresh = refresh;
	refresh->map.health = options->health;
	refresh->map.part = g_strdup("api_database");
	refresh->map.words = g_strdup(REFRESH_MAP_AWAY);

	struct cell_options cells = options->cells;
	cells.context = options->context;
	cells.take = take_delta;
	cells.take_compared = take_compared;
	cells.data = refresh;
	refresh->cells = cells_new(&cells);
	refresh->mapper_options = options->mapper;
	refresh->mapper_options.context = options->context;
	refresh->mapper_options.take = take_map;
	refresh->mapper_options.data = refresh;
	refresh->mapper = mapper_start(&refresh->mapper_options);
	begin_round(refresh);
	return refresh;
}

static void
give_up(GPtrArray *wishes)
{
	for (guint i = 0; i < wishes->len; i++) {
		struct wish *wish = wishes->pdata[i];
		struct freshness_outcome *outcome = g_new0(struct freshness_outcome, 1);
		outcome->error = g_error_new_literal(
			MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE, "The server is being stopped.");
		wish->done(outcome, wish->user);
		g_free(wish);
	}
	g_ptr_array_unref(wishes);
}

void
refresh_stop(struct refresh *refresh, int64_t patience)
{
	int64_t deadline = g_get_monotonic_time() + patience;
	source_stop_timer(&refresh->timer);
	give_up(refresh->served);
	give_up(refresh->waiting);
	g_hash_table_unref(refresh->sources);
	mapper_stop(refresh->mapper, patience);
	cells_free(refresh->cells, MAX(deadline - g_get_monotonic_time(), 0));
	g_clear_pointer(&refresh->rows, cloud_rows_free);
	source_clear(&refresh->map);
	g_free(refresh);
}

void
refresh_wish(struct refresh *refresh, enum freshness_part part, freshness_done *done, void *user)
{
	struct wish *wish = g_new(struct wish, 1);
	*wish = (struct wish){
		.part = part,
		.deadline = g_get_monotonic_time() + refresh->options.timeout,
		.done = done,
		.user = user,
	};
	g_ptr_array_add(refresh->waiting, wish);
	if (!refresh->running)
		begin_round(refresh);
}

static void
refresh_ahead(void *data)
{
	struct refresh *refresh = data;
	if (!refresh->running)
		begin_round(refresh);
}

bool
refresh_is_fresh(struct refresh *refresh, enum freshness_part part)
{
	int64_t limit = refresh->options.max_staleness;
	int64_t fresh = atomic_load(&refresh->fresh[part]);
	int64_t age = g_get_monotonic_time() - fresh;
	if (limit == 0 || fresh == 0 || age > limit)
		return false;
	if (age > limit / 2 && !atomic_exchange(&refresh->ahead[part], true))
		post(refresh->options.context, refresh_ahead, refresh, NULL);
	return true;
}

bool
refresh_is_away(struct refresh *refresh, int64_t cell)
{
	const struct source *source =
		g_hash_table_lookup(refresh->sources, (gpointer)(intptr_t)cell);
	return source == NULL || source->error != NULL;
}

char *
refresh_format_away(const struct cell_mapping *mapping)
{
	return g_strdup_printf("The database of cell %s is unavailable.", mapping->name);
}

const char *
refresh_get_away(const struct refresh *refresh)
{
	g_autoptr(GArray) away = g_array_new(FALSE, FALSE, sizeof(int64_t));
	const struct source *source = find_away(refresh, away);
	return source == NULL ? REFRESH_MAP_AWAY : source->words;
}

struct cells *
refresh_get_cells(struct refresh *refresh)
{
	return refresh->cells;
}

struct mapper *
refresh_get_mapper(struct refresh *refresh)
{
	return refresh->mapper;
}
