/* SPDX-License-Identifier: Apache-2.0 */
#include "http/request.h"

#include <glib.h>
#include <string.h>

/* The length tells nearly all names apart; a request is looked through for some twenty. */
static bool
is_named(const struct http_header *header, const char *name, size_t length)
{
	return header->name_length == length &&
	       g_ascii_strncasecmp(header->name, name, length) == 0;
}

bool
http_header_is_named(const struct http_header *header, const char *name)
{
	return is_named(header, name, strlen(name));
}

const struct http_header *
http_request_get_header(const struct http_request *request, const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; i < request->headers_size; i++)
		if (is_named(&request->headers[i], name, length))
			return &request->headers[i];
	return NULL;
}

size_t
http_request_count_header(const struct http_request *request, const char *name)
{
	size_t count = 0, length = strlen(name);
	for (size_t i = 0; i < request->headers_size; i++)
		if (is_named(&request->headers[i], name, length))
			count++;
	return count;
}
