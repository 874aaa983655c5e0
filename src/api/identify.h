/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks: from the strategy's verdict to the caller, or to the answer that turns one away. */
#pragma once

#include <stdbool.h>

#include "api/context.h"

/*
 * Fills in the caller. False where there is none (yet): *answer is then the refusal, or NULL
 * where the request was suspended until the verdict is there.
 */
bool identify_caller(struct context *context, struct http_response **answer);
