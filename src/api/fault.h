/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults: errors in the form of Nova's API, {"itemNotFound": {"code": 404,
 * "message": "…"}} (nova/api/openstack/wsgi.py, class Fault).
 */
#pragma once

#include <glib.h>

#include "http/response.h"

/* The status that an error of ours has on the wire. */
unsigned fault_get_status(const GError *error);

/* A response with status, Content-Type and body; a 503 says when to come again. */
struct http_response *fault_new(unsigned status, const char *message);
