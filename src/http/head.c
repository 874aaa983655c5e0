/* SPDX-License-Identifier: Apache-2.0 */
#include "http/head.h"

#include <string.h>

#define MEMOS_MAX 4 /* kinds: the identity's, the API's */

struct memo {
	void *memo;
	GDestroyNotify free;
};

struct head {
	GString *bytes; /* of the headers, from the first name on; empty: none is kept */
	char *version;
	size_t headers_size;
	struct memo memos[MEMOS_MAX];
	unsigned memos_size;
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
	for (unsigned i = 0; i < head->memos_size; i++)
		head->memos[i].free(head->memos[i].memo);
	head->memos_size = 0;
	g_string_truncate(head->bytes, 0);
	g_clear_pointer(&head->version, g_free);
}

void *
head_get_memo(const struct head *head, GDestroyNotify free_memo)
{
	for (unsigned i = 0; i < head->memos_size; i++)
		if (head->memos[i].free == free_memo)
			return head->memos[i].memo;
	return NULL;
}

void
head_take_memo(struct head *head, void *memo, GDestroyNotify free_memo)
{
	if (head->bytes->len == 0) {
		free_memo(memo);
		return;
	}
	g_assert(head->memos_size < MEMOS_MAX);
	head->memos[head->memos_size++] = (struct memo){memo, free_memo};
}
