/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entity tags: by one of them a client that has an answer asks whether it is still the
 * same (RFC 9110, 8.8.3 and 13.1.2). A tag is made of the content, so that every
 * server gives the same one, and is a weak one: it stands for what an answer says, in
 * whatever coding and with whatever links around it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "http/request.h"
#include "http/response.h"

#define HTTP_ETAG_SIZE sizeof("W/\"0123456789abcdef0123456789abcdef\"")

/* Of some bytes, and of a number that tells apart answers that have the same ones. Any thread. */
void http_etag_format(const void *bytes, size_t size, uint64_t number, char etag[HTTP_ETAG_SIZE]);

/* Puts the tag onto an answer (200). Where the client has what it stands for, by If-None-Match, the
 * answer becomes a 304, of which the body is not sent. */
void http_etag_add(
	struct http_response *response, const struct http_request *request, const char *etag);
