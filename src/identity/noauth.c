/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/noauth.h"

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

struct noauth {
	struct verdict *administrator;
};

struct noauth *
noauth_new(void)
{
	struct caller *caller = caller_new();
	caller->user_id = g_strdup("admin");
	g_strfreev(caller->roles);
	caller->roles = g_strsplit("admin member reader", " ", -1);
	caller->is_admin = true;
	caller->any_project = true;
	struct noauth *noauth = g_new(struct noauth, 1);
	noauth->administrator = verdict_new(caller);
	return noauth;
}

void
noauth_free(struct noauth *noauth)
{
	verdict_unref(noauth->administrator);
	g_free(noauth);
}

struct verdict *
noauth_find(struct noauth *noauth, const struct http_request *request)
{
	for (size_t i = 0; i < G_N_ELEMENTS(proxied); i++) {
		if (http_request_get_header(request, proxied[i]) == NULL)
			continue;
		g_autofree char *message = g_strdup_printf(
			"auth_strategy noauth answers only direct clients of this machine; the "
			"request carries the header %s, so it came through a proxy or from a web "
			"page.",
			proxied[i]);
		return verdict_new_refusal(403, message);
	}
	return verdict_ref(noauth->administrator);
}

bool
noauth_check_address(const char *address, GError **error)
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
