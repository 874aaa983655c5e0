/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/asker.h"

#include "base/clock.h"
#include "base/error.h"
#include "model/hypervisor.h"
#include "nova/post.h"

struct asker {
	struct asker_options options;
	GHashTable *brokers; /* transport_url -> struct broker * */
	GHashTable *calls;   /* struct call *, by its host: those under way */
};

struct broker {
	struct rpc *rpc; /* NULL: nobody can be asked by it */
	struct health *health;
	char *part; /* of health, where that is a trouble; else NULL */
};

/* A request that waits. */
struct batch {
	unsigned calls; /* that have not ended */
	void (*done)(void *user);
	void *user;
};

/* A host that is being asked. */
struct call {
	int64_t cell;
	char *host;
	GPtrArray *batches; /* struct batch *: those that wait for it */
};

/* An answer, on its way from the broker's thread. */
struct answer {
	struct asker *asker;
	struct call *call;
	enum uptime_outcome outcome;
	char *text;
};

static guint
call_hash(const void *data)
{
	const struct call *call = data;
	return g_str_hash(call->host) + (guint)call->cell;
}

static gboolean
call_equal(const void *left, const void *right)
{
	const struct call *a = left, *b = right;
	return a->cell == b->cell && g_str_equal(a->host, b->host);
}

static void
call_free(void *data)
{
	struct call *call = data;
	g_free(call->host);
	g_ptr_array_unref(call->batches);
	g_free(call);
}

static void
broker_free(void *data)
{
	struct broker *broker = data;
	g_clear_pointer(&broker->rpc, rpc_stop);
	if (broker->part != NULL)
		health_set(broker->health, broker->part, NULL);
	g_free(broker->part);
	g_free(broker);
}

struct asker *
asker_new(const struct asker_options *options)
{
	struct asker *asker = g_new(struct asker, 1);
	asker->options = *options;
	asker->brokers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, broker_free);
	asker->calls = g_hash_table_new_full(call_hash, call_equal, NULL, call_free);
	return asker;
}

static void
leave_batch(struct batch *batch)
{
	if (--batch->calls > 0)
		return;
	if (batch->done != NULL)
		batch->done(batch->user);
	g_free(batch);
}

/* Ends the call and frees it. */
static void
end_call(struct asker *asker, struct call *call, enum uptime_outcome outcome, const char *text)
{
	uptimes_end(asker->options.uptimes, call->cell, call->host, outcome, text, clock_now());
	for (guint i = 0; i < call->batches->len; i++)
		leave_batch(call->batches->pdata[i]);
	g_hash_table_remove(asker->calls, call);
}

void
asker_free(struct asker *asker)
{
	/* The answers that this brings are on their way to nobody. */
	g_hash_table_unref(asker->brokers);
	g_autoptr(GList) calls = g_hash_table_get_keys(asker->calls);
	for (GList *link = calls; link != NULL; link = link->next)
		end_call(asker, link->data, UPTIME_SILENT, NULL);
	g_hash_table_unref(asker->calls);
	g_free(asker);
}

static void
answer_free(void *data)
{
	struct answer *answer = data;
	g_free(answer->text);
	g_free(answer);
}

static void
take_answer(void *data)
{
	const struct answer *answer = data;
	end_call(answer->asker, answer->call, answer->outcome, answer->text);
}

/* On the broker's thread. */
static void
on_answer(enum rpc_result result, const char *text, void *data)
{
	struct answer *answer = data;
	answer->text = g_strdup(text);
	if (result == RPC_ANSWERED)
		answer->outcome = text == NULL ? UPTIME_NONE : UPTIME_TEXT;
	else
		answer->outcome = result == RPC_UNSUPPORTED ? UPTIME_UNSUPPORTED : UPTIME_SILENT;
	post(answer->asker->options.context, take_answer, answer, answer_free);
}

static void
note_trouble(struct broker *broker, const struct cell_mapping *mapping, const GError *error)
{
	g_warning("cell %s: its computes can't be asked for their uptime: %s", mapping->name,
		error->message);
	broker->part = g_strdup_printf("the computes of cell %s", mapping->name);
	health_set(broker->health, broker->part, error->message);
}

/* How the computes of a cell are asked; NULL, and what becomes of who asks: they can't be. */
static struct rpc *
find_rpc(struct asker *asker, const struct cells *cells, int64_t id, enum uptime_outcome *outcome)
{
	*outcome = UPTIME_UNSUPPORTED;
	const struct cell *cell = cells_find(cells, id);
	const struct cell_mapping *mapping = cell == NULL ? NULL : cell_get_mapping(cell);
	if (mapping == NULL || mapping->transport_url == NULL)
		return NULL;
	struct broker *broker = g_hash_table_lookup(asker->brokers, mapping->transport_url);
	if (broker != NULL)
		return broker->rpc;

	struct rpc_options options = asker->options.rpc;
	options.transport_url = mapping->transport_url;
	g_autoptr(GError) error = NULL;
	struct rpc *rpc = rpc_start(&options, &error);
	if (g_error_matches(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT)) { /* it may pass */
		*outcome = UPTIME_SILENT;
		return NULL;
	}
	broker = g_new0(struct broker, 1);
	broker->rpc = rpc;
	broker->health = options.health;
	if (rpc == NULL && !g_error_matches(error, MUSTER_ERROR, MUSTER_ERROR_UNSUPPORTED))
		note_trouble(broker, mapping, error);
	g_hash_table_insert(asker->brokers, g_strdup(mapping->transport_url), broker);
	return rpc;
}

static void
begin_call(struct asker *asker, const struct cells *cells, const struct service *service,
	struct batch *batch, int64_t deadline)
{
	struct call key = {
		.cell = service_get_cell(service), .host = (char *)service_get_host(service)};
	struct call *call = g_hash_table_lookup(asker->calls, &key);
	batch->calls++;
	if (call != NULL) {
		g_ptr_array_add(call->batches, batch);
		return;
	}
	call = g_new(struct call, 1);
	*call = (struct call){key.cell, g_strdup(key.host), g_ptr_array_new()};
	g_ptr_array_add(call->batches, batch);
	g_hash_table_add(asker->calls, call);
	uptimes_begin(asker->options.uptimes, call->cell, call->host, clock_now());

	enum uptime_outcome outcome;
	struct rpc *rpc = find_rpc(asker, cells, call->cell, &outcome);
	if (rpc == NULL) {
		end_call(asker, call, outcome, NULL);
		return;
	}
	struct answer *answer = g_new0(struct answer, 1);
	answer->asker = asker;
	answer->call = call;
	rpc_ask_uptime(rpc, call->host, deadline, on_answer, answer);
}

static bool
is_used(const struct cells *cells, const char *url)
{
	const GPtrArray *all = cells_get_all(cells);
	for (guint i = 0; i < all->len; i++)
		if (g_strcmp0(cell_get_mapping(all->pdata[i])->transport_url, url) == 0)
			return true;
	return false;
}

void
asker_follow_cells(struct asker *asker, const struct cells *cells)
{
	GHashTableIter iter;
	gpointer url;
	g_hash_table_iter_init(&iter, asker->brokers);
	while (g_hash_table_iter_next(&iter, &url, NULL))
		if (!is_used(cells, url))
			g_hash_table_iter_remove(&iter);
}

void
asker_ask(struct asker *asker, const struct cells *cells, GPtrArray *hypervisors,
	void (*done)(void *user), void *user)
{
	int64_t deadline = g_get_monotonic_time() + asker->options.deadline;
	struct batch *batch = g_new(struct batch, 1);
	*batch = (struct batch){.calls = 1, .done = done, .user = user};
	for (guint i = 0; i < hypervisors->len; i++) {
		const struct service *service = hypervisor_get_service(hypervisors->pdata[i]);
		if (service != NULL)
			begin_call(asker, cells, service, batch, deadline);
	}
	leave_batch(batch);
}
