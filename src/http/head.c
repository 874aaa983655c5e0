/* SPDX-License-Identifier: Apache-2.0 */
#include "http/head.h"

#include <string.h>

struct head {
	GString *bytes; /* of the headers, from the first name on; empty: none is kept */
	char *version;
	size_t headers_size;
	void *memos[HTTP_MEMOS];
};

struct head *
head_new(void)
{
	struct head *head = g_new0(struct head, 1);
	head->bytes = g_string_new(NULL);
	return head;
}

void
head_free(struct head *head)
{
	head_clear(head);
	g_string_free(head->bytes, TRUE);
	g_free(head);
}

/* The bytes from the first header's name to the last one's value. */
static const char *
get_bytes(const struct http_request *request, size_t *length)
{
	*length = 0;
	if (request->headers_size == 0)
		return NULL;
	const struct http_header *last = &request->headers[request->headers_size - 1];
	const char *start = request->headers[0].name;
	*length = (size_t)(last->value + last->length - start);
	return start;
}

bool
head_is_same(const struct head *head, const struct http_request *request)
{
	size_t length;
	const char *bytes = get_bytes(request, &length);
	return length > 0 && head->bytes->len == length &&
	       head->headers_size == request->headers_size &&
	       strcmp(head->version, request->version) == 0 &&
	       memcmp(head->bytes->str, bytes, length) == 0;
}

void
head_keep(struct head *head, const struct http_request *request)
{
	size_t length;
	const char *bytes = get_bytes(request, &length);
	head_clear(head);
	g_string_append_len(head->bytes, bytes, (gssize)length);
	head->version = g_strdup(request->version);
	head->headers_size = request->headers_size;
}

void
head_clear(struct head *head)
{
	for (unsigned i = 0; i < HTTP_MEMOS; i++)
		g_clear_pointer(&head->memos[i], g_free);
	g_string_truncate(head->bytes, 0);
	g_clear_pointer(&head->version, g_free);
}

void *
head_get_memo(const struct head *head, enum http_memo kind)
{
	return head->memos[kind];
}

void
head_take_memo(struct head *head, enum http_memo kind, void *memo)
{
	if (head->bytes->len == 0) {
		g_free(memo);
		return;
	}
	g_free(head->memos[kind]);
	head->memos[kind] = memo;
}
