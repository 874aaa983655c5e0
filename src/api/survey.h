/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A survey: the uptimes that one answer shows, taken while it is put together. The
 * row's own where it has one; else what the computes have answered. On the way it
 * notes whom to ask: behind the answer, or before it (wait.h). What it saw makes a
 * mark, by which whoever keeps the answer knows whether it would still be the same.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/hypervisor_view.h"
#include "model/hypervisor.h"
#include "model/uptimes.h"

struct survey_mark {
	bool is_used;        /* false: no compute's answer was looked at, and none can change it */
	uint64_t generation; /* of the uptimes, before any was read */
	int64_t since;       /* when they were read: a clock may be set back */
	int64_t until;       /* when one of them may be otherwise by itself */
};

/* On the stack of whoever makes the answer; survey_clear() frees what was noted. */
struct survey {
	struct uptimes *uptimes; /* lent; NULL: nobody is asked */
	int64_t now;
	struct survey_mark mark;
	/* struct hypervisor *, lent by whoever showed them; NULL: none */
	GPtrArray *ageing;
	GPtrArray *unknown;
};

void survey_init(struct survey *survey, struct uptimes *uptimes, int64_t now);
void survey_clear(struct survey *survey);

/* The uptime of a hypervisor that is up. The caller clears it. */
void survey_find(struct survey *survey, struct hypervisor *hypervisor, struct uptime *uptime);

/* As view_append(), with the uptime where the view shows one. */
void survey_append(struct survey *survey, GString *json, struct hypervisor *hypervisor,
	struct view view, bool up);

/* Whether a survey like this one would see what the mark's saw. */
bool survey_matches(const struct survey *survey, const struct survey_mark *mark);
