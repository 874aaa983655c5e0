/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP server: libmicrohttpd with epoll, and a few threads (worker.h). It enforces
 * what a request may be (the limits below, and rules.h), answers what breaks them
 * through `refuse`, and hands the rest to `answer`. Both run on the server's
 * threads and must not wait; waiter.h tells what to do instead. server.c, exchange.c,
 * sending.c, waiters.c and worker.c are the only files that know this library; server.c's head
 * tells which input it answers in its own words.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "http/request.h"
#include "http/response.h"

/* Limits, each with its reason. */
#define HTTP_TARGET_MAX 8192         /* bytes of path and query: RFC 9110, 4.1 asks for 8000 */
#define HTTP_HEADERS_MAX 64          /* headers: clients send about ten */
#define HTTP_HEADER_VALUE_MAX 8192   /* bytes: Keystone's longest tokens are under 8 KiB */
#define HTTP_HEADERS_BYTES_MAX 10240 /* bytes of all headers together: one such, and the rest */
/* Bytes of a whole head: its target, its headers, and for each of these what libmicrohttpd notes of
 * it. It must fit into the library's pool with the head of the answer (server.c). */
#define HTTP_HEAD_MAX 14336
#define HTTP_HEADER_COST 64
#define HTTP_BODY_MAX 65536 /* bytes: no operation has a body; read and thrown away */

/* Files in PEM; all NULL: plain HTTP. */
struct http_tls {
	const char *cert_file; /* the server's certificate and those that it comes from */
	const char *key_file;
	const char *ca_file; /* authorities; set: clients must have a certificate of theirs */
};

struct http_options {
	const char *address; /* "ADDR:PORT" or "[ADDR]:PORT"; see listener.h */
	struct http_tls tls;
	unsigned threads;
	unsigned connections_max;
	unsigned waiting_max; /* requests that may wait for one kind of outcome at a time: waiter.h
			       */
	unsigned request_timeout;  /* s within which a whole request must have come */
	unsigned shutdown_timeout; /* s that answers under way have at the end */
};

struct http_handler {
	/* Answers a request; NULL where it has suspended it (waiter.h), and is called again for
	 * it then. The response is the server's to free. */
	struct http_response *(*answer)(void *data, const struct http_request *request);
	/* Answers one that breaks a rule of HTTP or a limit, as said by status and words. The
	 * request may hold any bytes but NUL. Its connection is closed after the answer. */
	struct http_response *(*refuse)(
		void *data, const struct http_request *request, unsigned status, const char *words);
	void *data;
};

struct http_server;

/* Listens and serves from now on. Errors: MUSTER_ERROR_INVALID for an address that is none,
 * MUSTER_ERROR_BUSY where the port is taken, MUSTER_ERROR_IO; and those of tls_open(). The options'
 * texts are lent until http_server_stop(). */
struct http_server *http_server_start(
	const struct http_options *options, const struct http_handler *handler, GError **error);
/* Reads certificate and key again; where that fails the old ones stay in force, and false and the
 * errors of tls_open(). True where there are none. One thread at a time. */
bool http_server_reload(struct http_server *server, GError **error);
/* The port that is listened on. */
unsigned http_server_get_port(const struct http_server *server);
/* Connections open at this moment. Any thread. */
unsigned http_server_get_connections(const struct http_server *server);
/* Requests that have come whole and whose answers have not ended. Any thread. */
unsigned http_server_get_requests_in_flight(const struct http_server *server);
/* Of those, the ones that are suspended. Any thread. */
unsigned http_server_get_requests_waiting(const struct http_server *server);
/* Hangs up on who comes now, resumes what is suspended, waits for answers under way up to
 * shutdown_timeout, ends and is freed. */
void http_server_stop(struct http_server *server);
