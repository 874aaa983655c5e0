/* SPDX-License-Identifier: Apache-2.0 */
#include "identity/identity.h"

#include <stdbool.h>

#include "identity/http_basic.h"
#include "identity/keystone.h"
#include "identity/noauth.h"

/* A strategy: what each of them can. */
struct strategy {
	const char *name;
	void *(*new)(const struct config *config, int64_t (*now)(void), GError **error);
	/* As identity_find(). */
	struct verdict *(*find)(void *self, const struct http_request *request);
	void (*free)(void *self);
};

struct identity {
	const struct strategy *strategy;
	void *self; /* the strategy's own */
};

static void *
new_keystone(const struct config *config, int64_t (*now)(void), GError **error)
{
	return keystone_new(config, now, error);
}

static struct verdict *
find_keystone(void *self, const struct http_request *request)
{
	return keystone_find(self, request);
}

static void
free_keystone(void *self)
{
	keystone_free(self);
}

static void *
new_http_basic(const struct config *config, int64_t (*now)(void), GError **error)
{
	return http_basic_new(config, now, error);
}

static struct verdict *
find_http_basic(void *self, const struct http_request *request)
{
	return http_basic_find(self, request);
}

static void
free_http_basic(void *self)
{
	http_basic_free(self);
}

static void *
new_noauth(const struct config *config, int64_t (*now)(void), GError **error)
{
	const char *listen = config_get_string(config, OPTION_LISTEN);
	return noauth_check_address(listen, error) ? noauth_new() : NULL;
}

static struct verdict *
find_noauth(void *self, const struct http_request *request)
{
	return noauth_find(self, request);
}

static void
free_noauth(void *self)
{
	noauth_free(self);
}

static const struct strategy strategies[] = {
	{"keystone", new_keystone, find_keystone, free_keystone},
	{"http_basic", new_http_basic, find_http_basic, free_http_basic},
	{"noauth", new_noauth, find_noauth, free_noauth},
	{"noauth2", new_noauth, find_noauth, free_noauth},
};

static const char *
choose(const struct config *config)
{
	const char *asked = config_get_string(config, OPTION_AUTH_STRATEGY);
	bool is_nova = config_has_section(config, "keystone_authtoken") ||
		       config_has_section(config, "api_database");
	return asked != NULL ? asked : is_nova ? "keystone" : "noauth";
}

struct identity *
identity_open(const struct config *config, int64_t (*now)(void), GError **error)
{
	const char *name = choose(config);
	const struct strategy *strategy = strategies; /* holds every choice of the option */
	while (!g_str_equal(strategy->name, name))
		strategy++;
	void *self = strategy->new (config, now, error);
	if (self == NULL)
		return NULL;
	struct identity *identity = g_new(struct identity, 1);
	*identity = (struct identity){strategy, self};
	return identity;
}

void
identity_close(struct identity *identity)
{
	identity->strategy->free(identity->self);
	g_free(identity);
}

struct verdict *
identity_find(struct identity *identity, const struct http_request *request)
{
	return identity->strategy->find(identity->self, request);
}

const char *
identity_get_strategy(const struct identity *identity)
{
	return identity->strategy->name;
}
