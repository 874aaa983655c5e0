/* SPDX-License-Identifier: Apache-2.0 */
#include "http/sending.h"

#include <string.h>

#define BLOCK_SIZE                                                                                 \
	(16 * 1024) /* bytes of a stream at a time; a chunk is what is left of the pool */

/* A stream under way. */
struct streaming {
	struct http_response *response;
	GString *piece;
	size_t sent; /* of the piece */
	bool is_last;
};

static void
free_response(void *response)
{
	http_response_free(response);
}

static void
free_streaming(void *data)
{
	struct streaming *streaming = data;
	http_response_free(streaming->response);
	g_string_free(streaming->piece, TRUE);
	g_free(streaming);
}

static ssize_t
read_stream(void *data, uint64_t at, char *buffer, size_t room)
{
	struct streaming *streaming = data;
	const struct http_stream *stream = &streaming->response->stream;
	if (streaming->sent == streaming->piece->len) {
		if (streaming->is_last)
			return MHD_CONTENT_READER_END_OF_STREAM;
		g_string_truncate(streaming->piece, 0);
		streaming->sent = 0;
		streaming->is_last = !stream->append(stream->data, streaming->piece);
	}
	size_t size = MIN(room, streaming->piece->len - streaming->sent);
	memcpy(buffer, streaming->piece->str + streaming->sent, size);
	streaming->sent += size;
	return (ssize_t)size;
}

static struct MHD_Response *
make_stream(struct http_response *from)
{
	struct streaming *streaming = g_new(struct streaming, 1);
	*streaming = (struct streaming){.response = from, .piece = g_string_new(NULL)};
	struct MHD_Response *response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, BLOCK_SIZE, read_stream, streaming, free_streaming);
	if (response == NULL)
		free_streaming(streaming);
	return response;
}

/* The body is sent from where it is; the result owns `from`, which is freed where there is none. */
static struct MHD_Response *
make_response(struct http_response *from)
{
	if (from->stream.append != NULL)
		return make_stream(from);
	size_t size = 0;
	const void *body = from->body == NULL ? NULL : g_bytes_get_data(from->body, &size);
	struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
		size, (void *)body, free_response, from); /* it is only read */
	if (response == NULL)
		http_response_free(from);
	return response;
}

enum MHD_Result
sending_queue(struct MHD_Connection *mhd, struct http_response *from, bool close)
{
	struct MHD_Response *response = make_response(from);
	if (response == NULL) {
		g_warning("cannot answer a request: libmicrohttpd found no memory for the answer");
		return MHD_NO;
	}
	for (unsigned i = 0; i < from->headers_size; i++)
		if (MHD_add_response_header(
			    response, from->headers[i].name, from->headers[i].value) != MHD_YES)
			g_warning("left the header %s out of an answer: its value is not one",
				from->headers[i].name);
	if (close)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");

	enum MHD_Result queued = MHD_queue_response(mhd, from->status, response);
	MHD_destroy_response(response);
	return queued;
}
