/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head that a connection brought last: clients and load balancers send the same
 * headers with every request, so that what was found out of them, that they keep to
 * the rules first of all, need not be found out again. Forgotten as soon as a byte is
 * otherwise, and with the connection. Used by the thread of its connection alone.
 */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"
#include "http/request.h"

struct head;

struct head *head_new(void);
void head_free(struct head *head);
CLEANUP_DEFINE(struct head, head_free)

/* Whether the request's version and headers are those that were kept last. */
bool head_is_same(const struct head *head, const struct http_request *request);
/* Keeps those of this request, whose headers lie end to end in memory. What was made of the last
 * ones is freed. */
void head_keep(struct head *head, const struct http_request *request);
/* Keeps none. */
void head_clear(struct head *head);

/* What was made of the head; lent. NULL: nothing. */
void *head_get_memo(const struct head *head, enum http_memo kind);
/* Takes it, to be freed by g_free(). Where no head is kept that is at once. */
void head_take_memo(struct head *head, enum http_memo kind, void *memo);
