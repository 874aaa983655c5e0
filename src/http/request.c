/* SPDX-License-Identifier: Apache-2.0 */
#include "http/request.h"

#include <glib.h>

const struct http_header *
http_request_get_header(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->headers_size; i++)
		if (g_ascii_strcasecmp(request->headers[i].name, name) == 0)
			return &request->headers[i];
	return NULL;
}

size_t
http_request_count_header(const struct http_request *request, const char *name)
{
	size_t count = 0;
	for (size_t i = 0; i < request->headers_size; i++)
		if (g_ascii_strcasecmp(request->headers[i].name, name) == 0)
			count++;
	return count;
}
