/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong at this moment, by part: what /healthcheck and `muster status`
 * tell. A description names no secret. Any thread.
 */
#pragma once

#include <glib.h>

#include "base/cleanup.h"

struct health;

struct health *health_new(void);
void health_free(struct health *health);
CLEANUP_DEFINE(struct health, health_free)

/* Says what is wrong with a part ("store"); NULL: nothing any more. Gives TRUE where
 * this is news, so that it is logged once. */
gboolean health_set(struct health *health, const char *part, const char *wrong);

/* "part: what is wrong" for each, sorted; the caller frees it. Empty: all is well. */
GStrv health_list(struct health *health);
