/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the caller may do what the route is for, by the policy rule that the route names. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "api/context.h"

/* MUSTER_ERROR_FORBIDDEN, in Nova's words. */
bool authorize_caller(const struct context *context, GError **error);
