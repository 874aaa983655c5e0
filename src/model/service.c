/* SPDX-License-Identifier: Apache-2.0 */
#include "model/service.h"

#include <stdatomic.h>

#include "base/clock.h"

struct service {
	gatomicrefcount refs;
	int64_t cell;
	int64_t id;
	char *uuid;
	char *host;
	char *binary;
	char *disabled_reason;
	bool disabled;
	bool disabled_known;
	bool forced_down;
	int64_t created_at;
	_Atomic int64_t updated_at;
	_Atomic int64_t last_seen_up;
};

struct service *
service_new(const struct service_columns *columns)
{
	struct service *service = g_new(struct service, 1);
	*service = (struct service){
		.cell = columns->cell,
		.id = columns->id,
		.uuid = g_strdup(columns->uuid),
		.host = g_strdup(columns->host),
		.binary = g_strdup(columns->binary),
		.disabled_reason = g_strdup(columns->disabled_reason),
		.disabled = columns->disabled,
		.disabled_known = columns->disabled_known,
		.forced_down = columns->forced_down,
		.created_at = columns->created_at,
		.updated_at = columns->updated_at,
		.last_seen_up = columns->last_seen_up,
	};
	g_atomic_ref_count_init(&service->refs);
	return service;
}

struct service *
service_ref(struct service *service)
{
	g_atomic_ref_count_inc(&service->refs);
	return service;
}

void
service_unref(struct service *service)
{
	if (!g_atomic_ref_count_dec(&service->refs))
		return;
	g_free(service->uuid);
	g_free(service->host);
	g_free(service->binary);
	g_free(service->disabled_reason);
	g_free(service);
}

int64_t
service_get_cell(const struct service *service)
{
	return service->cell;
}

int64_t
service_get_id(const struct service *service)
{
	return service->id;
}

const char *
service_get_uuid(const struct service *service)
{
	return service->uuid;
}

const char *
service_get_host(const struct service *service)
{
	return service->host;
}

const char *
service_get_binary(const struct service *service)
{
	return service->binary;
}

const char *
service_get_disabled_reason(const struct service *service)
{
	return service->disabled_reason;
}

bool
service_is_disabled(const struct service *service)
{
	return service->disabled;
}

bool
service_is_forced_down(const struct service *service)
{
	return service->forced_down;
}

bool
service_counts(const struct service *service)
{
	return service_is_compute(service) && service->disabled_known && !service->disabled;
}

bool
service_is_compute(const struct service *service)
{
	return g_strcmp0(service->binary, "nova-compute") == 0;
}

int64_t
service_get_updated_at(const struct service *service)
{
	return atomic_load_explicit(&service->updated_at, memory_order_relaxed);
}

void
service_beat(struct service *service, int64_t last_seen_up, int64_t updated_at)
{
	atomic_store_explicit(&service->updated_at, updated_at, memory_order_relaxed);
	atomic_store_explicit(&service->last_seen_up, last_seen_up, memory_order_relaxed);
}

int64_t
service_get_last_seen_up(const struct service *service)
{
	return atomic_load_explicit(&service->last_seen_up, memory_order_relaxed);
}

bool
service_equal(const struct service *a, const struct service *b)
{
	return a->cell == b->cell && a->id == b->id && g_strcmp0(a->uuid, b->uuid) == 0 &&
	       g_str_equal(a->host, b->host) && g_str_equal(a->binary, b->binary) &&
	       g_strcmp0(a->disabled_reason, b->disabled_reason) == 0 &&
	       a->disabled == b->disabled && a->disabled_known == b->disabled_known &&
	       a->forced_down == b->forced_down && a->created_at == b->created_at;
}

bool
service_is_up(const struct service *service, int64_t now, int64_t down_time, int64_t *until)
{
	int64_t seen = service_get_last_seen_up(service);
	if (seen == CLOCK_UNKNOWN)
		seen = service->created_at;

	*until = CLOCK_NEVER;
	if (service->forced_down || seen == CLOCK_UNKNOWN)
		return false;
	if (seen - now > down_time) { /* a clock that runs ahead: it comes within reach later */
		*until = seen - down_time;
		return false;
	}
	if (now - seen > down_time)
		return false;
	*until = seen + down_time + 1;
	return true;
}
