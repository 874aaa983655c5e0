/* SPDX-License-Identifier: Apache-2.0 */
#include "http/rules.h"

#include <glib.h>
#include <string.h>

#include "http/server.h"

#define TEXT(x) TEXT_OF(x)
#define TEXT_OF(x) #x

/* RFC 9110, 5.6.2. */
static bool
is_token(const char *text)
{
	const char *c = text;
	while (g_ascii_isalnum(*c) || *c == '-' || (*c != '\0' && strchr("!#$%&'*+.^_`|~", *c)))
		c++;
	return *c == '\0' && c > text;
}

/* Without a way out of the loop, so that it looks at many bytes at once. */
static bool
has_control(const char *text, size_t length, char allowed)
{
	unsigned char found = 0;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		found |= ((c < 0x20) | (c == 0x7f)) & (c != (unsigned char)allowed);
	}
	return found != 0;
}

static bool
has_bad_method(const struct http_request *request)
{
	return !is_token(request->method);
}

static bool
has_long_target(const struct http_request *request)
{
	return strlen(request->target) > HTTP_TARGET_MAX;
}

static bool
has_bad_target(const struct http_request *request)
{
	return has_control(request->target, strlen(request->target), '\0') ||
	       strchr(request->target, ' ') != NULL;
}

/* Neither a path, nor a URI with one, nor the asterisk of OPTIONS: RFC 9112, 3.2. */
static bool
has_no_path(const struct http_request *request)
{
	return request->path[0] != '/' && strcmp(request->target, "*") != 0;
}

static bool
has_many_headers(const struct http_request *request)
{
	return request->headers_size > HTTP_HEADERS_MAX;
}

static bool
has_long_value(const struct http_request *request)
{
	for (size_t i = 0; i < request->headers_size; i++)
		if (request->headers[i].length > HTTP_HEADER_VALUE_MAX)
			return true;
	return false;
}

static size_t
count_bytes(const struct http_request *request)
{
	size_t bytes = 0;
	for (size_t i = 0; i < request->headers_size; i++)
		bytes += request->headers[i].name_length + request->headers[i].length;
	return bytes;
}

static bool
has_many_bytes(const struct http_request *request)
{
	return count_bytes(request) > HTTP_HEADERS_BYTES_MAX;
}

static bool
has_long_head(const struct http_request *request)
{
	size_t bytes = strlen(request->target) + count_bytes(request);
	return bytes + request->headers_size * HTTP_HEADER_COST > HTTP_HEAD_MAX;
}

static bool
has_bad_name(const struct http_request *request)
{
	for (size_t i = 0; i < request->headers_size; i++)
		if (!is_token(request->headers[i].name))
			return true;
	return false;
}

static bool
has_bad_value(const struct http_request *request)
{
	for (size_t i = 0; i < request->headers_size; i++)
		if (has_control(request->headers[i].value, request->headers[i].length, '\t'))
			return true;
	return false;
}

static bool
is_single(const struct http_header *header)
{
	static const char *const singles[] = {"Host", "Content-Length", "Transfer-Encoding",
		"X-Auth-Token", "X-Service-Token", "Authorization", "OpenStack-API-Version",
		"X-OpenStack-Nova-API-Version"};
	for (size_t i = 0; i < G_N_ELEMENTS(singles); i++)
		if (http_header_is_named(header, singles[i]))
			return true;
	return false;
}

/* A proxy before us may read the first of two, and we the other. */
static bool
has_repeated_header(const struct http_request *request)
{
	for (size_t i = 0; i < request->headers_size; i++)
		for (size_t other = 0; other < i; other++)
			if (request->headers[i].name_length ==
					request->headers[other].name_length &&
				http_header_is_named(
					&request->headers[i], request->headers[other].name) &&
				is_single(&request->headers[i]))
				return true;
	return false;
}

static bool
lacks_host(const struct http_request *request)
{
	return strcmp(request->version, "HTTP/1.0") != 0 &&
	       http_request_count_header(request, "Host") == 0;
}

/* No request here wants a body. Nor does libmicrohttpd see one in chunks: where a chunk's line has
 * no end it would turn its thread round without a pause until the connection's time is up. */
static bool
comes_in_chunks(const struct http_request *request)
{
	return http_request_count_header(request, "Transfer-Encoding") > 0;
}

/* Whoever asks first is told before he sends; who does not is heard out, and refused then. */
static bool
announces_long_body(const struct http_request *request)
{
	const struct http_header *length = http_request_get_header(request, "Content-Length");
	return length != NULL && http_request_count_header(request, "Expect") > 0 &&
	       g_ascii_strtoull(length->value, NULL, 10) > HTTP_BODY_MAX;
}

static const struct http_rule of_request[] = {
	{has_bad_method, 400, "The request's method is not a token."},
	{has_long_target, 414,
		"The request's target is longer than " TEXT(HTTP_TARGET_MAX) " bytes."},
	{has_bad_target, 400, "The request's target holds a blank or a control character."},
	{has_no_path, 400, "The request's target is neither a path nor a URI with one."},
	{has_long_head, 431,
		"The request's target and headers, with " TEXT(
			HTTP_HEADER_COST) " bytes for each of these, are longer than " TEXT(HTTP_HEAD_MAX) " bytes."},
};

/* Those that follow from the version and the headers alone. */
static const struct http_rule of_headers[] = {
	{has_many_headers, 431, "The request has more than " TEXT(HTTP_HEADERS_MAX) " headers."},
	{has_long_value, 431,
		"A header of the request is longer than " TEXT(HTTP_HEADER_VALUE_MAX) " bytes."},
	{has_many_bytes, 431,
		"The request's headers are longer than " TEXT(HTTP_HEADERS_BYTES_MAX) " bytes."},
	{has_bad_name, 400, "The name of a header of the request is not a token."},
	{has_bad_value, 400, "The value of a header of the request holds a control character."},
	{has_repeated_header, 400,
		"One of Host, Content-Length, Transfer-Encoding, X-Auth-Token, "
		"X-Service-Token, Authorization, OpenStack-API-Version and "
		"X-OpenStack-Nova-API-Version was sent twice."},
	{lacks_host, 400, "The request has no Host header."},
	{comes_in_chunks, 411,
		"The request has a Transfer-Encoding: expected a Content-Length, or no body."},
	{announces_long_body, 413,
		"The request's body is longer than " TEXT(HTTP_BODY_MAX) " bytes."},
};

static const struct http_rule *
find_broken(const struct http_rule *rules, size_t size, const struct http_request *request)
{
	for (size_t i = 0; i < size; i++)
		if (rules[i].is_broken(request))
			return &rules[i];
	return NULL;
}

const struct http_rule *
http_rules_find_broken(const struct http_request *request)
{
	return find_broken(of_request, G_N_ELEMENTS(of_request), request);
}

const struct http_rule *
http_rules_find_broken_by_headers(const struct http_request *request)
{
	return find_broken(of_headers, G_N_ELEMENTS(of_headers), request);
}
