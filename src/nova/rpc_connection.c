/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames are taken one by one as they come, none is waited for, and each leaves what it
 * says in the `content` of its channel until a message is whole. Sending could wait where
 * the broker reads no more: so nothing is sent unless the socket takes it, and the kernel
 * gives up on what is not acknowledged (rpc_connection_open.c).
 */
#include "nova/rpc_connection.h"

#include <poll.h>
#include <string.h>

#include "nova/rpc_connection_private.h"

#define CLOSE_TIMEOUT 50000 /* µs: whoever stops it waits for no more of a broker's answer */
#define PULSE (G_TIME_SPAN_MINUTE) /* without heartbeats */

bool
rpc_connection_fail(
	struct rpc_connection *connection, enum muster_error code, const char *what, GError **error)
{
	connection->is_broken = true;
	g_set_error(error, MUSTER_ERROR, code, "RabbitMQ at %s: %s", connection->broker, what);
	return false;
}

bool
rpc_connection_check(struct rpc_connection *connection, int status, GError **error)
{
	if (status == AMQP_STATUS_OK)
		return true;
	bool is_late = status == AMQP_STATUS_TIMEOUT || status == AMQP_STATUS_HEARTBEAT_TIMEOUT;
	return rpc_connection_fail(connection,
		is_late ? MUSTER_ERROR_TIMEOUT : MUSTER_ERROR_UNAVAILABLE,
		amqp_error_string2(status), error);
}

char *
rpc_connection_format_reason(const amqp_method_t *method)
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
	g_autofree char *shown = g_utf8_make_valid(text.bytes, (gssize)text.len);
	return g_strdup_printf("%u %s", code, shown);
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
	return rpc_connection_check(connection, status, error);
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
	g_autofree char *cause = rpc_connection_format_reason(method);
	g_autofree char *reason = g_strdup_printf("RabbitMQ at %s: %s", connection->broker, cause);
	begin_content(content, 0);
	g_byte_array_append(content->body, (const uint8_t *)reason, (unsigned)strlen(reason) + 1);
	event->kind = RPC_EVENT_REFUSED;
	event->body = content->body->data;
	event->size = content->body->len;
	return rpc_connection_check(connection,
		       amqp_send_method(connection->state, CALLS, AMQP_CHANNEL_CLOSE_OK_METHOD,
			       &confirmation),
		       error) &&
	       rpc_connection_check(connection,
		       amqp_send_method(
			       connection->state, CALLS, AMQP_CHANNEL_OPEN_METHOD, &opening),
		       error);
}

static bool
fail_closed(struct rpc_connection *connection, const amqp_method_t *method, GError **error)
{
	g_autofree char *reason = rpc_connection_format_reason(method);
	return rpc_connection_fail(connection, MUSTER_ERROR_UNAVAILABLE, reason, error);
}

static bool
take_method(struct rpc_connection *connection, const amqp_frame_t *frame, struct rpc_event *event,
	GError **error)
{
	const amqp_method_t *method = &frame->payload.method;
	switch (method->id) {
	case AMQP_BASIC_CANCEL_METHOD:
		return rpc_connection_fail(
			connection, MUSTER_ERROR_UNAVAILABLE, "the reply queue was deleted", error);
	case AMQP_CHANNEL_CLOSE_METHOD:
		if (frame->channel == CALLS)
			return reopen_channel(connection, method, event, error);
		return fail_closed(connection, method, error);
	case AMQP_CONNECTION_CLOSE_METHOD: {
		amqp_connection_close_ok_t confirmation = {0};
		amqp_send_method(
			connection->state, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &confirmation);
		return fail_closed(connection, method, error);
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
		return rpc_connection_fail(
			connection, MUSTER_ERROR_UNAVAILABLE, "a frame of no channel", error);
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
		if (!rpc_connection_check(connection, status, error) ||
			!take_frame(connection, &frame, event, error))
			return false;
	}
	return true;
}
