/* SPDX-License-Identifier: Apache-2.0 */
#include "http/response.h"

struct http_response *
http_response_new(unsigned status)
{
	struct http_response *response = g_new(struct http_response, 1);
	*response = (struct http_response){.status = status};
	return response;
}

void
http_response_free(struct http_response *response)
{
	for (unsigned i = 0; i < response->headers_size; i++)
		g_free(response->headers[i].copy);
	g_clear_pointer(&response->body, g_bytes_unref);
	if (response->stream.append != NULL)
		response->stream.free(response->stream.data);
	g_free(response);
}

static void
add_header(struct http_response *response, struct http_header_out header)
{
	g_assert(response->headers_size < HTTP_RESPONSE_HEADERS_MAX);
	response->headers[response->headers_size++] = header;
}

void
http_response_add_header(struct http_response *response, const char *name, const char *value)
{
	char *copy = g_strdup(value);
	add_header(response, (struct http_header_out){name, copy, copy});
}

void
http_response_add_static_header(struct http_response *response, const char *name, const char *value)
{
	add_header(response, (struct http_header_out){name, value, NULL});
}

void
http_response_take_body(struct http_response *response, GBytes *body)
{
	g_assert(response->body == NULL && response->stream.append == NULL);
	response->body = body;
}

void
http_response_take_stream(struct http_response *response, struct http_stream stream)
{
	g_assert(response->body == NULL && response->stream.append == NULL);
	response->stream = stream;
}
