/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/connection.h"

#include "collect/libvirt_error.h"

/* A daemon that is silent for 4 × 3 s is given up. Short enough to free a thread before
 * service_down_time is over, long enough for a host under load. */
#define KEEPALIVE_INTERVAL 3
#define KEEPALIVE_COUNT 3

virConnectPtr
connection_open(const char *uri, GError **error)
{
	virConnectPtr connection = virConnectOpenReadOnly(uri);
	if (connection == NULL)
		libvirt_error_take(error, uri, "connect");
	else
		/* Drivers within this process have none, and need none. */
		virConnectSetKeepAlive(connection, KEEPALIVE_INTERVAL, KEEPALIVE_COUNT);
	return connection;
}
