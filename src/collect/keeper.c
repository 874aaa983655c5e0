/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/keeper.h"

#include "base/clock.h"
#include "collect/session.h"

#define DELAY_MIN (1 * CLOCK_SECOND)
#define DELAY_MAX (30 * CLOCK_SECOND)

struct keeper {
	struct source *source;
	struct outlet *outlet;

	struct session *session; /* the one at work; NULL: none */
	GPtrArray *left;   /* struct session *: over or given up, their threads not yet gone */
	unsigned failures; /* in a row */
	int64_t retry_at;  /* monotonic: no session is started before */

	bool connected;
	bool told;           /* of being away: logged once */
	int64_t last_report; /* as in struct collector_status */
	char *trouble;
};

struct keeper *
keeper_new(struct source *source, struct outlet *outlet)
{
	struct keeper *keeper = g_new0(struct keeper, 1);
	keeper->source = source_ref(source);
	keeper->outlet = outlet_ref(outlet);
	keeper->left = g_ptr_array_new_with_free_func((GDestroyNotify)session_unref);
	keeper->last_report = CLOCK_UNKNOWN;
	return keeper;
}

/* Leaves the session at work behind: its thread ends by itself, now or when libvirt lets it. */
static void
leave_session(struct keeper *keeper)
{
	session_end(keeper->session);
	g_ptr_array_add(keeper->left, g_steal_pointer(&keeper->session));
}

void
keeper_free(struct keeper *keeper)
{
	if (keeper->session != NULL)
		leave_session(keeper);
	g_ptr_array_unref(keeper->left);
	source_unref(keeper->source);
	outlet_unref(keeper->outlet);
	g_free(keeper->trouble);
	g_free(keeper);
}

int64_t
keeper_get_delay(unsigned failures, double share)
{
	int64_t delay = DELAY_MIN;
	for (unsigned i = 1; i < failures && delay < DELAY_MAX; i++)
		delay *= 2;
	delay = MIN(delay, DELAY_MAX);
	return delay / 2 + (int64_t)((double)delay / 2 * share);
}

static void
set_trouble(struct keeper *keeper, const char *trouble)
{
	g_free(keeper->trouble);
	keeper->trouble = g_strdup(trouble);
}

/* The host is away: logged where that is news. */
static void
set_away(struct keeper *keeper, int64_t now, const char *why)
{
	if (!keeper->told)
		g_warning("%s; trying again", why);
	keeper->told = true;
	keeper->connected = false;
	set_trouble(keeper, why);
	keeper->failures++;
	keeper->retry_at = now + keeper_get_delay(keeper->failures, g_random_double());
}

/* The host is there: logged where that is news, as is what can't be read of it. */
static void
set_connected(struct keeper *keeper, const struct session_state *state)
{
	const char *known = keeper->connected ? keeper->trouble : NULL;
	if (!keeper->connected)
		g_message("%s: connected%s", keeper->source->uri, keeper->told ? " again" : "");
	if (state->trouble != NULL && known == NULL)
		g_warning("%s", state->trouble);
	if (state->trouble == NULL && known != NULL)
		g_message("%s: all is read again", keeper->source->uri);
	keeper->connected = true;
	keeper->told = false;
	keeper->failures = 0;
	keeper->last_report = state->last_report;
	set_trouble(keeper, state->trouble);
}

/* Drops the sessions left behind whose threads are gone. */
static void
reap(struct keeper *keeper)
{
	for (guint i = keeper->left->len; i-- > 0;) {
		struct session_state state;
		session_get_state(keeper->left->pdata[i], &state);
		if (state.phase == SESSION_GONE)
			g_ptr_array_remove_index_fast(keeper->left, i);
		session_state_clear(&state);
	}
}

/* Looks after the session at work. Gives when to look again. */
static int64_t
tend_session(struct keeper *keeper, int64_t now)
{
	struct session_state state;
	session_get_state(keeper->session, &state);
	int64_t next = state.deadline;
	if (state.phase == SESSION_OVER || state.phase == SESSION_GONE) {
		set_away(keeper, now, state.trouble);
		leave_session(keeper);
	} else if (now >= state.deadline) {
		g_autofree char *why =
			g_strdup_printf("%s: %s in time; given up", keeper->source->uri,
				state.phase == SESSION_OPENING ? "the connection did not open"
							       : "libvirt did not answer");
		set_away(keeper, now, why);
		leave_session(keeper);
	} else if (state.phase == SESSION_UP) {
		set_connected(keeper, &state);
	}
	session_state_clear(&state);
	return next;
}

int64_t
keeper_tend(struct keeper *keeper, int64_t now)
{
	int64_t next = now;
	if (keeper->session != NULL)
		next = tend_session(keeper, now);
	reap(keeper);
	if (keeper->session != NULL)
		return next;
	if (keeper->left->len >= KEEPER_LEFT_MAX)
		return CLOCK_NEVER;
	if (now < keeper->retry_at)
		return keeper->retry_at;

	g_autoptr(GError) error = NULL;
	keeper->session = session_start(keeper->source, keeper->outlet, &error);
	if (keeper->session == NULL) {
		set_away(keeper, now, error->message);
		return keeper->retry_at;
	}
	return now + keeper->source->open_timeout;
}

struct collector_status *
keeper_get_status(const struct keeper *keeper)
{
	struct collector_status *status = g_new(struct collector_status, 1);
	*status = (struct collector_status){
		.connection = g_strdup(keeper->source->uri),
		.connected = keeper->connected,
		.last_report = keeper->last_report,
		.trouble = g_strdup(keeper->trouble),
		.abandoned = keeper->left->len,
	};
	return status;
}
