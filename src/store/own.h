/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a store that is Muster's own and was opened with STORE_WRITE: reports
 * become rows, and `muster host` changes them. The rules of what makes a host
 * the same host stand in binding.h, those of who owns a domain in guests.h. The
 * collector never writes disabled, disabled_reason or forced_down.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "store/host_command.h"
#include "store/store.h"

/* Whether it is such a store; else none of what follows may be called. */
bool store_can_write(const struct store *store);

enum store_outcome {
	STORE_WRITTEN,   /* the host's rows say what the report says */
	STORE_HELD_BACK, /* a host's first report lacks what a row must have; logged once */
	STORE_REFUSED,   /* another connection reports this machine, or a row broke a rule; logged
			    once */
};

struct store_verdict {
	enum store_outcome outcome;
	char *host; /* services.host of the report's connection; NULL where it has none */
};

/* What became of a batch of reports. */
struct store_written {
	GArray *verdicts;    /* struct store_verdict, in the order of the reports */
	GHashTable *changed; /* a set of host names: what store_read_host() gives is another now;
				for any other host only the heartbeat moved */
};
void store_written_free(struct store_written *written);
CLEANUP_DEFINE(struct store_written, store_written_free)

/*
 * Writes the reports (struct report *) in one transaction: all or, at an error, none. A report
 * that alone cannot be written is refused and spoils no other. now: µs.
 */
struct store_written *store_write_reports(
	struct store *store, GPtrArray *reports, int64_t now, GError **error);

/*
 * Obeys, and gives the hosts concerned (struct host_record *): as they are now, a removed one as
 * it was. Names of hosts that changed are added to `changed` (a set that owns its strings); they
 * mean nothing at an error.
 * MUSTER_ERROR_NOT_FOUND: no host has that name; _INVALID: several have.
 */
GPtrArray *store_run_command(struct store *store, const struct host_command *command, int64_t now,
	GHashTable *changed, GError **error);

/* Deletes for good the rows that were deleted before the moment: of the next slice (purge.h).
 * *done: it was the last, and the next begins anew. */
bool store_purge(struct store *store, int64_t before, bool *done, GError **error);
