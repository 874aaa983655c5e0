/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `muster host` does to the tables, each command in a transaction.
 */
#pragma once

#include <glib.h>

#include "store/batch.h"
#include "store/host_command.h"

/* As store_run_command(). */
GPtrArray *commands_run(
	const struct batch *batch, const struct host_command *command, GError **error);
