/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How brokers are spoken to: struct rpc_options with its URL read, and with what the
 * URL's query says put in place of what the options say, as oslo.messaging has it
 * (_drivers/common.py, ConfigOptsProxy). Immutable, and shared by threads.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "nova/rpc.h"
#include "nova/transport_url.h"

struct rpc_settings {
	struct transport_url *url;
	char *exchange;
	int heartbeat; /* s; 0: none */
	bool ssl;
	bool ssl_enforce_hostname_verification;
	char *ssl_ca_file; /* PEM; NULL: not given, as the next two */
	char *ssl_cert_file;
	char *ssl_key_file;
};

/* The errors of rpc_start(). */
struct rpc_settings *rpc_settings_new(const struct rpc_options *options, GError **error);
struct rpc_settings *rpc_settings_ref(struct rpc_settings *settings);
void rpc_settings_unref(struct rpc_settings *settings);
CLEANUP_DEFINE(struct rpc_settings, rpc_settings_unref)
