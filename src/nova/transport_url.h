/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oslo.messaging's URL of the message brokers of a cloud or a cell:
 * rabbit://user:password@host:port,user:password@host:port/virtual_host?option=value.
 * What is not given is as oslo.messaging and kombu have it: guest, guest, 5672, the
 * virtual host "/", and without any host, localhost. User and password are
 * percent-encoded; a percent sign that begins no %XX stands for itself; an IPv6
 * address stands in brackets. (oslo_messaging/transport.py, TransportURL.parse();
 * _drivers/impl_rabbit.py, _transform_transport_url(); kombu/utils/url.py)
 */
#pragma once

#include <glib.h>

#include "base/cleanup.h"

struct transport_broker {
	char *host;
	unsigned port;
	char *user;
	char *password;
};

struct transport_url {
	GPtrArray *brokers; /* struct transport_broker *, one at least, in the URL's order */
	char *virtual_host;
	GHashTable *query; /* char *: char *, decoded; options of [oslo_messaging_rabbit] */
};

/* MUSTER_ERROR_UNSUPPORTED for a URL of another transport than RabbitMQ's, and for none (NULL, "");
 * MUSTER_ERROR_INVALID for one that can't be read. No message repeats more of it than the scheme.
 */
struct transport_url *transport_url_parse(const char *text, GError **error);
void transport_url_free(struct transport_url *url);
CLEANUP_DEFINE(struct transport_url, transport_url_free)

/* As people may read it: rabbit://user@host:port,user@host:port/virtual_host. The caller frees it.
 */
char *transport_url_format(const struct transport_url *url);
