/* SPDX-License-Identifier: Apache-2.0 */
/* The version documents, at /, /v2 and /v2.1, and the choices for any other root. */
#pragma once

#include "api/context.h"

/* GET /: both versions. */
struct http_response *versions_list(struct context *context);
/* GET /v2 or /v2.1: the version of context->root. */
struct http_response *versions_show(struct context *context);
/* Any other path that is no API of ours: 300, with where it may have been meant. */
struct http_response *versions_show_choices(struct context *context);
