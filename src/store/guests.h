/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domains become rows of instances. muster_guests remembers each host's latest
 * word on each of its domains; a row of instances tells the word of the host that
 * owns the domain. A uuid that several hosts have (a migration, or after one):
 *
 *   1. The owner keeps it while the domain is active there, by a word no older
 *      than the down time.
 *   2. Else it goes where it is active, by the newest word.
 *   3. Else it stays where it was.
 *   4. Else, undefined at its owner, it goes to the newest word.
 *
 * A domain that no host has any more is deleted as Nova does, and one that is
 * defined again gets its row back: instances.uuid is unique, deleted rows included.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/report.h"
#include "store/batch.h"
#include "store/binding.h"

/* Writes the report's guests as the host's word, and what follows from it. */
bool guests_write(const struct batch *batch, const struct binding *binding,
	const struct report *report, GError **error);

/* Forgets the host's word: its domains go to other hosts that have them, or are deleted. */
bool guests_forget(const struct batch *batch, int64_t host_id, GError **error);
