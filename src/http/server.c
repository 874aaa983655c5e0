/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wiring of libmicrohttpd: what it is started with, and how it is stopped.
 *
 * Release 0.9.75 answers some input by itself, before any callback that could, with
 * a small HTML page, and closes: a request line without a version or with another
 * than HTTP/1.x (400, 505), a header line without a colon or with a NUL before it (400), a
 * Content-Length that is no number (400, its head twice) or beyond 64 bits (413), and a head that
 * is too much for its pool (414, 431: about 15.5 KiB, less 64 bytes for each header and cookie).
 * Without an answer it closes on a head that leaves no room in the pool for that of the answer (the
 * last half KiB of these), on a client that had to wait and has sent its end meanwhile
 * (shutdown(2), SHUT_WR), and on a request line without a blank, and leaves to the reaper one with
 * a NUL before a query of more than a thousand parameters. A NUL before a bare LF passes for a CR.
 */
#include "http/server.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>

#include <gio/gio.h>
#include <microhttpd.h>

#include "base/error.h"
#include "http/connections.h"
#include "http/exchange.h"
#include "http/listener.h"
#include "http/tls.h"
#include "http/worker.h"

/* Bytes that libmicrohttpd has for a request's head and its notes of it, above the limits of
 * server.h so that these strike first. It clears them for every request, once and a half: that is
 * the largest part of what a short answer costs (docs/decisions/request-path.md). HAProxy, which
 * stands before most OpenStacks, takes heads of 15 KiB unless told otherwise. */
#define POOL_SIZE (16 * 1024)
/* Descriptors for all else: the store, libvirt's connections, epoll, logs. */
#define OTHER_FILES 256

struct http_server {
	GSocket *listener;
	struct connections *connections;
	struct exchanges *exchanges;
	struct tls *tls;    /* NULL: plain HTTP */
	GPtrArray *workers; /* struct worker */
	unsigned shutdown_timeout;
	_Atomic bool is_stopping;
};

static void
raise_files_limit(unsigned connections_max)
{
	rlim_t wanted = (rlim_t)connections_max + OTHER_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
		g_warning("%u connections need %" G_GUINT64_FORMAT
			  " open files; the limit (RLIMIT_NOFILE) is %" G_GUINT64_FORMAT
			  " and cannot be raised: connections beyond it will wait",
			connections_max, (guint64)wanted, (guint64)limit.rlim_cur);
}

static enum MHD_Result
may_connect(void *data, const struct sockaddr *peer, socklen_t size)
{
	struct http_server *server = data;
	return atomic_load(&server->is_stopping) ? MHD_NO : MHD_YES;
}

static void
notify_connection(void *data, struct MHD_Connection *mhd, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	struct worker *worker = data;
	struct connections *connections = worker_get_connections(worker);
	if (what == MHD_CONNECTION_NOTIFY_CLOSED) { /* and its socket is not yet */
		exchange_free(*context);
		connections_remove(connections, *context);
		return;
	}
	int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	const struct sockaddr *peer =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
	struct connection *connection =
		connections_add(connections, fd, peer, g_get_monotonic_time());
	connection_set_worker(connection, worker);
	*context = connection;
}

/* What is sent is decoded by whom it concerns. */
static size_t
keep_escaped(void *data, struct MHD_Connection *mhd, char *text)
{
	return strlen(text);
}

G_GNUC_PRINTF(2, 0)
static void
log_message(void *data, const char *format, va_list arguments)
{
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	g_debug("libmicrohttpd: %s", g_strchomp(message));
}

static struct MHD_Daemon *
start_daemon(struct http_server *server, const struct http_options *options, struct worker *worker)
{
	struct exchanges *exchanges = server->exchanges;
	const char *trust = server->tls == NULL ? NULL : tls_get_trust(server->tls);
	/* A function is given by its address and, as the pointer, its data. */
	struct MHD_OptionItem items[] = {
		{MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)log_message,
			NULL}, /* first: hears of the rest */
		{MHD_OPTION_LISTEN_SOCKET, listener_duplicate(server->listener), NULL},
		{MHD_OPTION_CONNECTION_LIMIT,
			(options->connections_max + options->threads - 1) / options->threads, NULL},
		{MHD_OPTION_CONNECTION_TIMEOUT, options->request_timeout, NULL},
		{MHD_OPTION_CONNECTION_MEMORY_LIMIT, POOL_SIZE, NULL},
		{MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escaped, NULL},
		{MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)exchange_begin, exchanges},
		{MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)exchange_end, exchanges},
		{MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)notify_connection, worker},
		{MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem secure[] = {
		{server->tls == NULL ? MHD_OPTION_END : MHD_OPTION_HTTPS_PRIORITIES, 0,
			TLS_PRIORITIES},
		{MHD_OPTION_HTTPS_CERT_CALLBACK, 0, tls_get_callback()},
		{trust == NULL ? MHD_OPTION_END : MHD_OPTION_HTTPS_MEM_TRUST, 0, (char *)trust},
		{MHD_OPTION_END, 0, NULL},
	};
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
			 (server->tls == NULL ? 0 : MHD_USE_TLS);
	return MHD_start_daemon(flags, 0, may_connect, server, exchange_read, exchanges,
		MHD_OPTION_ARRAY, items, MHD_OPTION_ARRAY, secure, MHD_OPTION_END);
}

/* False where one could not be; those that were are freed with the server. */
static bool
start_workers(struct http_server *server, const struct http_options *options)
{
	for (unsigned i = 0; i < options->threads; i++) {
		struct worker *worker = worker_new(server->connections);
		if (worker == NULL)
			return false;
		g_ptr_array_add(server->workers, worker);
		struct MHD_Daemon *daemon = start_daemon(server, options, worker);
		if (daemon == NULL)
			return false;
		worker_start(worker, daemon);
	}
	return true;
}

static void
free_server(struct http_server *server)
{
	g_ptr_array_unref(server->workers);
	connections_free(server->connections);
	exchanges_free(server->exchanges);
	g_clear_pointer(&server->tls, tls_close);
	g_object_unref(server->listener);
	g_free(server);
}

struct http_server *
http_server_start(
	const struct http_options *options, const struct http_handler *handler, GError **error)
{
	g_autoptr(GSocket) listener = listener_open(options->address, error);
	if (listener == NULL)
		return NULL;
	bool is_plain = !tls_is_wanted(&options->tls);
	CLEANUP(tls_close) struct tls *tls = is_plain ? NULL : tls_open(&options->tls, error);
	if (tls == NULL && !is_plain)
		return NULL;
	raise_files_limit(options->connections_max);

	struct http_server *server = g_new0(struct http_server, 1);
	server->listener = g_steal_pointer(&listener);
	server->connections =
		connections_new((int64_t)options->request_timeout * G_TIME_SPAN_SECOND);
	server->exchanges = exchanges_new(handler, options);
	server->tls = g_steal_pointer(&tls);
	server->shutdown_timeout = options->shutdown_timeout;
	server->workers = g_ptr_array_new_with_free_func((GDestroyNotify)worker_free);
	if (!start_workers(server, options)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO,
			"cannot serve on %s: libmicrohttpd did not start with %u threads and %u "
			"connections (its own words are in the log, with --verbose)",
			options->address, options->threads, options->connections_max);
		free_server(server);
		return NULL;
	}
	return server;
}

bool
http_server_reload(struct http_server *server, GError **error)
{
	return server->tls == NULL || tls_reload(server->tls, error);
}

unsigned
http_server_get_port(const struct http_server *server)
{
	return listener_get_port(server->listener);
}

unsigned
http_server_get_connections(const struct http_server *server)
{
	return connections_get_size(server->connections);
}

unsigned
http_server_get_requests_in_flight(const struct http_server *server)
{
	return exchanges_get_size(server->exchanges);
}

unsigned
http_server_get_requests_waiting(const struct http_server *server)
{
	return exchanges_get_waiting(server->exchanges);
}

void
http_server_stop(struct http_server *server)
{
	/* Not MHD_quiesce_daemon(): it takes the socket out of each thread's epoll set, as the
	 * thread itself may just have done, and aborts the program where it finds it gone. Nor is
	 * the socket shut down here: every thread would spin on it until the end. */
	atomic_store(&server->is_stopping, true);
	unsigned left = exchanges_drain(
		server->exchanges, (int64_t)server->shutdown_timeout * G_TIME_SPAN_SECOND);
	if (left > 0)
		g_warning("%u answers were still under way after %u s and are cut off", left,
			server->shutdown_timeout);
	free_server(server);
}
