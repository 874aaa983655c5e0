/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP request as the server hands it over: a plain value, lent for the
 * length of the call. Nothing in it is decoded; every text comes with its length
 * or ends with a NUL, and holds no control character once the server's rules
 * have passed it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_header {
	const char *name;
	size_t name_length;
	const char *value; /* NUL-terminated too; without blanks around it */
	size_t length;
};

/* What the server keeps of a request; waiter.h's functions ask it. */
struct exchange;

struct http_request {
	const char *method;
	const char *target; /* the request line's middle, as sent: a path, or a whole URI */
	const char *path;   /* the target's path: percent-encoded, NUL-terminated */
	const char *query;  /* as sent, without its question mark; NULL: no question mark */
	struct {
		const char *text; /* no NUL ends it; NULL: the target has none */
		size_t length;
	} authority; /* of a target that is a whole URI: it counts in the Host's place (RFC 9112,
			3.2.2) */
	const char *version; /* "HTTP/1.1" */
	const struct http_header *headers;
	size_t headers_size;
	bool has_body;       /* a body was sent (and is thrown away) */
	const char *peer;    /* the client's address, for the log */
	int64_t received_at; /* µs, monotonic: when its head was there, for the log */
	bool tls;
	bool cut_off;              /* it was suspended when the server's end came: refuse it */
	struct exchange *exchange; /* NULL: made by hand, and can't be suspended */
};

/* Whether a header bears that name (case does not matter). */
bool http_header_is_named(const struct http_header *header, const char *name);

/* The first header of that name (case does not matter), or NULL. */
const struct http_header *http_request_get_header(
	const struct http_request *request, const char *name);

/* How many headers bear that name. */
size_t http_request_count_header(const struct http_request *request, const char *name);

/* What may be made of a request's headers. */
enum http_memo {
	HTTP_MEMO_VERSION, /* the API's: which is asked for */
	HTTP_MEMO_TOKENS,  /* the identity's: the digest of who asks */
	HTTP_MEMOS
};

/*
 * What was made of the headers of an earlier request on this connection, which were the very same
 * (head.h); lent for the length of the call. NULL: nothing. What is made must follow from the
 * headers alone. In the handler, on its thread.
 */
void *http_request_get_memo(const struct http_request *request, enum http_memo kind);
/* Takes it, to be freed by g_free(): for the next one, or at once where there can't be one. */
void http_request_take_memo(const struct http_request *request, enum http_memo kind, void *memo);
