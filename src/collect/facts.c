/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/facts.h"

#include <stdlib.h>

#include "collect/connection.h"
#include "collect/libvirt_error.h"
#include "collect/local.h"
#include "collect/storage.h"

enum fact {
	FACT_ANSWER, /* none in particular: a pass hangs */
	FACT_CONNECTION,
	FACT_HOSTNAME,
	FACT_ADDRESS,
	FACT_ROOM,
	FACT_COUNT
};

struct facts {
	struct source *source;
	void (*changed)(void *data);
	void *data;

	GThread *thread;          /* of the last pass, to be joined; NULL: none */
	virConnectPtr connection; /* of the passes; NULL: not open */

	GMutex lock;
	GCond idle;
	bool busy; /* a pass is under way */
	char *hostname;
	char *address;
	struct room room;
	char *trouble[FACT_COUNT]; /* what was wrong with each; NULL: nothing */
};

/* Puts a text in its place, under the lock. Gives whether it is another one. */
static bool
replace(char **place, const char *text)
{
	if (g_strcmp0(*place, text) == 0)
		return false;
	g_free(*place);
	*place = g_strdup(text);
	return true;
}

static const char *
words(const GError *error)
{
	return error == NULL ? NULL : error->message;
}

static void
read_hostname(struct facts *facts)
{
	g_autoptr(GError) error = NULL;
	char *told = virConnectGetHostname(facts->connection);
	if (told == NULL && !libvirt_error_is_unsupported())
		libvirt_error_take(&error, facts->source->uri, "read the host's name");
	g_autofree char *hostname = told == NULL ? NULL : g_utf8_make_valid(told, -1);
	free(told);

	g_mutex_lock(&facts->lock);
	bool changed = replace(&facts->hostname, hostname);
	replace(&facts->trouble[FACT_HOSTNAME], words(error));
	g_mutex_unlock(&facts->lock);
	if (changed)
		facts->changed(facts->data);
}

static char *
find_address(const struct source *source, GError **error)
{
	if (source->peer != NULL)
		return local_resolve(source->peer, error);
	return source->my_ip != NULL ? g_strdup(source->my_ip) : local_find_address();
}

/* A peer is resolved until that works once: its address is not asked of DNS every time. */
static void
read_address(struct facts *facts)
{
	if (facts->address != NULL && facts->source->peer != NULL)
		return;
	g_autoptr(GError) error = NULL;
	g_autofree char *address = find_address(facts->source, &error);

	g_mutex_lock(&facts->lock);
	bool changed = replace(&facts->address, address);
	replace(&facts->trouble[FACT_ADDRESS], words(error));
	g_mutex_unlock(&facts->lock);
	if (changed)
		facts->changed(facts->data);
}

static bool
is_same(struct nullable a, struct nullable b)
{
	return a.known == b.known && a.value == b.value;
}

static bool
room_is_same(const struct room *a, const struct room *b)
{
	return is_same(a->total, b->total) && is_same(a->used, b->used) &&
	       is_same(a->available, b->available) && is_same(a->least, b->least);
}

static void
read_room(struct facts *facts)
{
	g_autoptr(GError) error = NULL;
	struct room room;
	room_read(
		facts->connection, facts->source->uri, facts->source->storage_pool, &room, &error);

	g_mutex_lock(&facts->lock);
	bool changed = !room_is_same(&facts->room, &room);
	facts->room = room;
	changed |= replace(&facts->trouble[FACT_ROOM], words(error));
	g_mutex_unlock(&facts->lock);
	if (changed)
		facts->changed(facts->data);
}

static void
close_connection(struct facts *facts)
{
	if (facts->connection != NULL)
		virConnectClose(g_steal_pointer(&facts->connection));
}

static void
open_connection(struct facts *facts)
{
	if (facts->connection != NULL)
		return;
	g_autoptr(GError) error = NULL;
	facts->connection = connection_open(facts->source->uri, &error);
	g_mutex_lock(&facts->lock);
	replace(&facts->trouble[FACT_CONNECTION], words(error));
	g_mutex_unlock(&facts->lock);
}

/* Has the next pass open another one where this is lost. */
static void
check_connection(struct facts *facts)
{
	if (virConnectIsAlive(facts->connection) != 1)
		close_connection(facts);
}

static void *
pass(void *data)
{
	struct facts *facts = data;
	read_address(facts);
	open_connection(facts);
	if (facts->connection != NULL) {
		read_hostname(facts);
		read_room(facts);
		check_connection(facts);
	}

	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&facts->lock);
	facts->busy = false;
	replace(&facts->trouble[FACT_ANSWER], NULL);
	g_cond_signal(&facts->idle);
	return NULL;
}

struct facts *
facts_new(struct source *source, void (*changed)(void *data), void *data)
{
	struct facts *facts = g_new0(struct facts, 1);
	facts->source = source_ref(source);
	facts->changed = changed;
	facts->data = data;
	g_mutex_init(&facts->lock);
	g_cond_init(&facts->idle);
	return facts;
}

static void
join(struct facts *facts)
{
	if (facts->thread != NULL)
		g_thread_join(g_steal_pointer(&facts->thread));
}

void
facts_free(struct facts *facts)
{
	join(facts);
	close_connection(facts);
	g_mutex_clear(&facts->lock);
	g_cond_clear(&facts->idle);
	source_unref(facts->source);
	g_free(facts->hostname);
	g_free(facts->address);
	for (enum fact fact = 0; fact < FACT_COUNT; fact++)
		g_free(facts->trouble[fact]);
	g_free(facts);
}

/* Whether a pass is under way; one that is since the last interval is trouble. */
static bool
is_busy(struct facts *facts)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&facts->lock);
	if (!facts->busy)
		return false;
	g_autofree char *trouble = g_strdup_printf(
		"%s: the host's name or storage is not told in time", facts->source->uri);
	replace(&facts->trouble[FACT_ANSWER], trouble);
	return true;
}

void
facts_refresh(struct facts *facts)
{
	if (is_busy(facts))
		return;
	join(facts);
	facts->busy = true;
	facts->thread = g_thread_try_new("facts", pass, facts, NULL);
	if (facts->thread == NULL) /* none to be had now: the next interval tries again */
		facts->busy = false;
}

void
facts_wait(struct facts *facts, int64_t until)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&facts->lock);
	while (facts->busy)
		if (!g_cond_wait_until(&facts->idle, &facts->lock, until))
			return;
}

char *
facts_fill(struct facts *facts, struct report *report)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&facts->lock);
	report->hypervisor_hostname = g_strdup(facts->hostname);
	report->host_ip = g_strdup(facts->address);
	report->local_gb = facts->room.total;
	report->local_gb_used = facts->room.used;
	report->free_disk_gb = facts->room.available;
	report->disk_available_least = facts->room.least;
	for (enum fact fact = 0; fact < FACT_COUNT; fact++)
		if (facts->trouble[fact] != NULL)
			return g_strdup(facts->trouble[fact]);
	return NULL;
}
