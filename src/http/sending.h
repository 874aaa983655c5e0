/* SPDX-License-Identifier: Apache-2.0 */
/* A response on its way out: how what a handler gives becomes libmicrohttpd's. */
#pragma once

#include <microhttpd.h>
#include <stdbool.h>

#include "http/response.h"

/* Takes the response, and sends it; close: and closes the connection then. On the connection's
 * thread, from within its handler. */
enum MHD_Result sending_queue(struct MHD_Connection *mhd, struct http_response *from, bool close);
