/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening uses librabbitmq's calls that wait, each bounded. Afterwards frames are taken
 * one by one as they come (next), none is waited for, and each leaves what it says in
 * the `content` of its channel until a message is whole. Sending could wait where the
 * broker reads no more: so nothing is sent unless the socket takes it, and the kernel
 * gives up on what is not acknowledged (TCP_USER_TIMEOUT).
 */
#include "nova/rpc_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>

#include "base/error.h"

#define CONNECT_TIMEOUT 2            /* s: to connect, then to log in, then for each method */
#define CLOSE_TIMEOUT 500000         /* µs */
#define UNACKNOWLEDGED_TIMEOUT 10000 /* ms */
#define FRAME_MAX 131072             /* bytes: what RabbitMQ offers */
#define PULSE (G_TIME_SPAN_MINUTE)   /* without heartbeats */

enum {
	REPLIES = 1, /* channels */
	CALLS = 2,
	CHANNELS,
};

/* A message that is coming in: after its method, which tells nothing, its header and its body. */
struct content {
	char *id;
	GByteArray *body;
	uint64_t left; /* bytes of the body that are still to come */
	bool is_too_long;
};

struct rpc_connection {
	amqp_connection_state_t state;
	char *broker; /* "host:port", for messages */
	char *exchange;
	char *reply_queue;
	struct content contents[CHANNELS];
	bool is_broken;
};

static bool
fail(struct rpc_connection *connection, enum muster_error code, const char *what, GError **error)
{
	connection->is_broken = true;
	g_set_error(error, MUSTER_ERROR, code, "RabbitMQ at %s: %s", connection->broker, what);
	return false;
}

static bool
check_status(struct rpc_connection *connection, int status, GError **error)
{
	if (status == AMQP_STATUS_OK)
		return true;
	bool is_late = status == AMQP_STATUS_TIMEOUT || status == AMQP_STATUS_HEARTBEAT_TIMEOUT;
	return fail(connection, is_late ? MUSTER_ERROR_TIMEOUT : MUSTER_ERROR_UNAVAILABLE,
		amqp_error_string2(status), error);
}

/* Why the broker closes a channel or the connection; the caller frees it. */
static char *
format_reason(const amqp_method_t *method)
{
	uint16_t code = 0;
	amqp_bytes_t text = amqp_cstring_bytes("closed");
	if (method->id == AMQP_CONNECTION_CLOSE_METHOD) {
		const amqp_connection_close_t *close = method->decoded;
		code = close->reply_code;
		text = close->reply_text;
	} else if (method->id == AMQP_CHANNEL_CLOSE_METHOD) {
		const amqp_channel_close_t *close = method->decoded;
		code = close->reply_code;
		text = close->reply_text;
	}
	return g_strdup_printf("%u %.*s", code, (int)text.len, (const char *)text.bytes);
}

static bool
check_reply(struct rpc_connection *connection, amqp_rpc_reply_t reply, GError **error)
{
	switch (reply.reply_type) {
	case AMQP_RESPONSE_NORMAL:
		return true;
	case AMQP_RESPONSE_SERVER_EXCEPTION: {
		g_autofree char *reason = format_reason(&reply.reply);
		return fail(connection, MUSTER_ERROR_UNAVAILABLE, reason, error);
	}
	case AMQP_RESPONSE_LIBRARY_EXCEPTION:
		return check_status(connection, reply.library_error, error);
	case AMQP_RESPONSE_NONE:
		return check_status(connection, AMQP_STATUS_CONNECTION_CLOSED, error);
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
	return fail(connection, MUSTER_ERROR_INVALID, what, error);
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
	if (!check_status(connection, status, error)) {
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

void
rpc_connection_close(struct rpc_connection *connection)
{
	if (!connection->is_broken) {
		const struct timeval timeout = {.tv_usec = CLOSE_TIMEOUT};
		amqp_set_rpc_timeout(connection->state, &timeout);
		amqp_connection_close(connection->state, AMQP_REPLY_SUCCESS);
	}
	amqp_destroy_connection(connection->state);
	for (unsigned i = 0; i < CHANNELS; i++) {
		g_byte_array_unref(connection->contents[i].body);
		g_free(connection->contents[i].id);
	}
	g_free(connection->broker);
	g_free(connection->exchange);
	g_free(connection->reply_queue);
	g_free(connection);
}

int
rpc_connection_get_fd(const struct rpc_connection *connection)
{
	return amqp_get_sockfd(connection->state);
}

bool
rpc_connection_can_publish(const struct rpc_connection *connection)
{
	struct pollfd socket = {.fd = rpc_connection_get_fd(connection), .events = POLLOUT};
	return poll(&socket, 1, 0) == 1;
}

int64_t
rpc_connection_get_pulse(const struct rpc_connection *connection)
{
	int heartbeat = amqp_get_heartbeat(connection->state);
	return heartbeat == 0 ? PULSE : heartbeat * G_TIME_SPAN_SECOND / 4;
}

const char *
rpc_connection_get_reply_queue(const struct rpc_connection *connection)
{
	return connection->reply_queue;
}

bool
rpc_connection_publish(struct rpc_connection *connection, const char *host, const char *id,
	const char *body, unsigned expiration, GError **error)
{
	const bool mandatory = true, immediate = false;
	g_autofree char *routing_key = g_strconcat("compute.", host, NULL);
	g_autofree char *milliseconds = g_strdup_printf("%u", expiration);
	/* The id comes back with a message that is returned. */
	const amqp_basic_properties_t properties = {
		._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_CONTENT_ENCODING_FLAG |
			  AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_EXPIRATION_FLAG |
			  AMQP_BASIC_MESSAGE_ID_FLAG,
		.content_type = amqp_cstring_bytes("application/json"),
		.content_encoding = amqp_cstring_bytes("utf-8"),
		.delivery_mode = AMQP_DELIVERY_NONPERSISTENT,
		.expiration = amqp_cstring_bytes(milliseconds),
		.message_id = amqp_cstring_bytes(id),
	};
	int status = amqp_basic_publish(connection->state, CALLS,
		amqp_cstring_bytes(connection->exchange), amqp_cstring_bytes(routing_key),
		mandatory, immediate, &properties, amqp_cstring_bytes(body));
	return check_status(connection, status, error);
}

static void
begin_content(struct content *content, uint64_t size)
{
	g_clear_pointer(&content->id, g_free);
	g_byte_array_set_size(content->body, 0);
	content->left = size;
	content->is_too_long = size > RPC_REPLY_MAX;
}

static void
take_header(struct content *content, const amqp_frame_t *frame)
{
	const amqp_basic_properties_t *properties = frame->payload.properties.decoded;
	begin_content(content, frame->payload.properties.body_size);
	if (frame->payload.properties.class_id == AMQP_BASIC_CLASS &&
		(properties->_flags & AMQP_BASIC_MESSAGE_ID_FLAG) != 0)
		content->id = g_strndup(properties->message_id.bytes, properties->message_id.len);
}

static void
take_fragment(struct content *content, const amqp_bytes_t *fragment)
{
	uint64_t size = MIN(content->left, fragment->len);
	content->left -= size;
	if (!content->is_too_long)
		g_byte_array_append(content->body, fragment->bytes, (unsigned)size);
}

static void
end_content(struct content *content, amqp_channel_t channel, struct rpc_event *event)
{
	if (content->is_too_long) {
		g_info("RPC: a message of more than %d bytes is dropped", RPC_REPLY_MAX);
		return;
	}
	event->kind = channel == REPLIES ? RPC_EVENT_REPLY : RPC_EVENT_RETURNED;
	event->id = content->id;
	event->body = content->body->data;
	event->size = content->body->len;
}

/* The broker closes the channel that publishes where its exchange is missing or forbidden. A new
 * one is in use before it is confirmed: frames keep their order. */
static bool
reopen_channel(struct rpc_connection *connection, const amqp_method_t *method,
	struct rpc_event *event, GError **error)
{
	amqp_channel_close_ok_t confirmation = {0};
	amqp_channel_open_t opening = {.out_of_band = amqp_empty_bytes};
	struct content *content = &connection->contents[CALLS];
	g_autofree char *cause = format_reason(method);
	g_autofree char *reason = g_strdup_printf("RabbitMQ at %s: %s", connection->broker, cause);
	begin_content(content, 0);
	g_byte_array_append(content->body, (const uint8_t *)reason, (unsigned)strlen(reason) + 1);
	event->kind = RPC_EVENT_REFUSED;
	event->body = content->body->data;
	event->size = content->body->len;
	return check_status(connection,
		       amqp_send_method(connection->state, CALLS, AMQP_CHANNEL_CLOSE_OK_METHOD,
			       &confirmation),
		       error) &&
	       check_status(connection,
		       amqp_send_method(
			       connection->state, CALLS, AMQP_CHANNEL_OPEN_METHOD, &opening),
		       error);
}

static bool
take_method(struct rpc_connection *connection, const amqp_frame_t *frame, struct rpc_event *event,
	GError **error)
{
	const amqp_method_t *method = &frame->payload.method;
	switch (method->id) {
	case AMQP_BASIC_CANCEL_METHOD:
		return fail(
			connection, MUSTER_ERROR_UNAVAILABLE, "the reply queue was deleted", error);
	case AMQP_CHANNEL_CLOSE_METHOD:
		if (frame->channel == CALLS)
			return reopen_channel(connection, method, event, error);
		/* fall through */
	case AMQP_CONNECTION_CLOSE_METHOD: {
		g_autofree char *reason = format_reason(method);
		return fail(connection, MUSTER_ERROR_UNAVAILABLE, reason, error);
	}
	default: /* what begins a message; what confirms the new channel */
		return true;
	}
}

static bool
take_frame(struct rpc_connection *connection, const amqp_frame_t *frame, struct rpc_event *event,
	GError **error)
{
	if (frame->channel >= CHANNELS)
		return fail(connection, MUSTER_ERROR_UNAVAILABLE, "a frame of no channel", error);
	struct content *content = &connection->contents[frame->channel];
	switch (frame->frame_type) {
	case AMQP_FRAME_METHOD:
		return take_method(connection, frame, event, error);
	case AMQP_FRAME_HEADER:
		take_header(content, frame);
		break;
	case AMQP_FRAME_BODY:
		take_fragment(content, &frame->payload.body_fragment);
		break;
	}
	if (content->left == 0)
		end_content(content, frame->channel, event);
	return true;
}

bool
rpc_connection_next(struct rpc_connection *connection, struct rpc_event *event, GError **error)
{
	const struct timeval at_once = {0};
	*event = (struct rpc_event){.kind = RPC_EVENT_NONE};
	while (event->kind == RPC_EVENT_NONE) {
		amqp_frame_t frame;
		amqp_maybe_release_buffers(connection->state);
		int status = amqp_simple_wait_frame_noblock(connection->state, &frame, &at_once);
		if (status == AMQP_STATUS_TIMEOUT)
			return true;
		if (!check_status(connection, status, error) ||
			!take_frame(connection, &frame, event, error))
			return false;
	}
	return true;
}
