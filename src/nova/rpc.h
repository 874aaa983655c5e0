/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the nova-computes of one cell, by oslo.messaging's RPC over RabbitMQ: one
 * thread ("rpc") and one AMQP connection a transport_url, however many hosts are
 * asked at a time. Whoever asks never waits: every call ends, once and by its
 * deadline, with an answer or with silence, and what a silence means is the asker's
 * business. While no broker can be reached a call ends at once; the connection comes
 * back by itself. Nothing is declared on the broker but a reply queue, exclusive to the
 * connection, so that nothing is left there.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/health.h"

#define RPC_CALLS_MAX 10000 /* under way at a time: ten of the longest pages */

/* Copied, but for health. The comments name the options of nova.conf; those of
 * [oslo_messaging_rabbit] may stand in the URL's query too, which then wins. */
struct rpc_options {
	const char *transport_url; /* as cell_mappings or [DEFAULT] transport_url have it */
	const char *exchange;      /* [DEFAULT] control_exchange */
	unsigned heartbeat;        /* s: heartbeat_timeout_threshold; 0: none */
	bool ssl;
	bool ssl_enforce_hostname_verification;
	const char *ssl_ca_file; /* PEM; NULL: whoever the broker is, is right */
	const char *ssl_cert_file;
	const char *ssl_key_file;
	struct health *health; /* lent: told what keeps from asking, under the URL's name */
};

enum rpc_result {
	RPC_ANSWERED,
	RPC_UNSUPPORTED, /* the compute's driver has no such thing (NotImplementedError) */
	RPC_SILENT,      /* no answer in time, no such host, no broker, or another failure there */
};

/* The text is lent; NULL where the answer is None, and where there is none. On the rpc's thread,
 * which it must not hold up; it may ask again. Once rpc_stop() has begun, who asks is called within
 * rpc_ask_uptime(). */
typedef void rpc_done(enum rpc_result result, const char *text, void *data);

struct rpc;

/* Does not wait for a broker. MUSTER_ERROR_UNSUPPORTED where the URL is of no broker ("none:///",
 * "fake:/", NULL): there is nobody to ask. MUSTER_ERROR_INVALID where it can't be read; the message
 * repeats nothing that may be secret. */
struct rpc *rpc_start(const struct rpc_options *options, GError **error);

/* Ends every call as silent, then the thread; waits for no broker. Nobody may ask any more, but
 * for those `done` that are called now: their calls end as silent too. */
void rpc_stop(struct rpc *rpc);
CLEANUP_DEFINE(struct rpc, rpc_stop)

/* Asks the nova-compute of that host for its get_host_uptime, a moment of
 * g_get_monotonic_time() being the deadline. Any thread. */
void rpc_ask_uptime(
	struct rpc *rpc, const char *host, int64_t deadline, rpc_done *done, void *data);
