/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening, by librabbitmq's calls that wait, each of which is bounded here.
 */
#include "nova/rpc_connection_private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>

#define CONNECT_TIMEOUT 2            /* s: to connect, then to log in, then for each method */
#define UNACKNOWLEDGED_TIMEOUT 10000 /* ms: a broker whose kernel is silent for as long is gone */
#define FRAME_MAX 131072             /* bytes: what RabbitMQ offers */

static bool
check_reply(struct rpc_connection *connection, amqp_rpc_reply_t reply, GError **error)
{
	switch (reply.reply_type) {
	case AMQP_RESPONSE_NORMAL:
		return true;
	case AMQP_RESPONSE_SERVER_EXCEPTION: {
		g_autofree char *reason = rpc_connection_format_reason(&reply.reply);
		return rpc_connection_fail(connection, MUSTER_ERROR_UNAVAILABLE, reason, error);
	}
	case AMQP_RESPONSE_LIBRARY_EXCEPTION:
		return rpc_connection_check(connection, reply.library_error, error);
	case AMQP_RESPONSE_NONE:
		return rpc_connection_check(connection, AMQP_STATUS_CONNECTION_CLOSED, error);
	}
	g_assert_not_reached();
}

static bool
check_file(struct rpc_connection *connection, int status, const char *option, const char *path,
	GError **error)
{
	if (status == AMQP_STATUS_OK)
		return true;
	g_autofree char *what = g_strdup_printf(
		"[oslo_messaging_rabbit] %s = %s: expected a readable file in PEM", option, path);
	return rpc_connection_fail(connection, MUSTER_ERROR_INVALID, what, error);
}

static amqp_socket_t *
make_tls_socket(
	struct rpc_connection *connection, const struct rpc_settings *settings, GError **error)
{
	const char *ca = settings->ssl_ca_file, *certificate = settings->ssl_cert_file;
	const char *key = settings->ssl_key_file != NULL ? settings->ssl_key_file : certificate;
	amqp_socket_t *socket = amqp_ssl_socket_new(connection->state);
	g_assert(socket != NULL); /* no memory: as GLib takes it */
	amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST);
	amqp_ssl_socket_set_verify_peer(socket, ca != NULL);
	amqp_ssl_socket_set_verify_hostname(
		socket, ca != NULL && settings->ssl_enforce_hostname_verification);
	if (ca != NULL && !check_file(connection, amqp_ssl_socket_set_cacert(socket, ca),
				  "ssl_ca_file", ca, error))
		return NULL;
	if (certificate != NULL &&
		!check_file(connection, amqp_ssl_socket_set_key(socket, certificate, key),
			"ssl_cert_file or ssl_key_file", certificate, error))
		return NULL;
	return socket;
}

static bool
connect_socket(struct rpc_connection *connection, const struct rpc_settings *settings,
	const struct transport_broker *broker, GError **error)
{
	const struct timeval timeout = {.tv_sec = CONNECT_TIMEOUT};
	amqp_socket_t *socket = settings->ssl ? make_tls_socket(connection, settings, error)
					      : amqp_tcp_socket_new(connection->state);
	if (socket == NULL)
		return false;
	amqp_set_handshake_timeout(connection->state, &timeout);
	amqp_set_rpc_timeout(connection->state, &timeout);
	int status = amqp_socket_open_noblock(socket, broker->host, (int)broker->port, &timeout);
	if (!rpc_connection_check(connection, status, error)) {
		g_prefix_error(error, "connecting to ");
		return false;
	}
	const unsigned milliseconds = UNACKNOWLEDGED_TIMEOUT;
	setsockopt(amqp_get_sockfd(connection->state), IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds,
		sizeof(milliseconds));
	return true;
}

static bool
log_in(struct rpc_connection *connection, const struct rpc_settings *settings,
	const struct transport_broker *broker, GError **error)
{
	/* What RabbitMQ's list of connections shows. */
	amqp_table_entry_t name = {
		.key = amqp_cstring_bytes("connection_name"),
		.value = {.kind = AMQP_FIELD_KIND_UTF8,
			.value.bytes = amqp_cstring_bytes("muster")},
	};
	const amqp_table_t properties = {.num_entries = 1, .entries = &name};
	amqp_rpc_reply_t reply = amqp_login_with_properties(connection->state,
		settings->url->virtual_host, CHANNELS, FRAME_MAX, settings->heartbeat, &properties,
		AMQP_SASL_METHOD_PLAIN, broker->user, broker->password);
	return check_reply(connection, reply, error);
}

static bool
open_channel(struct rpc_connection *connection, amqp_channel_t channel, GError **error)
{
	amqp_channel_open(connection->state, channel);
	return check_reply(connection, amqp_get_rpc_reply(connection->state), error);
}

/* The broker takes an exclusive queue away with the connection, whatever becomes of us. */
static bool
make_reply_queue(struct rpc_connection *connection, GError **error)
{
	const bool passive = false, durable = false, exclusive = true, auto_delete = true;
	const bool no_local = false, no_ack = true;
	amqp_bytes_t queue = amqp_cstring_bytes(connection->reply_queue);
	amqp_queue_declare(connection->state, REPLIES, queue, passive, durable, exclusive,
		auto_delete, amqp_empty_table);
	if (!check_reply(connection, amqp_get_rpc_reply(connection->state), error))
		return false;
	amqp_basic_consume(connection->state, REPLIES, queue, amqp_empty_bytes, no_local, no_ack,
		exclusive, amqp_empty_table);
	return check_reply(connection, amqp_get_rpc_reply(connection->state), error);
}

struct rpc_connection *
rpc_connection_open(const struct rpc_settings *settings, unsigned place, GError **error)
{
	const struct transport_broker *broker = g_ptr_array_index(settings->url->brokers, place);
	g_autofree char *uuid = g_uuid_string_random();
	CLEANUP(rpc_connection_close)
	struct rpc_connection *connection = g_new0(struct rpc_connection, 1);
	connection->state = amqp_new_connection();
	connection->broker = g_strdup_printf("%s:%u", broker->host, broker->port);
	connection->exchange = g_strdup(settings->exchange);
	connection->reply_queue = g_strconcat("reply_", uuid, NULL);
	for (unsigned i = 0; i < CHANNELS; i++)
		connection->contents[i].body = g_byte_array_new();
	if (!connect_socket(connection, settings, broker, error) ||
		!log_in(connection, settings, broker, error) ||
		!open_channel(connection, REPLIES, error) || !make_reply_queue(connection, error) ||
		!open_channel(connection, CALLS, error))
		return NULL;
	return g_steal_pointer(&connection);
}
