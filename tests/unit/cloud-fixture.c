/* SPDX-License-Identifier: Apache-2.0 */
#include "cloud-fixture.h"

#include <string.h>

#include "base/clock.h"

#define DOWN_TIME (60 * CLOCK_SECOND)
#define LONG 60 /* s: longer than any machine is slow */

/* Two cells, with the hosts 1 and 2 in the first, 3 in the second; one server is on host 1. */
void
cloud_fixture_set_up(struct cloud_fixture *fixture, const void *data)
{
	nova_set_up(&fixture->nova, NULL);
	nova_add_cell(&fixture->nova, 1);
	nova_add_cell(&fixture->nova, 2);
	nova_add_host(&fixture->nova, 1, 1);
	nova_add_host(&fixture->nova, 1, 2);
	nova_add_host(&fixture->nova, 2, 3);
	nova_add_instance(&fixture->nova, 1, 1, "cmp-01");
	fixture->inventory = inventory_new(DOWN_TIME);
	fixture->health = health_new();
	fixture->uptimes = uptimes_new(CLOCK_SECOND, CLOCK_SECOND);
	fixture->api_database = nova_format_url(&fixture->nova, "api");
	fixture->options = (struct cloud_options){
		.inventory = fixture->inventory,
		.health = fixture->health,
		.uptimes = fixture->uptimes,
		.api_database = fixture->api_database,
		.database_timeout = LONG,
		.full_refresh_interval = LONG * CLOCK_SECOND,
		.uptime_deadline = LONG * CLOCK_SECOND,
	};
}

void
cloud_fixture_unlock(struct cloud_fixture *fixture)
{
	g_clear_pointer(&fixture->lock, sqlite3_close);
}

void
cloud_fixture_tear_down(struct cloud_fixture *fixture, const void *data)
{
	g_clear_pointer(&fixture->cloud, cloud_stop);
	cloud_fixture_unlock(fixture);
	g_free(fixture->api_database);
	uptimes_free(fixture->uptimes);
	health_free(fixture->health);
	inventory_free(fixture->inventory);
	nova_tear_down(&fixture->nova, NULL);
}

void
cloud_fixture_start(struct cloud_fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	fixture->cloud = cloud_start(&fixture->options, &error);
	g_assert_no_error(error);
	g_assert_nonnull(fixture->cloud);
}

/* Whoever reads the database waits until unlock(). */
void
cloud_fixture_lock(struct cloud_fixture *fixture, const char *database)
{
	g_autofree char *path = g_strdup_printf("%s/%s.db", fixture->nova.directory, database);
	g_assert_cmpint(sqlite3_open(path, &fixture->lock), ==, SQLITE_OK);
	sqlite3_busy_timeout(fixture->lock, LONG * 1000);
	g_assert_cmpint(
		sqlite3_exec(fixture->lock, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==, SQLITE_OK);
}

void
waiter_init(struct waiter *waiter, struct cloud_fixture *fixture)
{
	*waiter = (struct waiter){.fixture = fixture};
	g_mutex_init(&waiter->lock);
	g_cond_init(&waiter->news);
}

void
waiter_clear(struct waiter *waiter)
{
	g_mutex_clear(&waiter->lock);
	g_cond_clear(&waiter->news);
	g_clear_pointer(&waiter->outcome, freshness_outcome_free);
	g_clear_pointer(&waiter->seen, g_hash_table_unref);
}

void
waiter_done(struct freshness_outcome *outcome, void *user)
{
	struct waiter *waiter = user;
	g_mutex_lock(&waiter->lock);
	g_clear_pointer(&waiter->outcome, freshness_outcome_free);
	waiter->outcome = outcome;
	waiter->done++;
	g_cond_signal(&waiter->news);
	g_mutex_unlock(&waiter->lock);
}

/* Gives the outcome of the last of so many wishes. */
struct freshness_outcome *
waiter_await(struct waiter *waiter, unsigned wishes)
{
	g_mutex_lock(&waiter->lock);
	while (waiter->done < wishes)
		g_cond_wait(&waiter->news, &waiter->lock);
	struct freshness_outcome *outcome = g_steal_pointer(&waiter->outcome);
	g_mutex_unlock(&waiter->lock);
	return outcome;
}

void
wish(struct cloud_fixture *fixture, enum freshness_part part, freshness_done *done, void *user)
{
	const struct freshness *freshness = cloud_get_freshness(fixture->cloud);
	freshness->refresh(freshness->data, part, done, user);
}

void
wish_node(struct cloud_fixture *fixture, const char *uuid, int64_t id, struct waiter *waiter)
{
	const struct freshness *freshness = cloud_get_freshness(fixture->cloud);
	freshness->read_node(freshness->data, (struct freshness_node){uuid, id, true, true},
		waiter_done, waiter);
}

struct freshness_outcome *
refresh(struct cloud_fixture *fixture, enum freshness_part part)
{
	struct waiter waiter;
	waiter_init(&waiter, fixture);
	wish(fixture, part, waiter_done, &waiter);
	struct freshness_outcome *outcome = waiter_await(&waiter, 1);
	waiter_clear(&waiter);
	return outcome;
}

struct freshness_outcome *
look_up(struct cloud_fixture *fixture, const char *uuid, int64_t id)
{
	struct waiter waiter;
	waiter_init(&waiter, fixture);
	wish_node(fixture, uuid, id, &waiter);
	struct freshness_outcome *outcome = waiter_await(&waiter, 1);
	waiter_clear(&waiter);
	return outcome;
}

/* "CELL/ID@HOST vcpus", the service joined to it as "CELL/ID" or a dash, and its servers. */
static void
format(GString *text, const struct hypervisor *hypervisor)
{
	const struct node_columns *node = hypervisor_get_columns(hypervisor);
	const struct service *service = hypervisor_get_service(hypervisor);
	struct servers *servers = hypervisor_get_servers(hypervisor);
	g_string_append_printf(text, "%s%d/%d@%s %d", text->len > 0 ? ", " : "", (int)node->cell,
		(int)node->id, node->host, (int)node->vcpus);
	if (service == NULL)
		g_string_append(text, " -");
	else
		g_string_append_printf(text, " %d/%d", (int)service_get_cell(service),
			(int)service_get_id(service));
	if (hypervisor_is_unmapped(hypervisor))
		g_string_append(text, " unmapped");
	for (size_t i = 0; i < servers_get_size(servers); i++)
		g_string_append_printf(text, " %s", servers_get_name(servers, i));
}

char *
describe_inventory(struct cloud_fixture *fixture)
{
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(fixture->inventory);
	g_autoptr(GString) text = g_string_new(NULL);
	for (size_t i = 0; i < snapshot_get_size(snapshot); i++)
		format(text, snapshot_get(snapshot, i));
	return g_strdup(text->str);
}

void
assert_refreshed(struct cloud_fixture *fixture, const char *expected)
{
	CLEANUP(freshness_outcome_free)
	struct freshness_outcome *outcome = refresh(fixture, FRESHNESS_SERVERS);
	g_assert_no_error(outcome->error);
	g_assert_cmpint(outcome->age, ==, 0);
	g_autofree char *text = describe_inventory(fixture);
	g_assert_cmpstr(text, ==, expected);
}

void
assert_found(struct cloud_fixture *fixture, const char *uuid, int64_t id, const char *expected)
{
	CLEANUP(freshness_outcome_free)
	struct freshness_outcome *outcome = look_up(fixture, uuid, id);
	g_assert_no_error(outcome->error);
	g_assert_cmpint(outcome->age, ==, 0);
	g_autoptr(GString) text = g_string_new(NULL);
	format(text, outcome->hypervisor);
	g_assert_cmpstr(text->str, ==, expected);
}

/* Takes the outcome. */
void
assert_fails(struct freshness_outcome *outcome, enum muster_error code, const char *word)
{
	g_assert_error(outcome->error, MUSTER_ERROR, (int)code);
	g_assert_nonnull(strstr(outcome->error->message, word));
	g_assert_null(outcome->hypervisor);
	g_assert_cmpint(outcome->age, ==, 0);
	freshness_outcome_free(outcome);
}

void
assert_not_found(struct cloud_fixture *fixture, const char *uuid, int64_t id)
{
	assert_fails(look_up(fixture, uuid, id), MUSTER_ERROR_NOT_FOUND, "no such node");
}

void
assert_away(const struct freshness_outcome *outcome, int64_t cell)
{
	g_assert_nonnull(outcome->away);
	g_assert_cmpuint(outcome->away->len, ==, 1);
	g_assert_cmpint(g_array_index(outcome->away, int64_t, 0), ==, cell);
}

char *
describe_health(struct cloud_fixture *fixture)
{
	g_auto(GStrv) parts = health_list(fixture->health);
	return g_strjoinv("\n", parts);
}
