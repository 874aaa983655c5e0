/* SPDX-License-Identifier: Apache-2.0 */
#include "store/publisher.h"

#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/own.h"

/* Monotonic µs. */
#define RETRY_INTERVAL CLOCK_SECOND          /* between attempts where the store fails */
#define WATCH_INTERVAL CLOCK_SECOND          /* between looks at a foreign database */
#define LOOK_INTERVAL (30 * CLOCK_SECOND)    /* at most, between rounds with an own store */
#define READING_SHARE 10                     /* at most a tenth of the time goes into reading */
#define PURGE_INTERVAL (3600 * CLOCK_SECOND) /* deleted_retention is a week by default */
#define PURGE_SHARE 10                       /* at most a tenth of the time goes into purging */

/* A command that somebody waits for; on the stack of who does. */
struct waiter {
	const struct host_command *command;
	GPtrArray *hosts;
	GError *error;
	bool done;
};

struct publisher {
	struct store *store;
	struct inventory *inventory;
	struct health *health;
	int64_t deleted_retention;
	int64_t full_refresh_interval;
	GThread *thread;

	GMutex lock;         /* of what follows, up to the next blank line */
	GCond work;          /* something was queued, or it is time to stop */
	GCond done;          /* a command was obeyed */
	GHashTable *reports; /* connection -> struct report * that waits */
	GQueue commands;     /* struct waiter * */
	bool stopping;

	/* The thread's own. */
	GHashTable *hosts; /* connection -> its host's name: whom a heartbeat is of */
	GHashTable *stale; /* names of hosts that are stored and not yet published */
	bool failing;      /* the last attempt at the store failed */
	int64_t due;       /* when the thread looks again though nothing was queued */
	int64_t purge_due;
	int64_t refresh_due; /* when a foreign database is read again though nothing tells of a
				change */
};

/* What the thread took off the queue at once. */
struct load {
	GPtrArray *reports;
	GQueue commands;
	bool last; /* nothing comes after it */
};

/* Logs a change between well and unwell, once; error NULL: all is well. */
static void
set_health(struct publisher *publisher, const GError *error)
{
	publisher->failing = error != NULL;
	if (!health_set(publisher->health, "store", error == NULL ? NULL : error->message))
		return;
	if (error != NULL)
		g_warning("the store fails, what was shown stays: %s", error->message);
	else
		g_message("the store is well again");
}

static bool
load_all(struct publisher *publisher, GError **error)
{
	g_autoptr(GPtrArray) hosts = store_read_all(publisher->store, error);
	if (hosts == NULL)
		return false;
	publisher->refresh_due = g_get_monotonic_time() + publisher->full_refresh_interval;
	if (store_is_caseless(publisher->store))
		inventory_load_caseless(publisher->inventory, hosts, clock_now());
	else
		inventory_load(publisher->inventory, hosts, clock_now());
	return true;
}

/* Publishes what has been stored. */
static bool
publish_stale(struct publisher *publisher, GError **error)
{
	if (g_hash_table_size(publisher->stale) == 0)
		return true;
	g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	GHashTableIter iter;
	gpointer name;
	g_hash_table_iter_init(&iter, publisher->stale);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		struct host *host = store_read_host(publisher->store, name, error);
		if (host == NULL)
			return false;
		g_ptr_array_add(hosts, host);
	}
	inventory_update(publisher->inventory, hosts, clock_now());
	g_hash_table_remove_all(publisher->stale);
	return true;
}

static void
beat(struct publisher *publisher, const char *host, const struct report *report)
{
	if (host != NULL)
		inventory_beat(publisher->inventory, host, report->taken_at, clock_now());
}

static void
add_stale(void *name, void *value, void *stale)
{
	g_hash_table_add(stale, g_strdup(name));
}

static bool
write_reports(struct publisher *publisher, GPtrArray *reports, GError **error)
{
	CLEANUP(store_written_free)
	struct store_written *written =
		store_write_reports(publisher->store, reports, clock_now(), error);
	if (written == NULL)
		return false;
	g_hash_table_foreach(written->changed, add_stale, publisher->stale);
	for (guint i = 0; i < reports->len; i++) {
		const struct report *report = reports->pdata[i];
		const char *host = g_array_index(written->verdicts, struct store_verdict, i).host;
		g_hash_table_replace(
			publisher->hosts, g_strdup(report->connection), g_strdup(host));
		beat(publisher, host, report);
	}
	return true;
}

/* Puts reports that could not be written back into the queue, unless a newer one is there,
 * and lets their heartbeats count in memory. */
static void
keep_reports(struct publisher *publisher, GPtrArray *reports)
{
	g_ptr_array_set_free_func(reports, NULL);
	for (guint i = 0; i < reports->len; i++) {
		struct report *report = reports->pdata[i];
		g_mutex_lock(&publisher->lock);
		beat(publisher, g_hash_table_lookup(publisher->hosts, report->connection), report);
		if (g_hash_table_contains(publisher->reports, report->connection))
			report_free(report);
		else
			g_hash_table_insert(publisher->reports, report->connection, report);
		g_mutex_unlock(&publisher->lock);
	}
}

static int
compare_taken_at(const void *a, const void *b)
{
	int64_t left = (*(const struct report *const *)a)->taken_at;
	int64_t right = (*(const struct report *const *)b)->taken_at;
	return (left > right) - (left < right);
}

/* Everything that waits; after a failure new reports alone are no reason to try at once. */
static void
take_load(struct publisher *publisher, struct load *load)
{
	*load = (struct load){.commands = G_QUEUE_INIT};
	load->reports = g_ptr_array_new_with_free_func((GDestroyNotify)report_free);

	g_mutex_lock(&publisher->lock);
	while (!publisher->stopping && g_queue_is_empty(&publisher->commands) &&
		(publisher->failing || g_hash_table_size(publisher->reports) == 0))
		if (!g_cond_wait_until(&publisher->work, &publisher->lock, publisher->due))
			break;
	load->last = publisher->stopping;
	load->commands = publisher->commands;
	g_queue_init(&publisher->commands);
	GHashTableIter iter;
	gpointer report;
	g_hash_table_iter_init(&iter, publisher->reports);
	while (g_hash_table_iter_next(&iter, NULL, &report))
		g_ptr_array_add(load->reports, report);
	g_hash_table_steal_all(publisher->reports);
	g_mutex_unlock(&publisher->lock);
	g_ptr_array_sort(load->reports, compare_taken_at);
}

/* What fails has changed nothing: to publish it would put the heartbeats that are stored in the
 * place of newer ones in memory. */
static GPtrArray *
obey(struct publisher *publisher, const struct host_command *command, GError **error)
{
	if (!store_can_write(publisher->store)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_FORBIDDEN,
			"the database is only read here: its hosts are changed where they are "
			"made");
		return NULL;
	}
	g_autoptr(GHashTable) changed =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *hosts =
		store_run_command(publisher->store, command, clock_now(), changed, error);
	if (hosts != NULL)
		g_hash_table_foreach(changed, add_stale, publisher->stale);
	return hosts;
}

static void
answer_commands(struct publisher *publisher, GQueue *commands)
{
	struct waiter *waiter;
	while ((waiter = g_queue_pop_head(commands)) != NULL) {
		waiter->hosts = obey(publisher, waiter->command, &waiter->error);
		g_autoptr(GError) error = NULL;
		if (!publish_stale(publisher, &error))
			set_health(publisher, error);
		g_mutex_lock(&publisher->lock);
		waiter->done = true;
		g_cond_broadcast(&publisher->done);
		g_mutex_unlock(&publisher->lock);
	}
}

/* A slice, which whoever comes meanwhile waits for; all that came before has its answer. */
static bool
purge(struct publisher *publisher, GError **error)
{
	int64_t began = g_get_monotonic_time();
	if (began < publisher->purge_due)
		return true;
	bool done;
	publisher->purge_due = began + PURGE_INTERVAL;
	if (!store_purge(
		    publisher->store, clock_now() - publisher->deleted_retention, &done, error))
		return false;
	int64_t now = g_get_monotonic_time();
	if (!done)
		publisher->purge_due = now + PURGE_SHARE * (now - began);
	return true;
}

/* Another server may have written while a connection was lost, and with it the lock; or somebody
 * by hand. */
static bool
take_up_changes(struct publisher *publisher, GError **error)
{
	return !store_has_changed(publisher->store) || load_all(publisher, error);
}

/* One round with a store of Muster's own. */
static void
work_own(struct publisher *publisher, struct load *load)
{
	g_autoptr(GError) error = NULL;
	if (load->reports->len > 0 && !write_reports(publisher, load->reports, &error))
		keep_reports(publisher, load->reports);
	if (error == NULL && publish_stale(publisher, &error))
		take_up_changes(publisher, &error);
	set_health(publisher, error);
	answer_commands(publisher, &load->commands);
	if (!publisher->failing && !purge(publisher, &error))
		set_health(publisher, error);
	publisher->due = publisher->failing ? g_get_monotonic_time() + RETRY_INTERVAL
					    : MIN(g_get_monotonic_time() + LOOK_INTERVAL,
						      publisher->purge_due);
}

/* One round with a database that somebody else writes. */
static void
work_foreign(struct publisher *publisher, struct load *load)
{
	g_autoptr(GError) error = NULL;
	int64_t began = g_get_monotonic_time();
	bool changed = store_has_changed(publisher->store); /* opens again what is lost */
	if (changed || publisher->failing || began >= publisher->refresh_due) {
		load_all(publisher, &error);
		set_health(publisher, error);
	} else {
		inventory_confirm(publisher->inventory, clock_now());
	}
	answer_commands(publisher, &load->commands);
	int64_t now = g_get_monotonic_time();
	publisher->due = now + MAX(WATCH_INTERVAL, READING_SHARE * (now - began));
}

static void *
run(void *data)
{
	struct publisher *publisher = data;
	for (bool last = false; !last;) {
		struct load load;
		take_load(publisher, &load);
		last = load.last;
		if (store_can_write(publisher->store))
			work_own(publisher, &load);
		else
			work_foreign(publisher, &load);
		g_ptr_array_unref(load.reports);
	}
	return NULL;
}

static void
publisher_free(struct publisher *publisher)
{
	g_hash_table_unref(publisher->reports);
	g_hash_table_unref(publisher->hosts);
	g_hash_table_unref(publisher->stale);
	g_mutex_clear(&publisher->lock);
	g_cond_clear(&publisher->work);
	g_cond_clear(&publisher->done);
	g_free(publisher);
}

struct publisher *
publisher_start(const struct publisher_options *options, GError **error)
{
	struct publisher *publisher = g_new(struct publisher, 1);
	*publisher = (struct publisher){
		.store = options->store,
		.inventory = options->inventory,
		.health = options->health,
		.deleted_retention = options->deleted_retention,
		.full_refresh_interval = options->full_refresh_interval,
		.reports = g_hash_table_new_full(
			g_str_hash, g_str_equal, NULL, (GDestroyNotify)report_free),
		.commands = G_QUEUE_INIT,
		.hosts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.stale = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};
	g_mutex_init(&publisher->lock);
	g_cond_init(&publisher->work);
	g_cond_init(&publisher->done);
	store_set_interrupt(options->store, options->is_cancelled, options->cancel_data);
	/* What is written from now on counts as a change, and nothing before it. */
	store_has_changed(options->store);
	bool loaded = load_all(publisher, error);
	store_set_interrupt(options->store, NULL, NULL);
	if (loaded)
		publisher->thread = g_thread_new("publisher", run, publisher);
	if (publisher->thread == NULL)
		g_clear_pointer(&publisher, publisher_free);
	return publisher;
}

void
publisher_deliver(struct report *report, void *data)
{
	struct publisher *publisher = data;
	g_mutex_lock(&publisher->lock);
	g_hash_table_replace(publisher->reports, report->connection, report);
	g_cond_signal(&publisher->work);
	g_mutex_unlock(&publisher->lock);
}

GPtrArray *
publisher_command(struct publisher *publisher, const struct host_command *command, GError **error)
{
	struct waiter waiter = {.command = command};
	g_mutex_lock(&publisher->lock);
	g_queue_push_tail(&publisher->commands, &waiter);
	g_cond_signal(&publisher->work);
	while (!waiter.done)
		g_cond_wait(&publisher->done, &publisher->lock);
	g_mutex_unlock(&publisher->lock);
	if (waiter.error != NULL)
		g_propagate_error(error, waiter.error);
	return waiter.hosts;
}

unsigned
publisher_get_queued(struct publisher *publisher)
{
	g_mutex_lock(&publisher->lock);
	unsigned queued = g_hash_table_size(publisher->reports);
	g_mutex_unlock(&publisher->lock);
	return queued;
}

void
publisher_stop(struct publisher *publisher)
{
	g_mutex_lock(&publisher->lock);
	publisher->stopping = true;
	g_cond_signal(&publisher->work);
	g_mutex_unlock(&publisher->lock);
	g_thread_join(publisher->thread);
	publisher_free(publisher);
}
