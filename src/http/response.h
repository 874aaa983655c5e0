/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP response under construction: status, headers, and a body in one piece, which
 * is sent from where it is, or as a stream.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"

#define HTTP_RESPONSE_HEADERS_MAX 16

struct http_header_out {
	const char *name; /* static */
	const char *value;
	char *copy; /* of the value; NULL: it is static */
};

/* A body that is made while it is sent. */
struct http_stream {
	/* Appends the next piece, some bytes at least; false: it is the last. On the connection's
	 * thread, which it must not hold up. */
	bool (*append)(void *data, GString *piece);
	GDestroyNotify free;
	void *data;
};

struct http_response {
	unsigned status;
	struct http_header_out headers[HTTP_RESPONSE_HEADERS_MAX];
	unsigned headers_size;
	GBytes *body;              /* NULL: none; of a 304: told the length of, and not sent */
	struct http_stream stream; /* in place of the body; append is NULL: none */
};

struct http_response *http_response_new(unsigned status);
void http_response_free(struct http_response *response);
CLEANUP_DEFINE(struct http_response, http_response_free)

/* name is static; value is copied. */
void http_response_add_header(struct http_response *response, const char *name, const char *value);
/* Both are static. */
void http_response_add_static_header(
	struct http_response *response, const char *name, const char *value);
/* Takes the body. */
void http_response_take_body(struct http_response *response, GBytes *body);
/* Takes the stream's data; it has no body then. */
void http_response_take_stream(struct http_response *response, struct http_stream stream);
