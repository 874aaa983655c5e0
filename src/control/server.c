/* SPDX-License-Identifier: Apache-2.0 */
#include "control/server.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "control/client.h"
#include "control/line.h"

/* Lives as long as the service, to which GLib's threads hold references. */
struct control_server {
	char *path;
	GSocketService *service;
	GCancellable *stopping; /* cancelled: waits for no command any more */
	control_handler *handler;
	void *data;
	GMutex lock;
	GCond idle;
	unsigned running; /* commands under way */
};

static json_t *
reply_to(struct control_server *server, const json_t *request)
{
	g_autoptr(GError) error = NULL;
	json_t *result = server->handler(request, server->data, &error);
	return result != NULL
		       ? json_pack("{s:o}", "result", result)
		       : json_pack("{s:s, s:i}", "error", error->message, "code", error->code);
}

static void
serve_client(struct control_server *server, GSocketConnection *connection)
{
	g_socket_set_timeout(g_socket_connection_get_socket(connection), CONTROL_TIMEOUT);
	g_autoptr(GError) error = NULL;
	json_t *request = line_receive(
		G_IO_STREAM(connection), CONTROL_REQUEST_MAX, server->stopping, &error);
	if (request == NULL) {
		if (!g_cancellable_is_cancelled(server->stopping))
			g_warning("%s", error->message);
		return;
	}
	json_t *reply = reply_to(server, request);
	if (!line_send(G_IO_STREAM(connection), reply, &error))
		g_warning("%s", error->message);
	json_decref(reply);
	json_decref(request);
}

/* Counts a command as under way, unless the server ends: a client may still come out of GLib's
 * queue then. */
static bool
begin(struct control_server *server)
{
	g_mutex_lock(&server->lock);
	bool may = !g_cancellable_is_cancelled(server->stopping);
	if (may)
		server->running++;
	g_mutex_unlock(&server->lock);
	return may;
}

static void
end(struct control_server *server)
{
	g_mutex_lock(&server->lock);
	if (--server->running == 0)
		g_cond_signal(&server->idle);
	g_mutex_unlock(&server->lock);
}

static gboolean
on_run(GThreadedSocketService *service, GSocketConnection *connection, GObject *source,
	gpointer data)
{
	struct control_server *server = data;
	if (begin(server)) {
		serve_client(server, connection);
		end(server);
	}
	return TRUE;
}

static void
free_server(gpointer data, GClosure *closure)
{
	struct control_server *server = data;
	g_mutex_clear(&server->lock);
	g_cond_clear(&server->idle);
	g_object_unref(server->stopping);
	g_free(server->path);
	g_free(server);
}

/* A socket file that nobody serves is left over from a server that was killed. */
static gboolean
clear_path(const char *path, GError **error)
{
	if (control_is_served(path)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_BUSY,
			"control socket %s: another muster serves there", path);
		return FALSE;
	}
	g_unlink(path);
	return TRUE;
}

struct control_server *
control_server_start(const char *path, control_handler *handler, void *data, GError **error)
{
	if (!clear_path(path, error))
		return NULL;
	struct control_server *server = g_new0(struct control_server, 1);
	server->path = g_strdup(path);
	server->handler = handler;
	server->data = data;
	g_mutex_init(&server->lock);
	g_cond_init(&server->idle);
	server->stopping = g_cancellable_new();
	server->service = g_threaded_socket_service_new(CONTROL_CLIENTS_MAX);
	g_signal_connect_data(
		server->service, "run", G_CALLBACK(on_run), server, free_server, G_CONNECT_DEFAULT);

	g_autoptr(GError) cause = NULL;
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
	mode_t mask = umask(0177); /* the socket is its owner's alone from the first moment */
	gboolean listens = g_socket_listener_add_address(G_SOCKET_LISTENER(server->service),
		address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &cause);
	umask(mask);
	if (!listens) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO, "control socket %s: %s", path,
			cause->message);
		control_server_stop(server);
		return NULL;
	}
	return server;
}

void
control_server_stop(struct control_server *server)
{
	g_socket_service_stop(server->service);
	g_socket_listener_close(G_SOCKET_LISTENER(server->service));
	g_mutex_lock(&server->lock);
	g_cancellable_cancel(server->stopping);
	while (server->running > 0)
		g_cond_wait(&server->idle, &server->lock);
	g_mutex_unlock(&server->lock);
	g_unlink(server->path);
	g_object_unref(server->service);
}
