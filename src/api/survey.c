/* SPDX-License-Identifier: Apache-2.0 */
#include "api/survey.h"

#include "base/clock.h"

void
survey_init(struct survey *survey, struct uptimes *uptimes, int64_t now)
{
	*survey = (struct survey){
		.uptimes = uptimes,
		.now = now,
		.mark = {.since = now, .until = CLOCK_NEVER},
	};
}

void
survey_clear(struct survey *survey)
{
	g_clear_pointer(&survey->ageing, g_ptr_array_unref);
	g_clear_pointer(&survey->unknown, g_ptr_array_unref);
}

static void
note(GPtrArray **list, struct hypervisor *hypervisor)
{
	if (*list == NULL)
		*list = g_ptr_array_new();
	g_ptr_array_add(*list, hypervisor);
}

static void
look_up(struct survey *survey, struct hypervisor *hypervisor, struct uptime *uptime)
{
	struct survey_mark *mark = &survey->mark;
	if (!mark->is_used) {
		mark->is_used = true;
		mark->generation = uptimes_get_generation(survey->uptimes);
	}
	const struct service *service = hypervisor_get_service(hypervisor);
	uptimes_get(survey->uptimes, service_get_cell(service), service_get_host(service),
		survey->now, uptime);
	mark->until = MIN(mark->until, uptime->until);
	if (uptime->state == UPTIME_AGEING)
		note(&survey->ageing, hypervisor);
	else if (uptime->state == UPTIME_UNKNOWN)
		note(&survey->unknown, hypervisor);
}

void
survey_find(struct survey *survey, struct hypervisor *hypervisor, struct uptime *uptime)
{
	const struct node_columns *node = hypervisor_get_columns(hypervisor);
	if (!node->uptime_known && survey->uptimes != NULL) {
		look_up(survey, hypervisor, uptime);
		return;
	}
	*uptime = (struct uptime){
		.state = UPTIME_FRESH,
		.outcome = node->uptime != NULL ? UPTIME_TEXT : UPTIME_UNSUPPORTED,
		.text = g_strdup(node->uptime),
		.until = CLOCK_NEVER,
	};
}

void
survey_append(struct survey *survey, GString *json, struct hypervisor *hypervisor, struct view view,
	bool up)
{
	struct uptime uptime = {0};
	if (view_wants_uptime(hypervisor, view.shape, up))
		survey_find(survey, hypervisor, &uptime);
	view_append(json, hypervisor, view, up, uptime.text);
	uptime_clear(&uptime);
}

bool
survey_matches(const struct survey *survey, const struct survey_mark *mark)
{
	if (!mark->is_used)
		return true;
	return survey->now >= mark->since && survey->now < mark->until &&
	       uptimes_get_generation(survey->uptimes) == mark->generation;
}
