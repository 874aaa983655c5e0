/* SPDX-License-Identifier: Apache-2.0 */
#include "nova/source.h"

#include "base/clock.h"
#include "base/error.h"

/* Readings that are given up one after the other: a database that takes so long each time is
 * slow, and is waited for. */
#define GIVE_UPS_MAX 3

void
source_stop_timer(GSource **timer)
{
	if (*timer != NULL) {
		g_source_destroy(*timer);
		g_clear_pointer(timer, g_source_unref);
	}
}

void
source_clear(struct source *source)
{
	source_stop_timer(&source->timer);
	health_set(source->health, source->part, NULL);
	g_clear_pointer(&source->part, g_free);
	g_clear_pointer(&source->words, g_free);
	g_clear_error(&source->error);
}

void
source_free(void *source)
{
	source_clear(source);
	g_free(source);
}

void
source_set_error(struct source *source, const GError *error)
{
	const GError *before = source->error;
	/* Its words change from one try to the next while the kind stays. */
	bool is_news =
		before == NULL || error == NULL ? before != error : before->code != error->code;
	if (!source->is_cell0)
		health_set(source->health, source->part, error == NULL ? NULL : error->message);
	g_clear_error(&source->error);
	source->error = error == NULL ? NULL : g_error_copy(error);
	if (!is_news)
		return;
	if (error != NULL)
		g_warning("%s: %s", source->part, error->message);
	else
		g_message("%s is well again", source->part);
}

void
source_note_late(struct source *source, int64_t timeout, int64_t now)
{
	if (!source->pending || source->error != NULL || now - source->asked < timeout / 2)
		return;
	g_autoptr(GError) late = g_error_new(MUSTER_ERROR, MUSTER_ERROR_TIMEOUT,
		"has not answered within %" G_GINT64_FORMAT " s", timeout / CLOCK_SECOND);
	source_set_error(source, late);
}

bool
source_is_away(const struct source *source)
{
	return source->pending || source->error != NULL;
}

bool
source_may_give_up(struct source *source)
{
	if (source->given_up >= GIVE_UPS_MAX)
		return false;
	source->given_up++;
	return true;
}
