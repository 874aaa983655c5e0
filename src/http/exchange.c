/* SPDX-License-Identifier: Apache-2.0 */
#include "http/exchange.h"

#include <stdatomic.h>
#include <string.h>

#include "http/head.h"
#include "http/rules.h"
#include "http/sending.h"
#include "http/waiters.h"

struct exchanges {
	struct http_handler handler;
	struct waiters *waiters;
	bool tls;
	bool head_is_as_sent; /* see follow() */
	_Atomic unsigned size;
	_Atomic bool draining;
	GMutex lock;
	GCond drained;
};

/* One at a time on a connection, whose exchanges all have the same memory: it is cleared up to
 * `head`, which stays, and the headers, whose size tells how many of them there are. */
struct exchange {
	struct exchanges *all;
	struct connection *connection;
	struct MHD_Connection *mhd;
	struct http_request request;
	char *target;       /* and behind it room for its path */
	GPtrArray *trimmed; /* copies of values that had blanks at their end; NULL: none */
	GPtrArray
		*waits; /* struct http_waiter *, of each time that it was suspended; NULL: never */
	const char *target_sent; /* in libmicrohttpd's memory */
	const char *followed; /* the end of what follow() has seen there; NULL: it was led astray */
	size_t body_size;
	bool is_head_read;
	bool is_begun;     /* and not ended */
	bool is_under_way; /* counted in all->size */
	bool is_suspended;
	struct head *head;
	struct http_header headers[HTTP_HEADERS_MAX + 1]; /* one more: too many */
};

struct exchanges *
exchanges_new(const struct http_handler *handler, const struct http_options *options)
{
	struct exchanges *exchanges = g_new0(struct exchanges, 1);
	exchanges->handler = *handler;
	exchanges->waiters = waiters_new(options->waiting_max);
	exchanges->tls = options->tls.cert_file != NULL;
	exchanges->head_is_as_sent = g_str_has_prefix(MHD_get_version(), "0.9.");
	g_mutex_init(&exchanges->lock);
	g_cond_init(&exchanges->drained);
	return exchanges;
}

void
exchanges_free(struct exchanges *exchanges)
{
	g_cond_clear(&exchanges->drained);
	g_mutex_clear(&exchanges->lock);
	waiters_unref(exchanges->waiters);
	g_free(exchanges);
}

unsigned
exchanges_get_size(const struct exchanges *exchanges)
{
	return atomic_load(&exchanges->size);
}

unsigned
exchanges_get_waiting(const struct exchanges *exchanges)
{
	return waiters_get_size(exchanges->waiters);
}

unsigned
exchanges_drain(struct exchanges *exchanges, int64_t timeout)
{
	int64_t deadline = g_get_monotonic_time() + timeout;
	atomic_store(&exchanges->draining, true);
	waiters_end(exchanges->waiters);
	g_mutex_lock(&exchanges->lock);
	while (atomic_load(&exchanges->size) > 0)
		if (!g_cond_wait_until(&exchanges->drained, &exchanges->lock, deadline))
			break;
	g_mutex_unlock(&exchanges->lock);
	return atomic_load(&exchanges->size);
}

static void
set_under_way(struct exchange *exchange)
{
	exchange->is_under_way = true;
	atomic_fetch_add(&exchange->all->size, 1);
	connection_set_busy(exchange->connection);
}

static void
set_over(struct exchange *exchange)
{
	struct exchanges *all = exchange->all;
	connection_set_waiting(exchange->connection, g_get_monotonic_time());
	if (atomic_fetch_sub(&all->size, 1) == 1 && atomic_load(&all->draining)) {
		g_mutex_lock(&all->lock);
		g_cond_signal(&all->drained);
		g_mutex_unlock(&all->lock);
	}
}

static void
end(struct exchange *exchange)
{
	if (!exchange->is_begun)
		return;
	exchange->is_begun = false;
	if (exchange->is_under_way)
		set_over(exchange);
	if (exchange->trimmed != NULL)
		g_ptr_array_unref(exchange->trimmed);
	if (exchange->waits != NULL)
		g_ptr_array_unref(exchange->waits);
	g_free(exchange->target);
}

static struct exchange *
take_exchange(struct connection *connection)
{
	struct exchange *exchange = connection_get_context(connection);
	if (exchange == NULL) {
		exchange = g_new(struct exchange, 1);
		exchange->head = head_new();
		connection_set_context(connection, exchange);
	} else {
		end(exchange); /* if libmicrohttpd has not told of it */
	}
	memset(exchange, 0, offsetof(struct exchange, head));
	return exchange;
}

static char *
copy_twice(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copies = g_malloc(2 * size);
	memcpy(copies, text, size);
	memcpy(copies + size, text, size);
	return copies;
}

void *
exchange_begin(void *data, const char *target, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct exchange *exchange = take_exchange(info->socket_context);
	exchange->is_begun = true;
	exchange->all = data;
	exchange->connection = info->socket_context;
	exchange->mhd = mhd;
	exchange->target = copy_twice(target);
	exchange->target_sent = target;

	/* libmicrohttpd goes on to split the query into a record for each parameter, which
	 * nobody reads; where they do not fit into its pool the connection hangs without an
	 * answer. The memory is its receive buffer: we end the query before it starts. */
	char *query = strchr((char *)target, '?');
	if (query != NULL)
		query[1] = '\0';
	return exchange;
}

/*
 * libmicrohttpd hands over C strings, which a NUL cuts short; it takes a line that
 * starts with a NUL for the end of the head; and it adds the second line of a folded
 * header to the first one's name. Release 0.9 leaves the head where it was received, with
 * NULs for the separators: so what it hands over must lie end to end there, from the
 * method to the empty line, or something was swallowed. (Release 1.0 refuses a NUL, and
 * joins a folded header as RFC 9112, 5.2 has it.)
 */
static void
follow(struct exchange *exchange, const char *start, const char *end)
{
	const char *at = exchange->followed;
	if (at != NULL && (start == at + 1 || start == at + 2)) /* LF or CR LF */
		exchange->followed = end;
	else
		exchange->followed = NULL;
}

static void
follow_request_line(struct exchange *exchange, const char *method, const char *version)
{
	const char *target = exchange->target_sent;
	if (method + strlen(method) + 1 == target &&
		target + strlen(exchange->target) + 1 == version)
		exchange->followed = version + strlen(version);
}

static bool
is_followed_to_the_end(
	const struct exchange *exchange, struct MHD_Connection *mhd, const char *method)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	const char *end = method + info->header_size;
	return exchange->followed != NULL && end - exchange->followed <= (long)strlen("\r\n\r\n");
}

static enum MHD_Result
read_header(void *data, enum MHD_ValueKind kind, const char *name, size_t name_length,
	const char *value, size_t length)
{
	struct exchange *exchange = data;
	size_t at = exchange->request.headers_size;
	if (at == G_N_ELEMENTS(exchange->headers))
		return MHD_NO; /* enough to refuse them */

	const char *colon = name + name_length;
	follow(exchange, name,
		colon + 1 + strspn(colon + 1, " \t") == value ? value + length : NULL);

	/* Blanks around a value are no part of it. */
	size_t trimmed = length;
	while (trimmed > 0 && (value[trimmed - 1] == ' ' || value[trimmed - 1] == '\t'))
		trimmed--;
	if (trimmed < length) {
		if (exchange->trimmed == NULL)
			exchange->trimmed = g_ptr_array_new_with_free_func(g_free);
		value = g_strndup(value, trimmed);
		g_ptr_array_add(exchange->trimmed, (char *)value);
		length = trimmed;
	}
	exchange->headers[at] = (struct http_header){name, name_length, value, length};
	exchange->request.headers_size++;
	return MHD_YES;
}

/* Of "/path?query" or, as a proxy is asked, "http://host/path?query". */
static void
split_target(struct exchange *exchange)
{
	char *start = exchange->target + strlen(exchange->target) + 1;
	const char *whole = start;
	if (g_ascii_strncasecmp(start, "http://", 7) == 0 ||
		g_ascii_strncasecmp(start, "https://", 8) == 0) {
		start = strstr(start, "//") + 2;
		size_t length = strcspn(start, "/?");
		exchange->request.authority.text =
			exchange->target + (start - whole); /* where nothing is cut */
		exchange->request.authority.length = length;
		start += length;
	}
	char *end = strchrnul(start, '?');
	bool is_bare_host = end == start && start > whole;
	exchange->request.query = *end == '?' ? end + 1 : NULL;
	*end = '\0';
	exchange->request.path = is_bare_host ? "/" : start;
}

/* The rule that the headers break, or NULL. Those that were found right are not looked at again. */
static const struct http_rule *
check_headers(struct exchange *exchange, struct MHD_Connection *mhd)
{
	static const struct http_rule whole = {
		.status = 400,
		.words = "The request's head holds a NUL or a header folded over two lines.",
	};
	const struct http_request *request = &exchange->request;
	bool is_as_sent = exchange->all->head_is_as_sent;
	bool is_whole = is_as_sent && is_followed_to_the_end(exchange, mhd, request->method);
	bool may_repeat = is_whole && exchange->trimmed == NULL; /* it lies end to end */
	if (may_repeat && head_is_same(exchange->head, request))
		return NULL;
	head_clear(exchange->head);
	const struct http_rule *broken = http_rules_find_broken_by_headers(request);
	if (broken != NULL)
		return broken;
	if (may_repeat)
		head_keep(exchange->head, request);
	return is_as_sent && !is_whole ? &whole : NULL;
}

static const struct http_rule *
read_head(struct exchange *exchange, struct MHD_Connection *mhd, const char *method,
	const char *version)
{
	exchange->request.exchange = exchange;
	exchange->request.tls = exchange->all->tls;
	exchange->request.method = method;
	exchange->request.version = version;
	exchange->request.target = exchange->target;
	exchange->request.headers = exchange->headers;
	exchange->request.peer = connection_get_peer(exchange->connection);
	exchange->request.received_at = g_get_monotonic_time();
	split_target(exchange);
	follow_request_line(exchange, method, version);
	MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, read_header, exchange);

	const struct http_rule *broken = http_rules_find_broken(&exchange->request);
	return broken != NULL ? broken : check_headers(exchange, mhd);
}

void *
http_request_get_memo(const struct http_request *request, enum http_memo kind)
{
	const struct exchange *exchange = request->exchange;
	return exchange == NULL ? NULL : head_get_memo(exchange->head, kind);
}

void
http_request_take_memo(const struct http_request *request, enum http_memo kind, void *memo)
{
	if (request->exchange == NULL)
		g_free(memo);
	else
		head_take_memo(request->exchange->head, kind, memo);
}

static enum MHD_Result
send_answer(struct exchange *exchange, struct MHD_Connection *mhd, struct http_response *response,
	bool close)
{
	connection_set_sending(exchange->connection, g_get_monotonic_time());
	return sending_queue(mhd, response, close);
}

static enum MHD_Result
refuse(struct exchange *exchange, struct MHD_Connection *mhd, unsigned status, const char *words)
{
	const struct http_handler *handler = &exchange->all->handler;
	set_under_way(exchange);
	return send_answer(exchange, mhd,
		handler->refuse(handler->data, &exchange->request, status, words), true);
}

struct http_waiter *
http_request_suspend(const struct http_request *request, GDestroyNotify free_outcome)
{
	struct exchange *exchange = request->exchange;
	if (exchange == NULL)
		return NULL;
	struct http_waiter *waiter = waiters_add(exchange->all->waiters, exchange->mhd,
		connection_get_worker(exchange->connection), free_outcome);
	if (waiter == NULL)
		return NULL;
	exchange->is_suspended = true;
	if (exchange->waits == NULL)
		exchange->waits = g_ptr_array_new_with_free_func((GDestroyNotify)waiter_unref);
	g_ptr_array_add(exchange->waits, waiter);
	return waiter;
}

void *
http_request_get_outcome(const struct http_request *request, GDestroyNotify free_outcome)
{
	const struct exchange *exchange = request->exchange;
	if (exchange == NULL || exchange->waits == NULL)
		return NULL;
	void *outcome = NULL;
	for (guint i = exchange->waits->len; i > 0 && outcome == NULL; i--)
		outcome = waiter_get_outcome(exchange->waits->pdata[i - 1], free_outcome);
	return outcome;
}

/* Notes how the last wait ended. */
static void
go_on(struct exchange *exchange)
{
	const GPtrArray *waits = exchange->waits;
	exchange->is_suspended = false;
	exchange->request.cut_off = waiter_is_cut_off(waits->pdata[waits->len - 1]);
}

static enum MHD_Result
answer(struct exchange *exchange, struct MHD_Connection *mhd)
{
	const struct http_handler *handler = &exchange->all->handler;
	if (exchange->is_suspended)
		go_on(exchange);
	else
		set_under_way(exchange);
	struct http_response *response = handler->answer(handler->data, &exchange->request);
	g_assert((response == NULL) == exchange->is_suspended);
	if (response == NULL)
		return MHD_YES; /* to be called again once it is resumed */
	return send_answer(exchange, mhd, response, atomic_load(&exchange->all->draining));
}

enum MHD_Result
exchange_read(void *data, struct MHD_Connection *mhd, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **context)
{
	struct exchange *exchange = *context;

	if (!exchange->is_head_read) {
		exchange->is_head_read = true;
		const struct http_rule *broken = read_head(exchange, mhd, method, version);
		return broken == NULL ? MHD_YES
				      : refuse(exchange, mhd, broken->status, broken->words);
	}
	if (*upload_size > 0) {
		exchange->body_size += *upload_size;
		*upload_size = 0; /* taken */
		return MHD_YES;
	}
	exchange->request.has_body = exchange->body_size > 0;
	if (exchange->body_size > HTTP_BODY_MAX)
		return refuse(exchange, mhd, MHD_HTTP_CONTENT_TOO_LARGE,
			"The request's body is too long.");
	return answer(exchange, mhd);
}

void
exchange_end(
	void *data, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode how)
{
	end(*context);
	*context = NULL;
}

void
exchange_free(struct connection *connection)
{
	struct exchange *exchange = connection_get_context(connection);
	if (exchange == NULL)
		return;
	end(exchange);
	head_free(exchange->head);
	g_free(exchange);
}
