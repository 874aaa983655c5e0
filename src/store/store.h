/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store: Nova's tables (services, compute_nodes, instances) in SQLite or
 * MariaDB, and where it is Muster's own, the tables muster_*. A database without
 * muster_meta is somebody else's: it is opened read-only and never written. One
 * thread uses a store at a time.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/host.h"

struct store;

enum store_access {
	STORE_READ,  /* never writes */
	STORE_WRITE, /* makes Muster's tables where the database is empty; takes the lock */
};

struct store_options {
	const char *url; /* SQLAlchemy's form: url.h and mariadb_url.h */
	enum store_access access;
	const char *instance_name_template; /* Nova's; used where server_name_is_domain is false */
	bool server_name_is_domain;         /* a server's name is display_name */
	int64_t down_time;                  /* µs; how long a host's word on a guest is fresh */
	unsigned timeout;                   /* s, for each call of MariaDB */
};

/*
 * Errors: MUSTER_ERROR_INVALID (not a database, not a URL, a table or column is missing: it is
 * named), MUSTER_ERROR_UNSUPPORTED (a newer schema), MUSTER_ERROR_FORBIDDEN (to be written, and
 * not Muster's own or read-only), MUSTER_ERROR_BUSY (another server holds it), MUSTER_ERROR_IO,
 * MUSTER_ERROR_UNAVAILABLE (MariaDB is away). The next call after that connects anew.
 */
struct store *store_open(const struct store_options *options, GError **error);
void store_close(struct store *store);
CLEANUP_DEFINE(struct store, store_close)

/* Whether its text compares without case: "A" and "a" are one host, one uuid. */
bool store_is_caseless(const struct store *store);

/* Whether the database carries muster_meta. */
bool store_is_own(const struct store *store);

/* Whether to go on is asked while the store is at work: as database_set_interrupt(). */
void store_set_interrupt(struct store *store, int (*is_wanted)(void *data), void *data);

/* All hosts (struct host *), as the tables have them at one moment. */
GPtrArray *store_read_all(struct store *store, GError **error);
/* One host; without services and nodes where the tables have none. */
struct host *store_read_host(struct store *store, const char *name, GError **error);

/* Whether another process has written since the last call, or what was there is gone: then
 * what is there now is what will be read. Of a store opened to read. */
bool store_has_changed(struct store *store);
