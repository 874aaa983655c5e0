/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/session.h"

#include <libvirt/libvirt.h>

#include "base/clock.h"
#include "base/error.h"
#include "collect/connection.h"
#include "collect/facts.h"
#include "collect/host_info.h"

/* For a collection over a connection without keepalive; 10,000 domains take some ten seconds. */
#define COLLECT_TIMEOUT (60 * CLOCK_SECOND)

/* The first report waits this long for the host's name and disk. */
#define FIRST_FACTS_TIMEOUT (2 * CLOCK_SECOND)

/* Events come in groups (RESUMED, STARTED): one collection answers all within this time. */
#define COALESCE_TIME (10 * CLOCK_SECOND / 1000)

struct session {
	struct source *source;
	struct outlet *outlet;

	GMutex lock;
	GCond wake;
	enum session_phase phase;
	int64_t deadline;
	int64_t last_report;
	char *trouble;
	bool ending; /* told to end */
	bool wanted; /* something has happened: collect at once */
};

static struct session *
session_ref(struct session *session)
{
	return g_atomic_rc_box_acquire(session);
}

static void
session_clear(void *data)
{
	struct session *session = data;
	source_unref(session->source);
	outlet_unref(session->outlet);
	g_mutex_clear(&session->lock);
	g_cond_clear(&session->wake);
	g_free(session->trouble);
}

void
session_unref(struct session *session)
{
	g_atomic_rc_box_release_full(session, session_clear);
}

/* As a virFreeCallback. */
static void
unref(void *session)
{
	session_unref(session);
}

/* Under the lock. */
static void
set_trouble(struct session *session, const char *trouble)
{
	if (g_strcmp0(session->trouble, trouble) == 0)
		return;
	g_free(session->trouble);
	session->trouble = g_strdup(trouble);
}

/* The connection is lost. The first reason stays: later ones follow from it. */
static void
set_over(struct session *session, const char *trouble)
{
	g_mutex_lock(&session->lock);
	if (session->phase < SESSION_OVER) {
		session->phase = SESSION_OVER;
		set_trouble(session, trouble);
	}
	g_cond_signal(&session->wake);
	g_mutex_unlock(&session->lock);
	outlet_ring(session->outlet);
}

/* Wakes the thread for a collection. The event loop's thread, and the facts' one. */
static void
want(void *data)
{
	struct session *session = data;
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&session->lock);
	session->wanted = true;
	g_cond_signal(&session->wake);
}

static int
on_domain_event(virConnectPtr connection, virDomainPtr domain, int event, int detail, void *session)
{
	want(session);
	return 0;
}

static void
on_close(virConnectPtr connection, int reason, void *data)
{
	static const char *const reasons[] = {
		[VIR_CONNECT_CLOSE_REASON_ERROR] = "the connection broke",
		[VIR_CONNECT_CLOSE_REASON_EOF] = "libvirt closed the connection",
		[VIR_CONNECT_CLOSE_REASON_KEEPALIVE] = "libvirt did not answer in time",
		[VIR_CONNECT_CLOSE_REASON_CLIENT] = "the connection was closed on this side",
	};
	struct session *session = data;
	const char *why = reason >= 0 && reason < (int)G_N_ELEMENTS(reasons)
				  ? reasons[reason]
				  : "libvirt lost the connection";
	g_autofree char *trouble = g_strdup_printf("%s: %s", session->source->uri, why);
	set_over(session, trouble);
}

/* Asks for events. What a driver lacks is done without: the interval is left. */
static int
listen(struct session *session, virConnectPtr connection)
{
	/* No reference: unregistering does not give it back, but waits for a call under way. */
	virConnectRegisterCloseCallback(connection, on_close, session, NULL);
	int events =
		virConnectDomainEventRegisterAny(connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
			VIR_DOMAIN_EVENT_CALLBACK(on_domain_event), session_ref(session), unref);
	if (events < 0)
		session_unref(session);
	return events;
}

static void
hang_up(virConnectPtr connection, int events)
{
	if (events >= 0)
		virConnectDomainEventDeregisterAny(connection, events);
	virConnectUnregisterCloseCallback(connection, on_close);
	virConnectClose(connection);
}

static bool
is_ending(struct session *session)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&session->lock);
	return session->ending;
}

/* Whatever has happened up to here, this collection will see it. */
static void
begin_collection(struct session *session, int64_t now)
{
	g_mutex_lock(&session->lock);
	session->wanted = false;
	session->deadline = now + COLLECT_TIMEOUT;
	g_mutex_unlock(&session->lock);
	outlet_ring(session->outlet);
}

static void
end_collection(struct session *session)
{
	g_mutex_lock(&session->lock);
	session->deadline = CLOCK_NEVER;
	g_mutex_unlock(&session->lock);
	outlet_ring(session->outlet);
}

/* Reads the host and delivers. False and *error: the connection is lost. */
static bool
collect(struct session *session, virConnectPtr connection, const struct machine *machine,
	struct facts *facts, GError **error)
{
	const struct source *source = session->source;
	g_autoptr(GError) wrong = NULL;
	CLEANUP(report_free) struct report *report = report_new(source->uri, clock_now());
	report->machine_uuid = g_strdup(machine->uuid);
	report->cpu_info = g_strdup(machine->cpu_info);
	host_info_read(connection, source, report, &wrong);
	if (wrong != NULL && virConnectIsAlive(connection) != 1) {
		g_propagate_error(error, g_steal_pointer(&wrong));
		return false;
	}
	g_autofree char *slow_trouble = facts_fill(facts, report);

	int64_t taken_at = report->taken_at;
	if (is_ending(session)) /* given up meanwhile: this is old, another session is at work */
		return true;
	if (!outlet_deliver(session->outlet, g_steal_pointer(&report)))
		return true;
	g_mutex_lock(&session->lock);
	if (session->phase == SESSION_OPENING)
		session->phase = SESSION_UP;
	session->last_report = taken_at;
	if (session->phase == SESSION_UP)
		set_trouble(session, wrong != NULL ? wrong->message : slow_trouble);
	g_mutex_unlock(&session->lock);
	return true;
}

/* Under the lock. */
static bool
is_done(const struct session *session)
{
	return session->ending || session->phase >= SESSION_OVER;
}

/* Waits for the interval's end, or an event. False: the session is to end. */
static bool
wait_for_cause(struct session *session, int64_t next)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&session->lock);
	while (!session->wanted && !is_done(session))
		if (!g_cond_wait_until(&session->wake, &session->lock, next))
			break;
	if (session->wanted) {
		int64_t until = g_get_monotonic_time() + COALESCE_TIME;
		while (!is_done(session))
			if (!g_cond_wait_until(&session->wake, &session->lock, until))
				break;
	}
	return !is_done(session);
}

/* Collects, time and again, until the connection is lost or the session is to end. */
static void
serve(struct session *session, virConnectPtr connection, GError **error)
{
	int64_t interval = session->source->interval;
	CLEANUP(machine_free)
	struct machine *machine = machine_read(connection, session->source->uri, error);
	if (machine == NULL)
		return;
	int64_t now = g_get_monotonic_time();
	int64_t next = now + interval;
	CLEANUP(facts_free)
	struct facts *facts = facts_new(session->source, want, session);
	facts_refresh(facts);
	facts_wait(facts, now + FIRST_FACTS_TIMEOUT);

	do {
		now = g_get_monotonic_time();
		if (now >= next) {
			facts_refresh(facts);
			next = now + interval;
		}
		begin_collection(session, now);
		if (!collect(session, connection, machine, facts, error))
			return;
		end_collection(session);
	} while (wait_for_cause(session, next));
}

static void *
run(void *data)
{
	CLEANUP(session_unref) struct session *session = data;
	g_autoptr(GError) error = NULL;
	virConnectPtr connection = connection_open(session->source->uri, &error);
	if (connection != NULL && !is_ending(session)) {
		begin_collection(session, g_get_monotonic_time());
		int events = listen(session, connection);
		serve(session, connection, &error);
		set_over(session, error == NULL ? NULL : error->message);
		hang_up(connection, events);
	} else {
		set_over(session, error == NULL ? NULL : error->message);
		if (connection != NULL)
			virConnectClose(connection);
	}
	g_mutex_lock(&session->lock);
	session->phase = SESSION_GONE;
	g_mutex_unlock(&session->lock);
	outlet_ring(session->outlet);
	return NULL;
}

struct session *
session_start(struct source *source, struct outlet *outlet, GError **error)
{
	CLEANUP(session_unref)
	struct session *session = g_atomic_rc_box_new0(struct session);
	session->source = source_ref(source);
	session->outlet = outlet_ref(outlet);
	g_mutex_init(&session->lock);
	g_cond_init(&session->wake);
	session->phase = SESSION_OPENING;
	session->deadline = g_get_monotonic_time() + source->open_timeout;
	session->last_report = CLOCK_UNKNOWN;

	g_autoptr(GError) wrong = NULL;
	GThread *thread = g_thread_try_new("collector", run, session_ref(session), &wrong);
	if (thread == NULL) {
		session_unref(session); /* the thread's */
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_LIMIT, "%s: %s", source->uri,
			wrong->message);
		return NULL;
	}
	g_thread_unref(thread);
	return g_steal_pointer(&session);
}

void
session_end(struct session *session)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&session->lock);
	session->ending = true;
	g_cond_signal(&session->wake);
}

void
session_get_state(struct session *session, struct session_state *state)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&session->lock);
	*state = (struct session_state){
		.phase = session->phase,
		.deadline = session->deadline,
		.last_report = session->last_report,
		.trouble = g_strdup(session->trouble),
	};
}

void
session_state_clear(struct session_state *state)
{
	g_clear_pointer(&state->trouble, g_free);
}
