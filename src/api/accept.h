/* SPDX-License-Identifier: Apache-2.0 */
/* The media type of an answer, by the request's Accept (RFC 9110, 12.5.1). */
#pragma once

#include "http/request.h"

/* Of Nova's two, application/json and the vendor's, the one that the client prefers;
 * application/json where it does not care or takes neither. Static. */
const char *accept_choose_type(const struct http_request *request);
