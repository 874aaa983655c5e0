/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listener.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "base/error.h"

static GInetAddress *
parse_host(const char *host)
{
	if (g_ascii_strcasecmp(host, "localhost") == 0)
		return g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);

	size_t length = strlen(host);
	if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
		g_autofree char *inner = g_strndup(host + 1, length - 2);
		return strchr(inner, ':') != NULL ? g_inet_address_new_from_string(inner) : NULL;
	}
	return strchr(host, ':') == NULL ? g_inet_address_new_from_string(host) : NULL;
}

static GSocketAddress *
parse_address(const char *address, GError **error)
{
	const char *colon = strrchr(address, ':');
	g_autofree char *host = colon != NULL ? g_strndup(address, colon - address) : NULL;
	g_autoptr(GInetAddress) inet = host != NULL ? parse_host(host) : NULL;
	guint64 port;

	if (inet == NULL ||
		!g_ascii_string_to_unsigned(colon + 1, 10, 0, G_MAXUINT16, &port, NULL)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID,
			"cannot listen on '%s': expected ADDR:PORT or [ADDR]:PORT, with a numeric "
			"address or localhost, and a port from 0 to 65535",
			address);
		return NULL;
	}
	return g_inet_socket_address_new(inet, (guint16)port);
}

GSocket *
listener_open(const char *address, GError **error)
{
	g_autoptr(GSocketAddress) where = parse_address(address, error);
	if (where == NULL)
		return NULL;

	g_autoptr(GError) cause = NULL;
	g_autoptr(GSocket) listener = g_socket_new(g_socket_address_get_family(where),
		G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &cause);
	if (listener != NULL)
		g_socket_set_listen_backlog(listener, SOMAXCONN);
	/* TRUE: SO_REUSEADDR, for a restart while old connections linger; for TCP GLib
	 * leaves SO_REUSEPORT off, so that two servers never share a port unnoticed. */
	if (listener == NULL || !g_socket_bind(listener, where, TRUE, &cause) ||
		!g_socket_listen(listener, &cause)) {
		bool busy = g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
		g_set_error(error, MUSTER_ERROR, busy ? MUSTER_ERROR_BUSY : MUSTER_ERROR_IO,
			"cannot listen on %s: %s", address, cause->message);
		return NULL;
	}
	return g_steal_pointer(&listener);
}

int
listener_duplicate(GSocket *listener)
{
	return fcntl(g_socket_get_fd(listener), F_DUPFD_CLOEXEC, 0);
}

unsigned
listener_get_port(GSocket *listener)
{
	g_autoptr(GSocketAddress) where = g_socket_get_local_address(listener, NULL);
	return where != NULL ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(where)) : 0;
}
