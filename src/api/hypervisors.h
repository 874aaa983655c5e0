/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seven operations of os-hypervisors (Nova's api-ref, "Hypervisors"; corner
 * by corner in nova/api/openstack/compute/hypervisors.py).
 */
#pragma once

#include "api/context.h"

const struct query_schema *hypervisors_get_list_schema(unsigned minor);
const struct query_schema *hypervisors_get_show_schema(unsigned minor);

struct http_response *hypervisors_list(struct context *context, GError **error);
struct http_response *hypervisors_list_detail(struct context *context, GError **error);
struct http_response *hypervisors_show(struct context *context, GError **error);
struct http_response *hypervisors_show_uptime(struct context *context, GError **error);
struct http_response *hypervisors_show_statistics(struct context *context, GError **error);
struct http_response *hypervisors_search(struct context *context, GError **error);
struct http_response *hypervisors_list_servers(struct context *context, GError **error);
