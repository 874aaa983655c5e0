/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The origin: scheme, host and prefix by which a client reaches the API, for links. A
 * proxy tells them in Forwarded (RFC 7239) or in X-Forwarded-*, read as oslo.middleware does
 * (oslo_middleware/http_proxy_to_wsgi.py): the first proxy counts, and a Forwarded
 * stands for X-Forwarded-Proto, -Host and -Port.
 */
#pragma once

#include <stdbool.h>

#include "http/request.h"

/* "https://host:port/prefix", without a slash at its end; the caller frees it. behind_proxy:
 * whether what a proxy tells is believed. */
char *origin_format(const struct http_request *request, bool behind_proxy);
