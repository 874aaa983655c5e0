/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The URL of a MariaDB or MySQL database, as SQLAlchemy reads it for PyMySQL and
 * mysqlclient: mysql+pymysql://user:password@host:port/database?charset=utf8mb4.
 * The words of a driver do not matter, nor does mariadb in place of mysql; user and
 * password are percent-encoded; an IPv6 address stands in brackets.
 * (SQLAlchemy, lib/sqlalchemy/engine/url.py; dialects/mysql/mysqldb.py)
 *
 * Of the query these count: unix_socket; ssl_ca, ssl_capath, ssl_cert, ssl_key and
 * ssl_cipher, any of which asks for TLS; ssl_verify_cert (whether the certificate
 * must come from ssl_ca or ssl_capath) and ssl_check_hostname or
 * ssl_verify_identity (whether it must name the host), which are true where one of
 * those two is given, as in PyMySQL. All else is ignored: charset too, as it is
 * always utf8mb4.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"

struct mariadb_url {
	char *user;     /* NULL: the one that this process has */
	char *password; /* NULL: none */
	char *host;
	unsigned port;
	char *socket; /* NULL: TCP */
	char *database;

	bool tls;
	bool tls_check_hostname;
	char *tls_ca;     /* files, and a directory; NULL: not given */
	char *tls_capath; /* */
	char *tls_cert;
	char *tls_key;
	char *tls_cipher;
};

/* Whether the scheme is one of MariaDB's or MySQL's. */
bool mariadb_url_matches(const char *url);

/* MUSTER_ERROR_INVALID: the message repeats nothing that may be secret. */
struct mariadb_url *mariadb_url_parse(const char *url, GError **error);
struct mariadb_url *mariadb_url_copy(const struct mariadb_url *url);
void mariadb_url_free(struct mariadb_url *url);
CLEANUP_DEFINE(struct mariadb_url, mariadb_url_free)
