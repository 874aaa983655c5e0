/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table. A row is all that there is to an option: its help is a sentence or more,
 * printed as it stands; sections are kept together. tests/unit/test-options.c holds the
 * rows to this.
 */
#include "config/options.h"

#include <glib.h>

#include <glib.h>
#include <string.h>

#define SECONDS_MAX INT32_MAX  /* 68 years */
#define NEAREST_DISTANCE_MAX 3 /* letters wrong in a misspelt name */
#define NEAREST_NAME_MAX 64    /* bytes: no option has a longer name */

static const char *const auth_strategies[] = {"noauth", "noauth2", NULL};
static const char *const server_names[] = {"domain", "nova", NULL};

static const struct option_info options[OPTION_COUNT] = {
	[OPTION_SERVICE_DOWN_TIME] =
		{
			.section = "DEFAULT",
			.name = "service_down_time",
			.type = OPTION_TYPE_INTEGER,
			.fallback = "60",
			.min = 1,
			.max = SECONDS_MAX,
			.unit = "seconds",
			.help = "How long after its last heartbeat a hypervisor counts as up.",
		},
	[OPTION_INSTANCE_NAME_TEMPLATE] =
		{
			.section = "DEFAULT",
			.name = "instance_name_template",
			.type = OPTION_TYPE_NAME_TEMPLATE,
			.fallback = "instance-%08x",
			.help = "How the name of a server is made where [muster] server_name is "
				"nova. "
				"Either one conversion of the instance's id, or conversions of the "
				"columns id, uuid, display_name and hostname by name, as in "
				"%(uuid)s; the conversions are those of Python's % operator.",
		},
	[OPTION_MY_IP] =
		{
			.section = "DEFAULT",
			.name = "my_ip",
			.type = OPTION_TYPE_IP,
			.help = "The host_ip of the machine that Muster runs on. Without it the "
				"address is found out.",
		},
	[OPTION_RESERVED_HOST_MEMORY_MB] =
		{
			.section = "DEFAULT",
			.name = "reserved_host_memory_mb",
			.type = OPTION_TYPE_INTEGER,
			.fallback = "512",
			.min = 0,
			.max = INT32_MAX,
			.unit = "MiB",
			.help = "The memory that each host keeps for itself; it counts as used.",
		},
	[OPTION_AUTH_STRATEGY] =
		{
			.section = "api",
			.name = "auth_strategy",
			.type = OPTION_TYPE_CHOICE,
			.fallback = "noauth",
			.choices = auth_strategies,
			.help = "Who may ask. With noauth, and noauth2, which means the same, "
				"every "
				"caller is an administrator; it is therefore refused where "
				"[muster] "
				"listen is not a loopback address.",
		},
	[OPTION_MAX_LIMIT] =
		{
			.section = "api",
			.name = "max_limit",
			.type = OPTION_TYPE_INTEGER,
			.fallback = "1000",
			.min = 0,
			.max = INT32_MAX,
			.help = "The most hypervisors that one page holds, whatever limit is asked "
				"for (from microversion 2.33 on).",
		},
	[OPTION_COMPUTE_LINK_PREFIX] =
		{
			.section = "api",
			.name = "compute_link_prefix",
			.type = OPTION_TYPE_STRING,
			.help = "The URL that links begin with, where clients reach Muster by "
				"another than the one that arrives, as behind a proxy. Without it "
				"links begin with what was asked.",
		},
	[OPTION_DATABASE_CONNECTION] =
		{
			.section = "database",
			.name = "connection",
			.type = OPTION_TYPE_STRING,
			.secret = true,
			.help = "The database, as a SQLAlchemy URL: sqlite:////path. One that "
				"Muster "
				"did not make, as that of a Nova cell, is only read. By default it "
				"is "
				"an SQLite database in the state directory.",
		},
	[OPTION_API_DATABASE_CONNECTION] =
		{
			.section = "api_database",
			.name = "connection",
			.type = OPTION_TYPE_STRING,
			.secret = true,
			.help = "Nova's API database, which lists the cells. This version does not "
				"read cells: it refuses to start where this is set; name the "
				"database "
				"of one cell in [database] connection instead.",
		},
	[OPTION_LISTEN] =
		{
			.section = "muster",
			.name = "listen",
			.type = OPTION_TYPE_ADDRESS,
			.fallback = "127.0.0.1:8774",
			.help = "Where to serve HTTP: ADDR:PORT, or [ADDR]:PORT for IPv6.",
		},
	[OPTION_CONNECT] =
		{
			.section = "muster",
			.name = "connect",
			.type = OPTION_TYPE_LIST,
			.help = "The URI of a libvirt connection, which is one host; given once "
				"for "
				"each host. The word none: collect from no host. By default "
				"qemu:///system.",
		},
	[OPTION_STATE_DIRECTORY] =
		{
			.section = "muster",
			.name = "state_directory",
			.type = OPTION_TYPE_STRING,
			.help = "Where the database and the control socket are. By default "
				"/var/lib/muster for root, else $XDG_STATE_HOME/muster.",
		},
	[OPTION_MAX_MICROVERSION] =
		{
			.section = "muster",
			.name = "max_microversion",
			.type = OPTION_TYPE_MICROVERSION,
			.fallback = "2.104",
			.help = "The last microversion that is offered, to match the Nova beside "
				"it.",
		},
	[OPTION_SERVER_NAME] =
		{
			.section = "muster",
			.name = "server_name",
			.type = OPTION_TYPE_CHOICE,
			.choices = server_names,
			.help = "What the name of a server is: its domain's name in libvirt, or "
				"what "
				"Nova makes by instance_name_template. By default domain where "
				"hosts "
				"are collected from, else nova.",
		},
	[OPTION_COLLECT_INTERVAL] =
		{
			.section = "muster",
			.name = "collect_interval",
			.type = OPTION_TYPE_INTEGER,
			.fallback = "10",
			.min = 1,
			.max = 3600,
			.unit = "seconds",
			.help = "How often everything is collected from each host, which is its "
				"heartbeat too; changes to domains are seen at once in between.",
		},
	[OPTION_OPEN_TIMEOUT] =
		{
			.section = "muster",
			.name = "open_timeout",
			.type = OPTION_TYPE_INTEGER,
			.fallback = "15",
			.min = 1,
			.max = 3600,
			.unit = "seconds",
			.help = "When a libvirt connection that hangs while it is opened is given "
				"up.",
		},
	[OPTION_STORAGE_POOL] =
		{
			.section = "muster",
			.name = "storage_pool",
			.type = OPTION_TYPE_STRING,
			.fallback = "default",
			.help = "The libvirt storage pool whose room is a host's disk.",
		},
	[OPTION_DELETED_RETENTION] =
		{
			.section = "muster",
			.name = "deleted_retention",
			.type = OPTION_TYPE_INTEGER,
			.fallback = "604800",
			.min = 0,
			.max = SECONDS_MAX,
			.unit = "seconds",
			.help = "How long the rows of deleted servers and hosts are kept; 0: not "
				"at "
				"all.",
		},
	[OPTION_FULL_REFRESH_INTERVAL] =
		{
			.section = "muster",
			.name = "full_refresh_interval",
			.type = OPTION_TYPE_INTEGER,
			.fallback = "60",
			.min = 1,
			.max = 86400,
			.unit = "seconds",
			.help = "How often the whole database is read again, for changes that left "
				"no trace.",
		},
	[OPTION_HTTP_THREADS] =
		{
			.section = "muster",
			.name = "http_threads",
			.type = OPTION_TYPE_INTEGER,
			.fallback = "2",
			.min = 1,
			.max = 64,
			.help = "How many threads serve HTTP.",
		},
	[OPTION_MAX_CONNECTIONS] =
		{
			.section = "muster",
			.name = "max_connections",
			.type = OPTION_TYPE_INTEGER,
			.fallback = "12000",
			.min = 1,
			.max = 1000000,
			.help = "How many clients may be connected at a time.",
		},
	[OPTION_REQUEST_TIMEOUT] =
		{
			.section = "muster",
			.name = "request_timeout",
			.type = OPTION_TYPE_INTEGER,
			.fallback = "30",
			.min = 1,
			.max = 3600,
			.unit = "seconds",
			.help = "Within which time a client must have sent a whole request.",
		},
	[OPTION_SHUTDOWN_TIMEOUT] =
		{
			.section = "muster",
			.name = "shutdown_timeout",
			.type = OPTION_TYPE_INTEGER,
			.fallback = "10",
			.min = 0,
			.max = 3600,
			.unit = "seconds",
			.help = "How long answers under way may take once Muster is told to end.",
		},
	[OPTION_PAGE_CACHE_MB] =
		{
			.section = "muster",
			.name = "page_cache_mb",
			.type = OPTION_TYPE_INTEGER,
			.fallback = "64",
			.min = 0,
			.max = 65536,
			.unit = "MiB",
			.help = "How much memory may hold pages that have been asked for; 0: none "
				"is "
				"kept.",
		},
};

const struct option_info *
option_get_info(enum option option)
{
	return &options[option];
}

enum option
option_find(const char *section, const char *name)
{
	enum option option = 0;
	while (option < OPTION_COUNT &&
		!(g_ascii_strcasecmp(options[option].section, section) == 0 &&
			g_str_equal(options[option].name, name)))
		option++;
	return option;
}

/* Levenshtein's distance: letters to put in, take out or exchange. Row i holds the distances
 * of a's first i bytes to each beginning of b. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[NEAREST_NAME_MAX + 1];
	size_t length = strlen(b);
	for (size_t j = 0; j <= length; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		unsigned diagonal = row[0]++;
		for (size_t j = 0; j < length; j++) {
			unsigned exchange = diagonal + (a[i] != b[j]);
			diagonal = row[j + 1];
			row[j + 1] = MIN(exchange, MIN(row[j], diagonal) + 1);
		}
	}
	return row[length];
}

enum option
option_find_nearest(const char *name)
{
	enum option nearest = OPTION_COUNT;
	size_t length = strlen(name);
	if (length > NEAREST_NAME_MAX)
		return nearest;
	/* In a short name half the letters are enough to mean another. */
	unsigned least = MIN(NEAREST_DISTANCE_MAX, (unsigned)length / 2) + 1;
	for (enum option option = 0; option < OPTION_COUNT; option++) {
		unsigned letters = distance(options[option].name, name);
		if (letters < least) {
			least = letters;
			nearest = option;
		}
	}
	return nearest;
}
