/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/cloud.h"

#include "base/clock.h"
#include "base/error.h"
#include "nova/asker.h"
#include "nova/lookup.h"
#include "nova/post.h"
#include "nova/refresh.h"

/* µs between questions whether the start was cancelled. */
#define CANCEL_INTERVAL (CLOCK_SECOND / 10)

/* µs that an end waits for threads that wait for a database. */
#define PATIENCE (CLOCK_SECOND / 2)

struct cloud {
	struct cloud_options options;
	GMainContext *context;
	GMainLoop *loop;
	GThread *thread;
	struct freshness freshness;

	GMutex lock;
	GCond first_round;
	bool has_begun;    /* the first round has ended */
	GError *map_error; /* and the API database could not be read */

	/* The thread's own, but for refresh_is_fresh(). */
	struct refresh *refresh;
	struct lookups *lookups;
	struct asker *asker; /* NULL: no compute is asked */
};

/* A wish on its way to the thread. */
struct wish {
	struct cloud *cloud;
	enum freshness_part part;
	struct freshness_node node;
	GPtrArray *hypervisors;
	freshness_done *done;
	void (*done_asking)(void *user);
	void *user;
};

static void
wish_free(void *data)
{
	struct wish *wish = data;
	g_free((char *)wish->node.uuid);
	g_clear_pointer(&wish->hypervisors, g_ptr_array_unref);
	g_free(wish);
}

static void
obey_refresh(void *data)
{
	const struct wish *wish = data;
	refresh_wish(wish->cloud->refresh, wish->part, wish->done, wish->user);
}

static void
obey_read_node(void *data)
{
	const struct wish *wish = data;
	lookups_begin(wish->cloud->lookups, wish->node, wish->done, wish->user);
}

static void
obey_ask(void *data)
{
	const struct wish *wish = data;
	asker_ask(wish->cloud->asker, refresh_get_cells(wish->cloud->refresh), wish->hypervisors,
		wish->done_asking, wish->user);
}

static void
send(const struct wish *wish, void (*obey)(void *data))
{
	post(wish->cloud->context, obey, g_memdup2(wish, sizeof(*wish)), wish_free);
}

static bool
is_fresh(void *data, enum freshness_part part)
{
	const struct cloud *cloud = data;
	return refresh_is_fresh(cloud->refresh, part);
}

static void
wish_refresh(void *data, enum freshness_part part, freshness_done *done, void *user)
{
	send(&(struct wish){.cloud = data, .part = part, .done = done, .user = user}, obey_refresh);
}

static void
wish_node(void *data, struct freshness_node node, freshness_done *done, void *user)
{
	node.uuid = g_strdup(node.uuid);
	send(&(struct wish){.cloud = data, .node = node, .done = done, .user = user},
		obey_read_node);
}

static void
wish_uptimes(void *data, GPtrArray *hypervisors, void (*done)(void *user), void *user)
{
	GPtrArray *copy = g_ptr_array_new_full(hypervisors->len, (GDestroyNotify)hypervisor_unref);
	for (guint i = 0; i < hypervisors->len; i++)
		g_ptr_array_add(copy, hypervisor_ref(hypervisors->pdata[i]));
	send(&(struct wish){.cloud = data, .hypervisors = copy, .done_asking = done, .user = user},
		obey_ask);
}

static void
on_first_round(const GError *error, void *data)
{
	struct cloud *cloud = data;
	g_mutex_lock(&cloud->lock);
	cloud->has_begun = true;
	cloud->map_error = error == NULL ? NULL : g_error_copy(error);
	g_cond_signal(&cloud->first_round);
	g_mutex_unlock(&cloud->lock);
}

static void
on_cells_changed(void *data)
{
	struct cloud *cloud = data;
	if (cloud->asker != NULL)
		asker_follow_cells(cloud->asker, refresh_get_cells(cloud->refresh));
}

static void
start_parts(struct cloud *cloud)
{
	const struct cloud_options *options = &cloud->options;
	const struct refresh_options refresh = {
		.context = cloud->context,
		.inventory = options->inventory,
		.health = options->health,
		.mapper = {.url = options->api_database,
			.templates = {options->database, options->transport_url},
			.timeout = options->database_timeout},
		.cells = {.name_template = options->name_template,
			.timeout = options->database_timeout},
		.timeout = options->database_timeout * CLOCK_SECOND,
		.max_staleness = options->max_staleness,
		.stale_if_error = options->stale_if_error,
		.full_refresh_interval = options->full_refresh_interval,
		.first_round = on_first_round,
		.cells_changed = on_cells_changed,
		.data = cloud,
	};
	cloud->refresh = refresh_start(&refresh);
	const struct lookup_options lookup = {
		.context = cloud->context,
		.inventory = options->inventory,
		.refresh = cloud->refresh,
		.timeout = options->database_timeout * CLOCK_SECOND,
	};
	cloud->lookups = lookups_new(&lookup);
	const struct asker_options asker = {
		.context = cloud->context,
		.uptimes = options->uptimes,
		.rpc = options->rpc,
		.deadline = options->uptime_deadline,
	};
	if (options->uptimes != NULL)
		cloud->asker = asker_new(&asker);
}

static void *
run(void *data)
{
	struct cloud *cloud = data;
	g_main_context_push_thread_default(cloud->context);
	g_main_loop_run(cloud->loop);
	while (g_main_context_iteration(cloud->context, FALSE))
		continue; /* wishes that came last */
	g_clear_pointer(&cloud->asker, asker_free);
	lookups_free(cloud->lookups);
	refresh_stop(cloud->refresh, PATIENCE);
	g_main_context_pop_thread_default(cloud->context);
	return NULL;
}

/* What time may mend is no reason not to start. */
static bool
is_passing(const GError *error)
{
	return g_error_matches(error, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE) ||
	       g_error_matches(error, MUSTER_ERROR, MUSTER_ERROR_TIMEOUT) ||
	       g_error_matches(error, MUSTER_ERROR, MUSTER_ERROR_BUSY);
}

static bool
wait_for_first_round(struct cloud *cloud, GError **error)
{
	const struct cloud_options *options = &cloud->options;
	bool cancelled = false;
	g_mutex_lock(&cloud->lock);
	while (!cloud->has_begun && !cancelled) {
		g_cond_wait_until(&cloud->first_round, &cloud->lock,
			g_get_monotonic_time() + CANCEL_INTERVAL);
		cancelled = options->is_cancelled != NULL &&
			    options->is_cancelled(options->cancel_data) != 0;
	}
	g_mutex_unlock(&cloud->lock);
	if (cancelled)
		g_set_error_literal(error, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE,
			"the start was cancelled while the cells were read");
	if (cancelled || cloud->map_error == NULL || is_passing(cloud->map_error))
		return !cancelled;
	g_propagate_prefixed_error(error, g_error_copy(cloud->map_error), "[api_database]: ");
	return false;
}

struct cloud *
cloud_start(const struct cloud_options *options, GError **error)
{
	CLEANUP(cloud_stop) struct cloud *cloud = g_new0(struct cloud, 1);
	cloud->options = *options;
	g_mutex_init(&cloud->lock);
	g_cond_init(&cloud->first_round);
	cloud->context = g_main_context_new();
	cloud->loop = g_main_loop_new(cloud->context, FALSE);
	cloud->freshness = (struct freshness){
		.is_fresh = is_fresh,
		.refresh = wish_refresh,
		.read_node = wish_node,
		.ask_uptimes = wish_uptimes,
		.data = cloud,
	};
	start_parts(cloud);
	cloud->thread = g_thread_new("cloud", run, cloud);
	if (!wait_for_first_round(cloud, error))
		return NULL;
	return g_steal_pointer(&cloud);
}

static void
quit(void *data)
{
	struct cloud *cloud = data;
	g_main_loop_quit(cloud->loop);
}

void
cloud_stop(struct cloud *cloud)
{
	post(cloud->context, quit, cloud, NULL);
	g_thread_join(cloud->thread);
	g_main_loop_unref(cloud->loop);
	g_main_context_unref(cloud->context);
	g_mutex_clear(&cloud->lock);
	g_cond_clear(&cloud->first_round);
	g_clear_error(&cloud->map_error);
	g_free(cloud);
}

const struct freshness *
cloud_get_freshness(const struct cloud *cloud)
{
	return &cloud->freshness;
}
