/* SPDX-License-Identifier: Apache-2.0 */
#include "api/wait.h"

#include "base/error.h"
#include "http/waiter.h"

#define CROWDED "Too many requests wait for newer data."

/* NULL: crowded. */
static struct http_waiter *
suspend(const struct context *context, GDestroyNotify free_outcome, GError **error)
{
	struct http_waiter *waiter = http_request_suspend(context->request, free_outcome);
	if (waiter == NULL)
		g_set_error_literal(error, MUSTER_ERROR, MUSTER_ERROR_BUSY, CROWDED);
	return waiter;
}

static const GDestroyNotify free_outcome = (GDestroyNotify)freshness_outcome_free;

static void
resume(struct freshness_outcome *outcome, void *waiter)
{
	http_waiter_resume(waiter, outcome);
}

/* Whether nothing is to be waited for: it was already, or is not needed. */
static bool
is_ready(struct context *context, enum freshness_part part)
{
	const struct freshness *freshness = context->api->options.freshness;
	if (freshness == NULL)
		return true;
	context->outcome = http_request_get_outcome(context->request, free_outcome);
	return context->outcome != NULL || freshness->is_fresh(freshness->data, part);
}

static const GError *
get_error(const struct context *context)
{
	return context->outcome == NULL ? NULL : context->outcome->error;
}

static bool
has_no_error(const struct context *context, GError **error)
{
	if (get_error(context) == NULL)
		return true;
	g_propagate_error(error, g_error_copy(get_error(context)));
	return false;
}

static bool
wait_for_refresh(struct context *context, enum freshness_part part, GError **error)
{
	if (is_ready(context, part))
		return true;
	const struct freshness *freshness = context->api->options.freshness;
	struct http_waiter *waiter = suspend(context, free_outcome, error);
	if (waiter != NULL)
		freshness->refresh(freshness->data, part, resume, waiter);
	return false;
}

bool
wait_for_inventory(struct context *context, enum freshness_part part, GError **error)
{
	return wait_for_refresh(context, part, error) && has_no_error(context, error);
}

bool
wait_for_cells(struct context *context, enum freshness_part part, GError **error)
{
	if (!wait_for_refresh(context, part, error))
		return false;
	const GArray *away = context->outcome == NULL ? NULL : context->outcome->away;
	return (away != NULL && away->len > 0) || has_no_error(context, error);
}

bool
wait_is_away(const struct context *context, int64_t cell)
{
	if (get_error(context) == NULL)
		return false;
	const GArray *away = context->outcome->away;
	for (guint i = 0; i < away->len; i++)
		if (g_array_index(away, int64_t, i) == cell)
			return true;
	return false;
}

static struct hypervisor *
find_node(const struct context *context, struct freshness_node node)
{
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(context->api->options.inventory);
	size_t slot = node.uuid != NULL ? snapshot_find_uuid(snapshot, node.uuid)
					: snapshot_find_id(snapshot, node.id);
	return slot == SNAPSHOT_NONE ? NULL : hypervisor_ref(snapshot_get(snapshot, slot));
}

bool
wait_for_node(struct context *context, struct freshness_node node, struct hypervisor **hypervisor,
	GError **error)
{
	*hypervisor = NULL;
	if (!is_ready(context, node.servers ? FRESHNESS_SERVERS : FRESHNESS_NODES)) {
		const struct freshness *freshness = context->api->options.freshness;
		struct http_waiter *waiter = suspend(context, free_outcome, error);
		if (waiter != NULL)
			freshness->read_node(freshness->data, node, resume, waiter);
		return false;
	}
	if (context->outcome == NULL) {
		*hypervisor = find_node(context, node);
		return true;
	}
	if (g_error_matches(get_error(context), MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND))
		return true;
	if (!has_no_error(context, error))
		return false;
	*hypervisor = hypervisor_ref(context->outcome->hypervisor);
	return true;
}

/* The answers are in the table: there is nothing to hand over but that it is over. */
static void
free_nothing(void *outcome)
{
}

static void
resume_empty_handed(void *waiter)
{
	static char nothing;
	http_waiter_resume(waiter, &nothing);
}

bool
wait_for_uptimes(const struct context *context, struct survey *survey, GError **error)
{
	const struct freshness *freshness = context->api->options.freshness;
	if (survey->ageing != NULL)
		freshness->ask_uptimes(freshness->data, survey->ageing, NULL, NULL);
	bool is_ready = survey->unknown == NULL ||
			http_request_get_outcome(context->request, free_nothing) != NULL;
	struct http_waiter *waiter = is_ready ? NULL : suspend(context, free_nothing, error);
	if (waiter != NULL)
		freshness->ask_uptimes(
			freshness->data, survey->unknown, resume_empty_handed, waiter);
	survey_clear(survey);
	return is_ready;
}
