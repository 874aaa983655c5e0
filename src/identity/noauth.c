/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/identity.h"

#include <gio/gio.h>

#include "base/error.h"

/* Headers that a direct client on this machine does not send. */
static const char *const proxied[] = {
	"Forwarded",
	"X-Forwarded-For",
	"X-Forwarded-Host",
	"X-Forwarded-Proto",
	"X-Forwarded-Port",
	"X-Forwarded-Prefix",
	"X-Forwarded-Server",
	"Via",
	"Origin",
};

static const char *const admin_roles[] = {"admin", "member", "reader", NULL};

static const struct caller administrator = {
	.user_id = "admin",
	.project_id = NULL,
	.roles = admin_roles,
	.is_admin = true,
};

const struct caller *
identity_get_caller(const struct http_request *request, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(proxied); i++) {
		if (http_request_get_header(request, proxied[i]) == NULL)
			continue;
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_FORBIDDEN,
			"auth_strategy noauth answers only direct clients of this machine; the "
			"request carries the header %s, so it came through a proxy or from a web "
			"page.",
			proxied[i]);
		return NULL;
	}
	return &administrator;
}

bool
identity_check_address(const char *address, GError **error)
{
	g_autoptr(GSocketConnectable) parsed = g_network_address_parse(address, 0, NULL);
	const char *host = parsed == NULL
				   ? address
				   : g_network_address_get_hostname(G_NETWORK_ADDRESS(parsed));
	g_autoptr(GInetAddress) numeric = g_inet_address_new_from_string(host);
	if (g_ascii_strcasecmp(host, "localhost") == 0 ||
		(numeric != NULL && g_inet_address_get_is_loopback(numeric)))
		return true;
	g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_FORBIDDEN,
		"listen = %s: auth_strategy noauth makes every caller an administrator, so it "
		"listens on a loopback address alone, such as 127.0.0.1:8774",
		address);
	return false;
}
