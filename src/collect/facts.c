/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/facts.h"

#include <stdlib.h>

#include "collect/libvirt_error.h"
#include "collect/local.h"
#include "collect/storage.h"

struct facts {
	virConnectPtr connection;
	struct source *source;
	void (*changed)(void *data);
	void *data;

	GMutex lock;
	GCond idle;
	bool busy; /* a pass is under way */
	char *hostname;
	char *address;
	struct room room;
	/* What was wrong with each; NULL: nothing. */
	char *hostname_trouble, *address_trouble, *room_trouble;
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
	char *hostname = virConnectGetHostname(facts->connection);
	if (hostname == NULL && !libvirt_error_is_unsupported())
		libvirt_error_take(&error, facts->source->uri, "read the host's name");

	g_mutex_lock(&facts->lock);
	bool changed = replace(&facts->hostname, hostname);
	replace(&facts->hostname_trouble, words(error));
	g_mutex_unlock(&facts->lock);
	free(hostname);
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
	replace(&facts->address_trouble, words(error));
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
	changed |= replace(&facts->room_trouble, words(error));
	g_mutex_unlock(&facts->lock);
	if (changed)
		facts->changed(facts->data);
}

static void *
pass(void *data)
{
	struct facts *facts = data;
	read_hostname(facts);
	read_address(facts);
	read_room(facts);

	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&facts->lock);
	facts->busy = false;
	g_cond_signal(&facts->idle);
	return NULL;
}

struct facts *
facts_new(virConnectPtr connection, struct source *source, void (*changed)(void *data), void *data)
{
	struct facts *facts = g_new0(struct facts, 1);
	facts->connection = connection;
	facts->source = source_ref(source);
	facts->changed = changed;
	facts->data = data;
	g_mutex_init(&facts->lock);
	g_cond_init(&facts->idle);
	return facts;
}

void
facts_free(struct facts *facts)
{
	facts_wait(facts, G_MAXINT64);
	g_mutex_clear(&facts->lock);
	g_cond_clear(&facts->idle);
	source_unref(facts->source);
	g_free(facts->hostname);
	g_free(facts->address);
	g_free(facts->hostname_trouble);
	g_free(facts->address_trouble);
	g_free(facts->room_trouble);
	g_free(facts);
}

void
facts_refresh(struct facts *facts)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&facts->lock);
	if (facts->busy)
		return;
	g_autoptr(GError) error = NULL;
	GThread *thread = g_thread_try_new("facts", pass, facts, &error);
	if (thread == NULL) {
		replace(&facts->room_trouble, error->message);
		return;
	}
	g_thread_unref(thread);
	facts->busy = true;
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
	if (facts->hostname_trouble != NULL)
		return g_strdup(facts->hostname_trouble);
	return g_strdup(
		facts->address_trouble != NULL ? facts->address_trouble : facts->room_trouble);
}
