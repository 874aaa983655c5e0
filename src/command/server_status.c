/* SPDX-License-Identifier: Apache-2.0 */
#include "command/server_status.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

/* Seconds since the moment; null where it is not known. */
static json_t *
format_age(int64_t moment, int64_t now)
{
	return moment == CLOCK_UNKNOWN ? json_null()
				       : json_real((double)(now - moment) / (double)CLOCK_SECOND);
}

static json_t *
format_health(struct health *health)
{
	g_auto(GStrv) wrong = health_list(health);
	json_t *list = json_array();
	for (char **line = wrong; *line != NULL; line++)
		json_array_append_new(list, json_string(*line));
	return list;
}

static json_t *
format_connections(struct collectors *collectors, int64_t now)
{
	json_t *list = json_array();
	if (collectors == NULL)
		return list;
	g_autoptr(GPtrArray) statuses = collectors_get_status(collectors);
	for (guint i = 0; i < statuses->len; i++) {
		const struct collector_status *status = statuses->pdata[i];
		json_array_append_new(
			list, json_pack("{s:s, s:b, s:o, s:s?, s:i}", "connection",
				      status->connection, "connected", status->connected,
				      "report_age", format_age(status->last_report, now), "trouble",
				      status->trouble, "opens_abandoned", (int)status->abandoned));
	}
	return list;
}

json_t *
server_status_new(const struct server_parts *parts, int64_t now)
{
	CLEANUP(snapshot_unref)
	struct snapshot *snapshot = inventory_get_snapshot(parts->inventory);
	unsigned pages;
	size_t pages_bytes;
	api_get_pages(parts->api, &pages, &pages_bytes);
	return json_pack(
		"{s:s, s:i, s:o, s:o, s:o, s:o, s:I, s:I, s:i, s:i, s:i, s:i, s:i, s:I, s:o}",
		"version", MUSTER_VERSION, "pid", (int)getpid(), "uptime",
		format_age(parts->started_at, now), "wrong", format_health(parts->health),
		"warnings", format_health(parts->warnings), "snapshot_age",
		format_age(inventory_get_refreshed_at(parts->inventory), now), "hypervisors",
		(json_int_t)snapshot_get_size(snapshot), "services",
		(json_int_t)snapshot_get_services_size(snapshot), "reports_queued",
		parts->publisher == NULL ? 0 : (int)publisher_get_queued(parts->publisher),
		"http_connections", (int)http_server_get_connections(parts->http), "http_requests",
		(int)http_server_get_requests_in_flight(parts->http), "http_waiting",
		(int)http_server_get_requests_waiting(parts->http), "pages_kept", (int)pages,
		"pages_bytes", (json_int_t)pages_bytes, "connections",
		format_connections(parts->collectors, now));
}
