/* SPDX-License-Identifier: Apache-2.0 */
#include "control/client.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>

#include "base/error.h"
#include "control/line.h"
#include "control/server.h"

static GSocketConnection *
connect_to(const char *path, GError **error)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_socket_client_set_timeout(client, CONTROL_TIMEOUT);
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
	return g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, error);
}

bool
control_is_served(const char *path)
{
	g_autoptr(GSocketConnection) connection = connect_to(path, NULL);
	return connection != NULL;
}

json_t *
control_call(const char *path, const json_t *request, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autoptr(GSocketConnection) connection = connect_to(path, &cause);
	if (connection == NULL) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE,
			"no muster serves at %s: %s", path, cause->message);
		return NULL;
	}
	if (!line_send(G_IO_STREAM(connection), request, error))
		return NULL;
	json_t *reply = line_receive(G_IO_STREAM(connection), CONTROL_REPLY_MAX, NULL, error);
	if (reply == NULL)
		return NULL;

	json_t *result = json_object_get(reply, "result");
	if (result != NULL) {
		json_incref(result);
	} else {
		const char *words = json_string_value(json_object_get(reply, "error"));
		json_int_t code = json_integer_value(json_object_get(reply, "code"));
		g_set_error_literal(error, MUSTER_ERROR, (int)code,
			words != NULL ? words : "the server's answer has neither result nor error");
	}
	json_decref(reply);
	return result;
}
