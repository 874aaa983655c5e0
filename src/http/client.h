/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP client: libcurl's multi interface on a thread of its own ("http-client"),
 * so that whoever asks never waits. A call is queued, sent when fewer than
 * under_way_max are, and ends with one call of `done` on that thread, in the time that
 * it was given: with a reply of whatever status, or with an error. Redirects are
 * replies like others: none is followed. client.c is the only file that knows this library.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define HTTP_REPLY_MAX (1024 * 1024) /* bytes of a body: a token with its catalog has 100 KiB */

struct http_client_options {
	unsigned under_way_max; /* calls sent at a time */
	unsigned queued_max;    /* calls that wait to be sent */
};

/* How the other side is known, and how it knows us; all NULL and false: as the system has it. */
struct http_client_tls {
	const char *cafile; /* certificates of authorities, PEM */
	const char *certfile;
	const char *keyfile;
	bool insecure; /* whoever it is, is right */
};

/* What is asked. Copied, all of it. */
struct http_call {
	const char *method;
	const char *url;
	const char *const *headers; /* "Name: value", NULL-terminated; NULL: none */
	const char *body;           /* NULL: none */
	int64_t timeout;            /* µs until it ends, from now, whatever happens */
	int64_t connect_timeout;    /* µs for the connection alone; 0: no limit of its own */
	unsigned retries; /* tries more where no connection comes about, after 0.5 s, 1 s, 2 s … */
	struct http_client_tls tls;
};

struct http_reply;

/* The reply and the error are lent; one of them is NULL. Errors: MUSTER_ERROR_UNAVAILABLE where no
 * connection comes about or it breaks, MUSTER_ERROR_TIMEOUT, MUSTER_ERROR_LIMIT for a body
 * beyond HTTP_REPLY_MAX, MUSTER_ERROR_INVALID for a URL that is none. They name the method and
 * the URL, without a password and a query. */
typedef void http_client_done(const struct http_reply *reply, const GError *error, void *data);

struct http_client;

struct http_client *http_client_start(const struct http_client_options *options);
/* Ends every call with MUSTER_ERROR_UNAVAILABLE, then the thread. Nobody may send any more, but for
 * those `done` that are called now: they get an error. */
void http_client_stop(struct http_client *client);
CLEANUP_DEFINE(struct http_client, http_client_stop)

/* Queues the call. False, and done is never called: MUSTER_ERROR_BUSY where queued_max wait,
 * MUSTER_ERROR_UNAVAILABLE where the client is being stopped. Any thread, `done` among them. */
bool http_client_send(struct http_client *client, const struct http_call *call,
	http_client_done *done, void *data, GError **error);

unsigned http_reply_get_status(const struct http_reply *reply);
/* NUL-terminated too. */
const char *http_reply_get_body(const struct http_reply *reply, size_t *size);
/* The value of a header, lent for as long as the reply is; NULL: none. */
const char *http_reply_get_header(const struct http_reply *reply, const char *name);
