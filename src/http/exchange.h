/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request and its answer, from the request line to the last byte sent, as
 * callbacks of libmicrohttpd. An exchange belongs to the thread of its connection;
 * what all share (`exchanges`) is the handler and the count of answers under way.
 *
 *   exchange_begin    the request line is here: keeps the target as sent
 *   exchange_read     the head is here: checks it, and may refuse; then, called
 *                     again, throws the body away; then gives the answer, or
 *                     leaves the connection suspended and is called once more
 *   exchange_end      the answer was sent or the connection lost
 *   exchange_free     the connection is closed: ends what was never ended
 */
#pragma once

#include <microhttpd.h>

#include "http/connections.h"
#include "http/server.h"

struct exchanges;

struct exchanges *exchanges_new(
	const struct http_handler *handler, const struct http_options *options);
void exchanges_free(struct exchanges *exchanges);
/* Answers under way. Any thread. */
unsigned exchanges_get_size(const struct exchanges *exchanges);
/* Of those, the ones that are suspended. Any thread. */
unsigned exchanges_get_waiting(const struct exchanges *exchanges);
/* From now on every answer closes its connection, and none is suspended any more; those that
 * are, are resumed. Waits until none is under way, up to
 * timeout µs, and tells how many still are. */
unsigned exchanges_drain(struct exchanges *exchanges, int64_t timeout);

/* MHD_OPTION_URI_LOG_CALLBACK, the handler and MHD_OPTION_NOTIFY_COMPLETED. data is the
 * exchanges; the connection's socket context is its struct connection. */
void *exchange_begin(void *data, const char *target, struct MHD_Connection *mhd);
enum MHD_Result exchange_read(void *data, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **context);
void exchange_end(void *data, struct MHD_Connection *mhd, void **context,
	enum MHD_RequestTerminationCode how);
/* libmicrohttpd does not tell the end of each: where a second error meets it at its own answer
 * to the first, it just closes. */
void exchange_free(struct connection *connection);
