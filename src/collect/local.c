/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/local.h"

#include <gio/gio.h>
#include <netdb.h>
#include <stdlib.h>
#include <utmpx.h>

#include "base/error.h"

#define DAY 86400
#define HOUR 3600
#define MINUTE 60

char *
local_format_uptime(GDateTime *now, double seconds, unsigned users, const double load[3])
{
	g_autoptr(GString) line = g_string_new(NULL);
	int days = (int)(seconds / DAY);
	int hours = (int)(seconds / HOUR) % 24;
	int minutes = (int)(seconds / MINUTE) % 60;

	g_string_append_printf(line, " %02d:%02d:%02d up ", g_date_time_get_hour(now),
		g_date_time_get_minute(now), g_date_time_get_second(now));
	if (days > 0)
		g_string_append_printf(line, "%d %s, ", days, days > 1 ? "days" : "day");
	if (hours > 0)
		g_string_append_printf(line, "%2d:%02d, ", hours, minutes);
	else
		g_string_append_printf(line, "%d min, ", minutes);
	g_string_append_printf(line, "%2u %s,  load average: %.2f, %.2f, %.2f", users,
		users > 1 ? "users" : "user", load[0], load[1], load[2]);
	return g_string_free(g_steal_pointer(&line), FALSE);
}

static unsigned
count_users(void)
{
	static GMutex utmp; /* getutxent() has one cursor for the process */
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&utmp);
	unsigned count = 0;
	setutxent();
	for (const struct utmpx *entry; (entry = getutxent()) != NULL;)
		if (entry->ut_type == USER_PROCESS && entry->ut_user[0] != '\0')
			count++;
	endutxent();
	return count;
}

char *
local_read_uptime(GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) wrong = NULL;
	if (!g_file_get_contents("/proc/uptime", &text, NULL, &wrong)) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_IO, "cannot read the uptime: %s",
			wrong->message);
		return NULL;
	}
	double load[3];
	if (getloadavg(load, 3) != 3) {
		g_set_error_literal(error, MUSTER_ERROR, MUSTER_ERROR_IO,
			"cannot read the load averages from /proc/loadavg");
		return NULL;
	}
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	return local_format_uptime(now, g_ascii_strtod(text, NULL), count_users(), load);
}

static char *
format_address(GSocketAddress *address)
{
	GInetAddress *inet = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address));
	return g_inet_address_to_string(inet);
}

/* The address that a packet to there would carry: connecting a UDP socket picks it. */
static char *
find_source_address(const char *there)
{
	g_autoptr(GSocketAddress) far = g_inet_socket_address_new_from_string(there, 9);
	g_autoptr(GSocket) probe = g_socket_new(g_socket_address_get_family(far),
		G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
	if (probe == NULL || !g_socket_connect(probe, far, NULL, NULL))
		return NULL;
	g_autoptr(GSocketAddress) near = g_socket_get_local_address(probe, NULL);
	return near == NULL ? NULL : format_address(near);
}

char *
local_find_address(void)
{
	/* Addresses for documentation (RFC 5737, RFC 3849): only the default route leads there. */
	char *address = find_source_address("192.0.2.1");
	return address != NULL ? address : find_source_address("2001:db8::1");
}

char *
local_resolve(const char *name, GError **error)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	int failure = getaddrinfo(name, NULL, &hints, &found);
	if (failure != 0) {
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_NOT_FOUND,
			"cannot resolve the host name '%s': %s", name, gai_strerror(failure));
		return NULL;
	}
	g_autoptr(GSocketAddress) first =
		g_socket_address_new_from_native(found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return format_address(first);
}
