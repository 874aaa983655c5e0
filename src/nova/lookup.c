/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/lookup.h"

#include "base/error.h"
#include "nova/teller.h"

struct lookups {
	struct lookup_options options;
	GHashTable *all; /* a set of struct lookup * that have not ended */
	struct servers *none;
};

/* A cell that was asked for the node. */
struct candidate {
	int64_t cell;
	bool answered;
	GError *error;
	struct node *node;
	struct node *teller;     /* a node of its host, in this cell: cell_query.h */
	struct service *compute; /* the host's */
	struct servers *list;
};

/* Held by the lookups, until it ends, and by each question under way. */
struct lookup {
	gatomicrefcount refs;
	struct lookups *lookups; /* NULL: it has ended */
	char *uuid;              /* NULL: by id */
	int64_t id;
	bool with_servers, with_uptime;
	freshness_done *done;
	void *user;
	GSource *timer;

	int64_t known_cell; /* in which the inventory has the node; 0: in none */
	bool late;          /* who has not answered by now is not waited for */

	GPtrArray *candidates; /* struct candidate * */
	char *host;            /* whose mapping was asked for; NULL: none yet */
	bool map_answered;
	GError *map_error;
	bool mapped;
	int64_t mapped_cell;

	bool looked_further; /* no cell had it, and the map was read anew */

	struct candidate *found;
	struct candidate *elsewhere; /* the cell to which the host is mapped, if it is another */
};

static void
candidate_free(void *data)
{
	struct candidate *candidate = data;
	g_clear_error(&candidate->error);
	g_clear_pointer(&candidate->node, node_unref);
	g_clear_pointer(&candidate->teller, node_unref);
	g_clear_pointer(&candidate->compute, service_unref);
	g_clear_pointer(&candidate->list, servers_unref);
	g_free(candidate);
}

static void
lookup_unref(void *data)
{
	struct lookup *lookup = data;
	if (!g_atomic_ref_count_dec(&lookup->refs))
		return;
	g_free(lookup->uuid);
	g_free(lookup->host);
	g_clear_error(&lookup->map_error);
	g_ptr_array_unref(lookup->candidates);
	g_clear_pointer(&lookup->elsewhere, candidate_free);
	g_free(lookup);
}

static struct lookup *
lookup_ref(struct lookup *lookup)
{
	g_atomic_ref_count_inc(&lookup->refs);
	return lookup;
}

/* Ends the look-up: what still arrives is passed over. */
static void
end(struct lookup *lookup, struct freshness_outcome *outcome)
{
	struct lookups *lookups = lookup->lookups;
	lookup->lookups = NULL;
	g_source_destroy(lookup->timer);
	g_source_unref(lookup->timer);
	lookup->done(outcome, lookup->user);
	g_hash_table_remove(lookups->all, lookup);
}

static struct snapshot *
find_in_snapshot(const struct lookups *lookups, const struct lookup *lookup, size_t *slot)
{
	struct snapshot *snapshot = inventory_get_snapshot(lookups->options.inventory);
	*slot = lookup->uuid != NULL ? snapshot_find_uuid(snapshot, lookup->uuid)
				     : snapshot_find_id(snapshot, lookup->id);
	return snapshot;
}

/* A database is away: what was known before is shown where that is allowed. */
static void
end_unavailable(struct lookup *lookup, const char *words)
{
	struct lookups *lookups = lookup->lookups;
	enum freshness_part part = lookup->with_servers ? FRESHNESS_SERVERS : FRESHNESS_NODES;
	struct freshness_outcome *outcome = g_new0(struct freshness_outcome, 1);
	size_t slot;
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = find_in_snapshot(lookups, lookup, &slot);
	if (slot != SNAPSHOT_NONE &&
		refresh_get_allowed_age(lookups->options.refresh, part, &outcome->age)) {
		outcome->hypervisor = hypervisor_ref(snapshot_get(snapshot, slot));
	} else {
		outcome->age = 0;
		outcome->error = g_error_new_literal(MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE, words);
	}
	end(lookup, outcome);
}

static void
end_without_cell(struct lookup *lookup, int64_t id)
{
	const struct cell *cell =
		cells_find(refresh_get_cells(lookup->lookups->options.refresh), id);
	g_autofree char *words = cell == NULL ? g_strdup("The cells have changed.")
					      : refresh_format_away(cell_get_mapping(cell));
	end_unavailable(lookup, words);
}

static void step(struct lookup *lookup);
static bool ask_cells(struct lookup *lookup, int64_t only, int64_t last);

static void
end_not_found(struct lookup *lookup)
{
	struct freshness_outcome *outcome = g_new0(struct freshness_outcome, 1);
	outcome->error =
		g_error_new_literal(MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND, "there is no such node");
	end(lookup, outcome);
}

/* Whether all that is shown is as the inventory has it, whose servers may be more than wanted. */
static bool
is_as_known(const struct lookup *lookup, const struct hypervisor *known, const struct node *node,
	const struct hypervisor_joins *joins)
{
	const struct service *service = hypervisor_get_service(known);
	bool has_same_service = service == NULL || joins->service == NULL
					? service == joins->service
					: service_equal(service, joins->service);
	return has_same_service && hypervisor_is_unmapped(known) == joins->unmapped &&
	       node_equal(hypervisor_get_node(known), node) &&
	       (!lookup->with_servers ||
		       servers_equal(hypervisor_get_servers(known), joins->servers));
}

/* Mostly nothing has changed but the heartbeat, and what was made of it once is there. */
static struct hypervisor *
make_hypervisor(
	const struct lookup *lookup, struct node *node, const struct hypervisor_joins *joins)
{
	size_t slot;
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = find_in_snapshot(lookup->lookups, lookup, &slot);
	struct hypervisor *known = slot == SNAPSHOT_NONE ? NULL : snapshot_get(snapshot, slot);
	return known != NULL && is_as_known(lookup, known, node, joins)
		       ? hypervisor_new_with_heartbeat(known, joins->service)
		       : hypervisor_new(node, joins);
}

static void
end_found(struct lookup *lookup, const struct candidate *joined)
{
	struct servers *list = joined == NULL ? NULL : joined->list;
	const struct hypervisor_joins joins = {
		.service = joined == NULL ? NULL : joined->compute,
		.servers = list == NULL ? lookup->lookups->none : list,
		.unmapped = !lookup->mapped,
	};
	CLEANUP(node_unref)
	struct node *node =
		teller_complete(lookup->found->node, joined == NULL ? NULL : joined->teller);
	struct freshness_outcome *outcome = g_new0(struct freshness_outcome, 1);
	outcome->hypervisor = make_hypervisor(lookup, node, &joins);
	end(lookup, outcome);
}

static void
take_answer(struct cell_query *query, struct candidate *candidate)
{
	candidate->answered = true;
	candidate->error = g_steal_pointer(&query->error);
	candidate->node = g_steal_pointer(&query->node);
	candidate->teller = g_steal_pointer(&query->teller);
	candidate->compute = g_steal_pointer(&query->compute);
	candidate->list = g_steal_pointer(&query->list);
}

/* A question under way to a cell. */
struct question {
	struct lookup *lookup;
	struct candidate *candidate; /* the lookup's */
};

static void
question_free(void *data)
{
	struct question *question = data;
	lookup_unref(question->lookup);
	g_free(question);
}

static void
take_cell_answer(struct cell_query *query, void *data)
{
	struct question *question = data;
	if (question->lookup->lookups == NULL)
		return;
	take_answer(query, question->candidate);
	step(question->lookup);
}

/* host: NULL asks for the node. */
static struct candidate *
ask_cell(struct lookup *lookup, struct cell *cell, const char *host)
{
	struct candidate *candidate = g_new0(struct candidate, 1);
	candidate->cell = cell_get_mapping(cell)->id;
	struct question *question = g_new(struct question, 1);
	*question = (struct question){lookup_ref(lookup), candidate};
	struct cell_query *query = g_new(struct cell_query, 1);
	*query = (struct cell_query){
		.uuid = host == NULL ? g_strdup(lookup->uuid) : NULL,
		.host = g_strdup(host),
		.id = lookup->id,
		.servers = lookup->with_servers,
		.uptime = lookup->with_uptime,
		.answer = take_cell_answer,
		.data = question,
		.free_data = question_free,
	};
	cell_ask(cell, query);
	return candidate;
}

static void
take_map_answer(struct map_query *query, void *data)
{
	struct lookup *lookup = data;
	if (lookup->lookups == NULL || !g_str_equal(query->host, lookup->host))
		return;
	lookup->map_answered = true;
	lookup->map_error = g_steal_pointer(&query->error);
	lookup->mapped = query->mapped;
	lookup->mapped_cell = query->cell;
	step(lookup);
}

static void
ask_map(struct lookup *lookup, const char *host)
{
	g_free(lookup->host);
	lookup->host = g_strdup(host);
	lookup->map_answered = false;
	g_clear_error(&lookup->map_error);
	struct map_query *query = g_new(struct map_query, 1);
	*query = (struct map_query){
		.host = g_strdup(host),
		.answer = take_map_answer,
		.data = lookup_ref(lookup),
		.free_data = lookup_unref,
	};
	mapper_ask(refresh_get_mapper(lookup->lookups->options.refresh), query);
}

/* Asks the cells that have not been asked yet, up to the last that may matter. */
static bool
ask_cells(struct lookup *lookup, int64_t only, int64_t last)
{
	const GPtrArray *all = cells_get_all(refresh_get_cells(lookup->lookups->options.refresh));
	bool asked = false;
	for (guint i = 0; i < all->len; i++) {
		struct cell *cell = all->pdata[i];
		const struct cell_mapping *mapping = cell_get_mapping(cell);
		bool known = false;
		for (guint j = 0; j < lookup->candidates->len; j++)
			known |= ((struct candidate *)lookup->candidates->pdata[j])->cell ==
				 mapping->id;
		if (known || cell_mapping_is_cell0(mapping) || mapping->id > last ||
			(only != 0 && mapping->id != only))
			continue;
		g_ptr_array_add(lookup->candidates, ask_cell(lookup, cell, NULL));
		asked = true;
	}
	return asked;
}

/* The first in the order of the cells that has the node. */
static struct candidate *
choose(const struct lookup *lookup)
{
	struct candidate *first = NULL;
	for (guint i = 0; i < lookup->candidates->len; i++) {
		struct candidate *candidate = lookup->candidates->pdata[i];
		if (candidate->node != NULL && (first == NULL || candidate->cell < first->cell))
			first = candidate;
	}
	return first;
}

/* Whether a cell's answer is needed, though the first that has answered has the node (NULL: none
 * has). A cell that is away is waited for where it is known to have the node. */
static bool
is_awaited(const struct lookup *lookup, const struct candidate *candidate,
	const struct candidate *first)
{
	if (candidate->answered || lookup->late)
		return false;
	if (first == NULL)
		return true;
	bool is_known = candidate->cell == lookup->known_cell;
	bool away = refresh_is_away(lookup->lookups->options.refresh, candidate->cell);
	return candidate->cell < first->cell && (is_known || !away);
}

/* Whether enough have answered. */
static bool
is_decided(const struct lookup *lookup)
{
	const struct candidate *first = choose(lookup);
	for (guint i = 0; i < lookup->candidates->len; i++)
		if (is_awaited(lookup, lookup->candidates->pdata[i], first))
			return false;
	return true;
}

/* An id may be another node's in each cell. Where the cell that has it is away, it is not taken for
 * that of a later one. */
static bool
is_hidden(const struct lookup *lookup)
{
	for (guint i = 0; lookup->uuid == NULL && i < lookup->candidates->len; i++) {
		const struct candidate *candidate = lookup->candidates->pdata[i];
		if (candidate->cell == lookup->known_cell &&
			(candidate->error != NULL || !candidate->answered))
			return lookup->found == NULL || candidate->cell < lookup->found->cell;
	}
	return false;
}

static void
take_refresh(struct freshness_outcome *outcome, void *user)
{
	struct lookup *lookup = user;
	if (lookup->lookups != NULL && outcome->error != NULL)
		end_unavailable(lookup, outcome->error->message);
	else if (lookup->lookups != NULL && !ask_cells(lookup, 0, G_MAXINT64))
		end_not_found(lookup);
	freshness_outcome_free(outcome);
	lookup_unref(lookup);
}

/* It may be in a cell that had no reason to be asked, or in one that is new. */
static void
look_further(struct lookup *lookup)
{
	if (ask_cells(lookup, 0, G_MAXINT64))
		return;
	for (guint i = 0; i < lookup->candidates->len; i++) {
		const struct candidate *candidate = lookup->candidates->pdata[i];
		if (candidate->error != NULL) {
			end_without_cell(lookup, candidate->cell);
			return;
		}
	}
	if (lookup->looked_further) {
		end_not_found(lookup);
		return;
	}
	lookup->looked_further = true;
	refresh_wish(lookup->lookups->options.refresh, FRESHNESS_NODES, take_refresh,
		lookup_ref(lookup));
}

/* The node and its mapping are known: its service, and its servers, are of the cell to which
 * it is mapped. */
static void
join(struct lookup *lookup)
{
	if (!lookup->mapped) {
		end_found(lookup, NULL);
	} else if (lookup->mapped_cell == lookup->found->cell) {
		end_found(lookup, lookup->found);
	} else if (lookup->elsewhere == NULL) {
		struct cell *cell = cells_find(
			refresh_get_cells(lookup->lookups->options.refresh), lookup->mapped_cell);
		if (cell == NULL)
			end_found(lookup, NULL);
		else
			lookup->elsewhere = ask_cell(lookup, cell, lookup->host);
	} else if (lookup->elsewhere->error != NULL) {
		end_without_cell(lookup, lookup->elsewhere->cell);
	} else if (lookup->elsewhere->answered) {
		end_found(lookup, lookup->elsewhere);
	}
}

/* Goes on as far as what has been answered allows. */
static void
step(struct lookup *lookup)
{
	if (!is_decided(lookup))
		return;
	lookup->found = choose(lookup);
	if (is_hidden(lookup)) {
		end_without_cell(lookup, lookup->known_cell);
		return;
	}
	if (lookup->found == NULL) {
		look_further(lookup);
		return;
	}
	const char *host = node_get_columns(lookup->found->node)->host;
	if (lookup->host == NULL || !g_str_equal(lookup->host, host))
		ask_map(lookup, host);
	else if (lookup->map_error != NULL)
		end_unavailable(lookup, REFRESH_MAP_AWAY);
	else if (lookup->map_answered)
		join(lookup);
}

/* Tells whose answer is missing. */
static void
end_late(struct lookup *lookup)
{
	for (guint i = 0; i < lookup->candidates->len; i++) {
		const struct candidate *candidate = lookup->candidates->pdata[i];
		if (!candidate->answered) {
			end_without_cell(lookup, candidate->cell);
			return;
		}
	}
	if (lookup->map_answered && lookup->elsewhere != NULL)
		end_without_cell(lookup, lookup->elsewhere->cell);
	else if (lookup->looked_further)
		end_unavailable(lookup, refresh_get_away(lookup->lookups->options.refresh));
	else
		end_unavailable(lookup, REFRESH_MAP_AWAY);
}

static gboolean
on_deadline(void *data)
{
	struct lookup *lookup = lookup_ref(data);
	lookup->late = true;
	if (choose(lookup) != NULL)
		step(lookup);
	if (lookup->lookups != NULL)
		end_late(lookup);
	lookup_unref(lookup);
	return G_SOURCE_REMOVE;
}

struct lookups *
lookups_new(const struct lookup_options *options)
{
	struct lookups *lookups = g_new(struct lookups, 1);
	lookups->options = *options;
	lookups->all = g_hash_table_new_full(g_direct_hash, g_direct_equal, lookup_unref, NULL);
	lookups->none = servers_new_empty();
	return lookups;
}

void
lookups_free(struct lookups *lookups)
{
	g_autoptr(GList) all = g_hash_table_get_keys(lookups->all);
	for (GList *link = all; link != NULL; link = link->next) {
		struct freshness_outcome *outcome = g_new0(struct freshness_outcome, 1);
		outcome->error = g_error_new_literal(
			MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE, "The server is being stopped.");
		end(link->data, outcome);
	}
	g_hash_table_unref(lookups->all);
	servers_unref(lookups->none);
	g_free(lookups);
}

void
lookups_begin(
	struct lookups *lookups, struct freshness_node wanted, freshness_done *done, void *user)
{
	struct lookup *lookup = g_new(struct lookup, 1);
	*lookup = (struct lookup){
		.lookups = lookups,
		.uuid = g_strdup(wanted.uuid),
		.id = wanted.id,
		.with_servers = wanted.servers,
		.with_uptime = wanted.uptime,
		.done = done,
		.user = user,
		.candidates = g_ptr_array_new_with_free_func(candidate_free),
	};
	g_atomic_ref_count_init(&lookup->refs);
	g_hash_table_add(lookups->all, lookup);
	lookup->timer = g_timeout_source_new((guint)(lookups->options.timeout / 1000));
	g_source_set_callback(lookup->timer, on_deadline, lookup, NULL);
	g_source_attach(lookup->timer, lookups->options.context);

	size_t slot;
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = find_in_snapshot(lookups, lookup, &slot);
	if (slot == SNAPSHOT_NONE) {
		if (!ask_cells(lookup, 0, G_MAXINT64))
			look_further(lookup);
		return;
	}
	/* By its id the node is the first that has it: an earlier cell may have got one. */
	const struct node_columns *node = hypervisor_get_columns(snapshot_get(snapshot, slot));
	lookup->known_cell = node->cell;
	ask_map(lookup, node->host);
	if (!ask_cells(lookup, wanted.uuid != NULL ? node->cell : 0, node->cell))
		step(lookup);
}
