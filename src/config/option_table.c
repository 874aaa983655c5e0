/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table. A row is all that there is to an option: its help is a sentence or more,
 * printed as it stands; sections are kept together. tests/unit/test-options.c holds the
 * rows to this.
 */
#include "config/option_table.h"

#include <glib.h>

#define SECONDS_MAX INT32_MAX /* 68 years */

static const char *const auth_strategies[] = {"keystone", "http_basic", "noauth", "noauth2", NULL};
static const char *const auth_types[] = {"password", "v3password", "v3applicationcredential", NULL};
static const char *const server_names[] = {"domain", "nova", NULL};

const struct option_info option_table[OPTION_COUNT] = {
	[OPTION_SERVICE_DOWN_TIME] = {.section = "DEFAULT",
		.name = "service_down_time",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "60",
		.min = 1,
		.max = SECONDS_MAX,
		.unit = "seconds",
		.help = "How long after its last heartbeat a hypervisor counts as up."},
	[OPTION_INSTANCE_NAME_TEMPLATE] = {.section = "DEFAULT",
		.name = "instance_name_template",
		.type = OPTION_TYPE_NAME_TEMPLATE,
		.fallback = "instance-%08x",
		.help = "How the name of a server is made where [muster] server_name is "
			"nova. Either one conversion of the instance's id, or conversions "
			"of the columns id, uuid, display_name and hostname by name, as in "
			"%(uuid)s; the conversions are those of Python's % operator."},
	[OPTION_DEFAULT_AVAILABILITY_ZONE] =
		{
			.section = "DEFAULT",
			.name = "default_availability_zone",
			.type = OPTION_TYPE_STRING,
			.fallback = "nova",
			.help = "The zone that GET /os-services shows of a nova-compute that no "
				"aggregate puts in another.",
		},
	[OPTION_INTERNAL_SERVICE_AVAILABILITY_ZONE] =
		{
			.section = "DEFAULT",
			.name = "internal_service_availability_zone",
			.type = OPTION_TYPE_STRING,
			.fallback = "internal",
			.help = "The zone that GET /os-services shows of any other service.",
		},
	[OPTION_MY_IP] = {.section = "DEFAULT",
		.name = "my_ip",
		.type = OPTION_TYPE_IP,
		.help = "The host_ip of the machine that Muster runs on. Without it the "
			"address is found out."},
	[OPTION_RESERVED_HOST_MEMORY_MB] = {.section = "DEFAULT",
		.name = "reserved_host_memory_mb",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "512",
		.min = 0,
		.max = INT32_MAX,
		.unit = "MiB",
		.help = "The memory that each host keeps for itself; it counts as used."},
	[OPTION_HTTP_BASIC_AUTH_USER_FILE] = {.section = "DEFAULT",
		.name = "http_basic_auth_user_file",
		.type = OPTION_TYPE_STRING,
		.help = "The file, by its absolute path, with the users and passwords of "
			"auth_strategy http_basic: lines of user:hash, the hash by bcrypt, "
			"as htpasswd -B writes them. A change is taken up within a second."},
	[OPTION_TRANSPORT_URL] = {.section = "DEFAULT",
		.name = "transport_url",
		.type = OPTION_TYPE_STRING,
		.secret = true,
		.help = "The message broker: rabbit://user:password@host:port/vhost, "
			"several brokers separated by commas. Beside Nova, computes are "
			"asked for their uptime over the broker of their cell, which the "
			"API database names; what this one says fills in the templates "
			"that may stand there."},
	[OPTION_CONTROL_EXCHANGE] = {.section = "DEFAULT",
		.name = "control_exchange",
		.type = OPTION_TYPE_STRING,
		.fallback = "nova",
		.help = "The AMQP exchange of nova-compute: the same value as there."},
	[OPTION_AUTH_STRATEGY] = {.section = "api",
		.name = "auth_strategy",
		.type = OPTION_TYPE_CHOICE,
		.choices = auth_strategies,
		.help = "Who may ask. With keystone, the default where a file has the "
			"section keystone_authtoken or api_database, whoever has a token; "
			"with http_basic, the users of http_basic_auth_user_file. With "
			"noauth, the default elsewhere, and noauth2, which means the same, "
			"every caller is an administrator; it is therefore refused where "
			"[muster] listen is not a loopback address."},
	[OPTION_MAX_LIMIT] = {.section = "api",
		.name = "max_limit",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "1000",
		.min = 0,
		.max = INT32_MAX,
		.help = "The most hypervisors that one page holds, whatever limit is asked "
			"for (from microversion 2.33 on)."},
	[OPTION_COMPUTE_LINK_PREFIX] = {.section = "api",
		.name = "compute_link_prefix",
		.type = OPTION_TYPE_STRING,
		.help = "The URL that links begin with, where clients reach Muster by "
			"another than the one that arrives, as behind a proxy. Without it "
			"links begin with what was asked."},
	[OPTION_DATABASE_CONNECTION] = {.section = "database",
		.name = "connection",
		.type = OPTION_TYPE_STRING,
		.secret = true,
		.help = "The database, as a SQLAlchemy URL: sqlite:////path, or for "
			"MariaDB and MySQL mysql+pymysql://user:password@host/database. "
			"One that Muster did not make, as that of a Nova cell, is only "
			"read. By default it is an SQLite database in the state directory."},
	[OPTION_API_DATABASE_CONNECTION] = {.section = "api_database",
		.name = "connection",
		.type = OPTION_TYPE_STRING,
		.secret = true,
		.help = "Nova's API database, which lists the cells. Where it is set Muster "
			"stands beside a running Nova: it reads that database and those of the "
			"cells, collects nothing and writes nothing; [database] connection then "
			"only fills the templates of the cells' URLs, as in Nova."},
	[OPTION_AUTH_TYPE] = {.section = "keystone_authtoken",
		.name = "auth_type",
		.type = OPTION_TYPE_CHOICE,
		.fallback = "password",
		.choices = auth_types,
		.help = "How Muster gets a token of its own from Keystone: by a user's "
			"password (v3password means the same) or by an application "
			"credential."},
	[OPTION_AUTH_URL] = {.section = "keystone_authtoken",
		.name = "auth_url",
		.type = OPTION_TYPE_STRING,
		.help = "Where Keystone is, with or without /v3 at its end. Required by "
			"auth_strategy keystone."},
	[OPTION_WWW_AUTHENTICATE_URI] = {.section = "keystone_authtoken",
		.name = "www_authenticate_uri",
		.type = OPTION_TYPE_STRING,
		.help = "Where clients reach Keystone: told to those who come without a "
			"valid token. By default what auth_url says."},
	[OPTION_USERNAME] = {.section = "keystone_authtoken",
		.name = "username",
		.type = OPTION_TYPE_STRING,
		.help = "Muster's own user, by name."},
	[OPTION_USER_ID] = {.section = "keystone_authtoken",
		.name = "user_id",
		.type = OPTION_TYPE_STRING,
		.help = "Muster's own user, by id."},
	[OPTION_PASSWORD] = {.section = "keystone_authtoken",
		.name = "password",
		.type = OPTION_TYPE_STRING,
		.secret = true,
		.help = "The password of Muster's own user."},
	[OPTION_USER_DOMAIN_NAME] = {.section = "keystone_authtoken",
		.name = "user_domain_name",
		.type = OPTION_TYPE_STRING,
		.help = "The domain of Muster's own user, by name."},
	[OPTION_USER_DOMAIN_ID] = {.section = "keystone_authtoken",
		.name = "user_domain_id",
		.type = OPTION_TYPE_STRING,
		.help = "The domain of Muster's own user, by id."},
	[OPTION_PROJECT_NAME] = {.section = "keystone_authtoken",
		.name = "project_name",
		.type = OPTION_TYPE_STRING,
		.help = "The project that Muster's own token is for, by name."},
	[OPTION_PROJECT_ID] = {.section = "keystone_authtoken",
		.name = "project_id",
		.type = OPTION_TYPE_STRING,
		.help = "The project that Muster's own token is for, by id."},
	[OPTION_PROJECT_DOMAIN_NAME] = {.section = "keystone_authtoken",
		.name = "project_domain_name",
		.type = OPTION_TYPE_STRING,
		.help = "The domain of that project, by name."},
	[OPTION_PROJECT_DOMAIN_ID] = {.section = "keystone_authtoken",
		.name = "project_domain_id",
		.type = OPTION_TYPE_STRING,
		.help = "The domain of that project, by id."},
	[OPTION_SYSTEM_SCOPE] = {.section = "keystone_authtoken",
		.name = "system_scope",
		.type = OPTION_TYPE_STRING,
		.help = "The word all: Muster's own token is for the whole system, and "
			"for no project."},
	[OPTION_APPLICATION_CREDENTIAL_ID] = {.section = "keystone_authtoken",
		.name = "application_credential_id",
		.type = OPTION_TYPE_STRING,
		.help = "The application credential, with auth_type "
			"v3applicationcredential."},
	[OPTION_APPLICATION_CREDENTIAL_SECRET] = {.section = "keystone_authtoken",
		.name = "application_credential_secret",
		.type = OPTION_TYPE_STRING,
		.secret = true,
		.help = "The secret of the application credential."},
	[OPTION_CAFILE] = {.section = "keystone_authtoken",
		.name = "cafile",
		.type = OPTION_TYPE_STRING,
		.help = "A PEM file, by its absolute path, with the certificates of the "
			"authorities that Keystone's certificate must come from. By default "
			"those of the system."},
	[OPTION_CERTFILE] = {.section = "keystone_authtoken",
		.name = "certfile",
		.type = OPTION_TYPE_STRING,
		.help = "A PEM file, by its absolute path, with a certificate to show to "
			"Keystone."},
	[OPTION_KEYFILE] = {.section = "keystone_authtoken",
		.name = "keyfile",
		.type = OPTION_TYPE_STRING,
		.help = "A PEM file, by its absolute path, with the key of certfile, where "
			"that file does not hold it."},
	[OPTION_INSECURE] = {.section = "keystone_authtoken",
		.name = "insecure",
		.type = OPTION_TYPE_BOOLEAN,
		.fallback = "false",
		.help = "If true, Keystone's certificate is not checked."},
	[OPTION_TOKEN_CACHE_TIME] = {.section = "keystone_authtoken",
		.name = "token_cache_time",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "300",
		.min = 0,
		.max = 86400,
		.unit = "seconds",
		.help = "How long a token that Keystone found valid counts as valid, at "
			"most until it expires. A token that was revoked is found out "
			"after this time; 0: each request is asked about."},
	[OPTION_HTTP_CONNECT_TIMEOUT] = {.section = "keystone_authtoken",
		.name = "http_connect_timeout",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "10",
		.min = 1,
		.max = 3600,
		.unit = "seconds",
		.help = "How long a connection to Keystone may take to come about. Whatever "
			"it is, a question to Keystone ends after 10 s, and Muster's own "
			"login after 5 s."},
	[OPTION_HTTP_REQUEST_MAX_RETRIES] = {.section = "keystone_authtoken",
		.name = "http_request_max_retries",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "3",
		.min = 0,
		.max = 100,
		.help = "How often a connection to Keystone is tried again, within the 10 s "
			"that a question may take, or the 5 s of Muster's own login."},
	[OPTION_DELAY_AUTH_DECISION] = {.section = "keystone_authtoken",
		.name = "delay_auth_decision",
		.type = OPTION_TYPE_BOOLEAN,
		.fallback = "false",
		.help = "Must be false: a request without a valid token is refused, and "
			"not passed on."},
	[OPTION_SERVICE_TOKEN_ROLES] = {.section = "keystone_authtoken",
		.name = "service_token_roles",
		.type = OPTION_TYPE_STRING,
		.fallback = "service",
		.help = "Roles, separated by commas: beside a service token "
			"(X-Service-Token) with one of them a user's token may have "
			"expired."},
	[OPTION_SERVICE_TOKEN_ROLES_REQUIRED] = {.section = "keystone_authtoken",
		.name = "service_token_roles_required",
		.type = OPTION_TYPE_BOOLEAN,
		.fallback = "false",
		.help = "Whether a service token without any of those roles makes a "
			"request invalid."},
	[OPTION_POLICY_FILE] = {.section = "oslo_policy",
		.name = "policy_file",
		.type = OPTION_TYPE_STRING,
		.fallback = "policy.yaml",
		.help = "The file, in YAML or JSON, that says who may do what where that is "
			"not Nova's default. A relative one is sought beside the "
			"configuration files, in /etc/nova where one of them is a nova.conf, "
			"and in /etc/muster. Where none is chosen, policy.json will do too. "
			"A missing file is none. A change is taken up within a second."},
	[OPTION_POLICY_DIRS] = {.section = "oslo_policy",
		.name = "policy_dirs",
		.type = OPTION_TYPE_LIST,
		.help = "A directory whose files are read after policy_file, in the order of "
			"their names; a relative one is sought in the same places as "
			"policy_file. By default policy.d."},
	[OPTION_POLICY_DEFAULT_RULE] = {.section = "oslo_policy",
		.name = "policy_default_rule",
		.type = OPTION_TYPE_STRING,
		.fallback = "default",
		.help = "The rule that stands for one that is named but not there. Where "
			"it is not there either, nobody may."},
	[OPTION_ENFORCE_SCOPE] = {.section = "oslo_policy",
		.name = "enforce_scope",
		.type = OPTION_TYPE_BOOLEAN,
		.fallback = "true",
		.help = "Whether a token for the system or a domain is refused, as Nova's "
			"operations are for projects."},
	[OPTION_ENFORCE_NEW_DEFAULTS] = {.section = "oslo_policy",
		.name = "enforce_new_defaults",
		.type = OPTION_TYPE_BOOLEAN,
		.fallback = "true",
		.help = "Whether Nova's present default rules count alone. Without it "
			"those that were there before 21.0.0 are enough as well."},
	[OPTION_SSL_CERT_FILE] = {.section = "ssl",
		.name = "cert_file",
		.type = OPTION_TYPE_STRING,
		.help = "A PEM file, by its absolute path, with the server's certificate and "
			"those that it comes from: with it Muster serves HTTPS, by TLS 1.2 "
			"and 1.3. Read again on SIGHUP."},
	[OPTION_SSL_KEY_FILE] = {.section = "ssl",
		.name = "key_file",
		.type = OPTION_TYPE_STRING,
		.help = "A PEM file, by its absolute path, with the key of cert_file. Read "
			"again on SIGHUP."},
	[OPTION_SSL_CA_FILE] = {.section = "ssl",
		.name = "ca_file",
		.type = OPTION_TYPE_STRING,
		.help = "A PEM file, by its absolute path, with certificates of authorities: "
			"with it a client must show a certificate that comes from one of "
			"them."},
	[OPTION_ENABLE_PROXY_HEADERS_PARSING] = {.section = "oslo_middleware",
		.name = "enable_proxy_headers_parsing",
		.type = OPTION_TYPE_BOOLEAN,
		.fallback = "false",
		.help = "Whether links begin with what a proxy before Muster tells in "
			"Forwarded, or in X-Forwarded-Proto, -Host, -Port and -Prefix. "
			"Only for a proxy that takes these headers off what clients "
			"send."},
	[OPTION_RABBIT_SSL] = {.section = "oslo_messaging_rabbit",
		.name = "ssl",
		.type = OPTION_TYPE_BOOLEAN,
		.fallback = "false",
		.help = "Whether brokers are spoken to by TLS. This and the other options "
			"of the section may also stand in the query of a broker's URL, which "
			"then wins."},
	[OPTION_RABBIT_SSL_CA_FILE] = {.section = "oslo_messaging_rabbit",
		.name = "ssl_ca_file",
		.type = OPTION_TYPE_STRING,
		.help = "A PEM file, by its absolute path, with the certificates of the "
			"authorities that a broker's certificate must come from. Without it "
			"a broker's certificate is not checked."},
	[OPTION_RABBIT_SSL_CERT_FILE] = {.section = "oslo_messaging_rabbit",
		.name = "ssl_cert_file",
		.type = OPTION_TYPE_STRING,
		.help = "A PEM file, by its absolute path, with a certificate to show to "
			"brokers."},
	[OPTION_RABBIT_SSL_KEY_FILE] = {.section = "oslo_messaging_rabbit",
		.name = "ssl_key_file",
		.type = OPTION_TYPE_STRING,
		.help = "A PEM file, by its absolute path, with the key of ssl_cert_file, "
			"where that file does not hold it."},
	[OPTION_RABBIT_SSL_ENFORCE_HOSTNAME_VERIFICATION] = {.section = "oslo_messaging_rabbit",
		.name = "ssl_enforce_hostname_verification",
		.type = OPTION_TYPE_BOOLEAN,
		.fallback = "false",
		.help = "Whether a broker's certificate must name the host that the URL "
			"names, where ssl_ca_file is set."},
	[OPTION_RABBIT_HEARTBEAT_TIMEOUT_THRESHOLD] = {.section = "oslo_messaging_rabbit",
		.name = "heartbeat_timeout_threshold",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "60",
		.min = 0,
		.max = UINT16_MAX,
		.unit = "seconds",
		.help = "How often a connection to a broker shows that it is alive where there "
			"is nothing else to say; after twice as long without a sign it counts as "
			"broken. 0: it need not."},
	[OPTION_LISTEN] = {.section = "muster",
		.name = "listen",
		.type = OPTION_TYPE_ADDRESS,
		.fallback = "127.0.0.1:8774",
		.beside_nova = "127.0.0.1:8784",
		.help = "Where to serve HTTP: ADDR:PORT, or [ADDR]:PORT for IPv6. Where "
			"[api_database] connection is set the default is 127.0.0.1:8784, since "
			"the other is nova-api's."},
	[OPTION_CONNECT] = {.section = "muster",
		.name = "connect",
		.type = OPTION_TYPE_LIST,
		.help = "The URI of a libvirt connection, which is one host; given once "
			"for each host. The word none: collect from no host. By default "
			"qemu:///system, or where [api_database] connection is set none."},
	[OPTION_STATE_DIRECTORY] = {.section = "muster",
		.name = "state_directory",
		.type = OPTION_TYPE_STRING,
		.help = "Where the database and the control socket are. By default "
			"$STATE_DIRECTORY, which systemd sets; without that /var/lib/muster "
			"for root, and $XDG_STATE_HOME/muster for others."},
	[OPTION_MAX_MICROVERSION] = {.section = "muster",
		.name = "max_microversion",
		.type = OPTION_TYPE_MICROVERSION,
		.fallback = "2.104",
		.help = "The last microversion that is offered, to match the Nova beside "
			"it."},
	[OPTION_SERVER_NAME] = {.section = "muster",
		.name = "server_name",
		.type = OPTION_TYPE_CHOICE,
		.choices = server_names,
		.help = "What the name of a server is: its domain's name in libvirt, or "
			"what Nova makes by instance_name_template. By default domain "
			"where hosts are collected from, else nova."},
	[OPTION_COLLECT_INTERVAL] = {.section = "muster",
		.name = "collect_interval",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "10",
		.min = 1,
		.max = 3600,
		.unit = "seconds",
		.help = "How often everything is collected from each host, which is its "
			"heartbeat too; changes to domains are seen at once in between."},
	[OPTION_OPEN_TIMEOUT] = {.section = "muster",
		.name = "open_timeout",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "15",
		.min = 1,
		.max = 3600,
		.unit = "seconds",
		.help = "When a libvirt connection that hangs while it is opened is given "
			"up."},
	[OPTION_STORAGE_POOL] = {.section = "muster",
		.name = "storage_pool",
		.type = OPTION_TYPE_STRING,
		.fallback = "default",
		.help = "The libvirt storage pool whose room is a host's disk. Where a "
			"host has no such pool that is active, all its active pools count, "
			"those in one file system once."},
	[OPTION_DELETED_RETENTION] = {.section = "muster",
		.name = "deleted_retention",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "604800",
		.min = 0,
		.max = SECONDS_MAX,
		.unit = "seconds",
		.help = "How long the rows of deleted servers and hosts are kept; 0: not "
			"at all."},
	[OPTION_FULL_REFRESH_INTERVAL] = {.section = "muster",
		.name = "full_refresh_interval",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "60",
		.min = 1,
		.max = 86400,
		.unit = "seconds",
		.help = "How often a database that Nova writes is compared with what is "
			"known of it, for changes that did not move updated_at; a tenth of "
			"the time, at most, goes into that."},
	[OPTION_DATABASE_TIMEOUT] = {.section = "muster",
		.name = "database_timeout",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "2",
		.min = 1,
		.max = 3600,
		.unit = "seconds",
		.help = "How long a MariaDB or MySQL database may take to be connected to, "
			"and to answer. One that takes longer counts as away."},
	[OPTION_MAX_STALENESS] = {.section = "muster",
		.name = "max_staleness",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "0",
		.min = 0,
		.max = 86400,
		.unit = "seconds",
		.help = "How old an answer may be beside a running Nova. With 0 none is older "
			"than its request: each waits for a reading that began after it came."},
	[OPTION_STALE_IF_ERROR] = {.section = "muster",
		.name = "stale_if_error",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "0",
		.min = 0,
		.max = 604800,
		.unit = "seconds",
		.help = "How old an answer may be beside a running Nova while a database that "
			"it needs is away; it then has an Age header. With 0 there is a 503 "
			"instead."},
	[OPTION_HTTP_THREADS] = {.section = "muster",
		.name = "http_threads",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "2",
		.min = 1,
		.max = 64,
		.help = "How many threads serve HTTP."},
	[OPTION_MAX_CONNECTIONS] = {.section = "muster",
		.name = "max_connections",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "12000",
		.min = 1,
		.max = 1000000,
		.help = "How many clients may be connected at a time. Each is an open file, "
			"of which the unit muster.service allows 65,536 (LimitNOFILE)."},
	[OPTION_MAX_WAITING] = {.section = "muster",
		.name = "max_waiting",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "1000",
		.min = 0,
		.max = 1000000,
		.help = "How many requests may wait at a time for what Muster must ask "
			"others for: so many for Keystone, and so many for Nova's databases and "
			"computes. More are refused with 503."},
	[OPTION_BASIC_READERS] = {.section = "muster",
		.name = "basic_readers",
		.type = OPTION_TYPE_STRING,
		.help = "Users of auth_strategy http_basic, separated by commas, who "
			"have the role reader. All others are administrators."},
	[OPTION_REQUEST_TIMEOUT] = {.section = "muster",
		.name = "request_timeout",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "30",
		.min = 1,
		.max = 3600,
		.unit = "seconds",
		.help = "Within which time a client must have sent a whole request. It must have "
			"read the answer within ten times as long."},
	[OPTION_SHUTDOWN_TIMEOUT] = {.section = "muster",
		.name = "shutdown_timeout",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "10",
		.min = 0,
		.max = 3600,
		.unit = "seconds",
		.help = "How long answers under way may take once Muster is told to end. The "
			"unit muster.service is killed after 60 s (TimeoutStopSec)."},
	[OPTION_PAGE_CACHE_MB] = {.section = "muster",
		.name = "page_cache_mb",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "64",
		.min = 0,
		.max = 65536,
		.unit = "MiB",
		.help = "How much memory may hold pages that have been asked for; 0: none "
			"is kept."},
	[OPTION_UPTIME_RPC] = {.section = "muster",
		.name = "uptime_rpc",
		.type = OPTION_TYPE_BOOLEAN,
		.fallback = "true",
		.help = "Whether a compute that does not write its uptime into the "
			"database is asked for it over the message broker of its cell. "
			"Without it such an uptime is not known."},
	[OPTION_UPTIME_DEADLINE] = {.section = "muster",
		.name = "uptime_deadline",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "3",
		.min = 1,
		.max = 3600,
		.unit = "seconds",
		.help = "How long an answer waits for the computes that are asked for "
			"their uptime, however many they are."},
	[OPTION_UPTIME_TTL] = {.section = "muster",
		.name = "uptime_ttl",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "60",
		.min = 0,
		.max = 86400,
		.unit = "seconds",
		.help = "How long an uptime that was asked for counts as new. An older one "
			"is shown, and asked for again behind it."},
	[OPTION_UPTIME_MAX_AGE] = {.section = "muster",
		.name = "uptime_max_age",
		.type = OPTION_TYPE_INTEGER,
		.fallback = "300",
		.min = 0,
		.max = 86400,
		.unit = "seconds",
		.help = "How old an uptime may be that is shown."},
};
