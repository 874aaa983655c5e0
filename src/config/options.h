/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of all options: the one source of what is read, checked, printed by
 * `muster config sample` and told in muster.conf(5). An option that Nova has bears
 * Nova's section and name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option {
	/* [DEFAULT] */
	OPTION_SERVICE_DOWN_TIME,
	OPTION_INSTANCE_NAME_TEMPLATE,
	OPTION_DEFAULT_AVAILABILITY_ZONE,
	OPTION_INTERNAL_SERVICE_AVAILABILITY_ZONE,
	OPTION_MY_IP,
	OPTION_RESERVED_HOST_MEMORY_MB,
	OPTION_HTTP_BASIC_AUTH_USER_FILE,
	OPTION_TRANSPORT_URL,
	OPTION_CONTROL_EXCHANGE,
	/* [api] */
	OPTION_AUTH_STRATEGY,
	OPTION_MAX_LIMIT,
	OPTION_COMPUTE_LINK_PREFIX,
	/* [database], [api_database] */
	OPTION_DATABASE_CONNECTION,
	OPTION_API_DATABASE_CONNECTION,
	/* [keystone_authtoken] */
	OPTION_AUTH_TYPE,
	OPTION_AUTH_URL,
	OPTION_WWW_AUTHENTICATE_URI,
	OPTION_USERNAME,
	OPTION_USER_ID,
	OPTION_PASSWORD,
	OPTION_USER_DOMAIN_NAME,
	OPTION_USER_DOMAIN_ID,
	OPTION_PROJECT_NAME,
	OPTION_PROJECT_ID,
	OPTION_PROJECT_DOMAIN_NAME,
	OPTION_PROJECT_DOMAIN_ID,
	OPTION_SYSTEM_SCOPE,
	OPTION_APPLICATION_CREDENTIAL_ID,
	OPTION_APPLICATION_CREDENTIAL_SECRET,
	OPTION_CAFILE,
	OPTION_CERTFILE,
	OPTION_KEYFILE,
	OPTION_INSECURE,
	OPTION_TOKEN_CACHE_TIME,
	OPTION_HTTP_CONNECT_TIMEOUT,
	OPTION_HTTP_REQUEST_MAX_RETRIES,
	OPTION_DELAY_AUTH_DECISION,
	OPTION_SERVICE_TOKEN_ROLES,
	OPTION_SERVICE_TOKEN_ROLES_REQUIRED,
	/* [oslo_policy] */
	OPTION_POLICY_FILE,
	OPTION_POLICY_DIRS,
	OPTION_POLICY_DEFAULT_RULE,
	OPTION_ENFORCE_SCOPE,
	OPTION_ENFORCE_NEW_DEFAULTS,
	/* [ssl], [oslo_middleware] */
	OPTION_SSL_CERT_FILE,
	OPTION_SSL_KEY_FILE,
	OPTION_SSL_CA_FILE,
	OPTION_ENABLE_PROXY_HEADERS_PARSING,
	/* [oslo_messaging_rabbit] */
	OPTION_RABBIT_SSL,
	OPTION_RABBIT_SSL_CA_FILE,
	OPTION_RABBIT_SSL_CERT_FILE,
	OPTION_RABBIT_SSL_KEY_FILE,
	OPTION_RABBIT_SSL_ENFORCE_HOSTNAME_VERIFICATION,
	OPTION_RABBIT_HEARTBEAT_TIMEOUT_THRESHOLD,
	/* [muster] */
	OPTION_LISTEN,
	OPTION_CONNECT,
	OPTION_STATE_DIRECTORY,
	OPTION_MAX_MICROVERSION,
	OPTION_SERVER_NAME,
	OPTION_COLLECT_INTERVAL,
	OPTION_OPEN_TIMEOUT,
	OPTION_STORAGE_POOL,
	OPTION_DELETED_RETENTION,
	OPTION_FULL_REFRESH_INTERVAL,
	OPTION_DATABASE_TIMEOUT,
	OPTION_MAX_STALENESS,
	OPTION_STALE_IF_ERROR,
	OPTION_HTTP_THREADS,
	OPTION_MAX_CONNECTIONS,
	OPTION_MAX_WAITING,
	OPTION_BASIC_READERS,
	OPTION_REQUEST_TIMEOUT,
	OPTION_SHUTDOWN_TIMEOUT,
	OPTION_PAGE_CACHE_MB,
	OPTION_UPTIME_RPC,
	OPTION_UPTIME_DEADLINE,
	OPTION_UPTIME_TTL,
	OPTION_UPTIME_MAX_AGE,
	OPTION_COUNT
};

enum option_type {
	OPTION_TYPE_STRING,
	OPTION_TYPE_INTEGER,
	OPTION_TYPE_BOOLEAN,
	OPTION_TYPE_LIST, /* of strings: may be given several times */
	OPTION_TYPE_CHOICE,
	OPTION_TYPE_MICROVERSION,  /* "2.1" to "2.104" */
	OPTION_TYPE_ADDRESS,       /* ADDR:PORT or [ADDR]:PORT */
	OPTION_TYPE_IP,            /* an IPv4 or IPv6 address */
	OPTION_TYPE_NAME_TEMPLATE, /* Nova's instance_name_template */
};

struct option_info {
	const char *section;
	const char *name;
	enum option_type type;
	const char *fallback;    /* the default, as it would be written; NULL: none */
	const char *beside_nova; /* the default where [api_database] connection is set; NULL: the
				    same */
	int64_t min, max;        /* of an integer */
	const char *unit;        /* of an integer: "seconds", "MiB"; NULL: a number */
	const char *const *choices;
	bool secret;      /* is not printed: a URL's password, a password */
	const char *help; /* full sentences; wrapped where printed */
};

const struct option_info *option_get_info(enum option option);

/* The option of that section (case does not matter, as in oslo.config) and name;
 * OPTION_COUNT where there is none. */
enum option option_find(const char *section, const char *name);

/* The option, of any section, whose name is nearest to one that is none: what may have been
 * meant. OPTION_COUNT where no name is near. */
enum option option_find_nearest(const char *name);
