/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call is in one of two places: waiting (in the client's queue, or for its next try)
 * or under way (in libcurl's hands). The lock guards what waits and the flag that ends
 * all; what is under way belongs to the thread alone.
 */
#include "http/client.h"

#include <curl/curl.h>
#include <string.h>

#include "base/error.h"

/* A call that has waited until a tenth of its time is left would only burden a server that is slow
 * already, with an answer that nobody will wait for. */
#define LEAST_PART 10
#define POLL_MAX G_TIME_SPAN_MINUTE          /* nothing to do: look again after this */
#define FIRST_PAUSE (G_TIME_SPAN_SECOND / 2) /* before the first try again; doubled for each */
#define IDLE_CONNECTIONS_MAX 8L              /* kept open for the next calls */

/* One call, and the reply to it. */
struct http_reply {
	GList link; /* in one of the client's queues; its data is the call */
	char *method;
	char *url;
	char *body;
	struct curl_slist *headers;
	char *cafile;
	char *certfile;
	char *keyfile;
	bool insecure;
	int64_t deadline; /* µs, monotonic */
	int64_t least;    /* µs: with less time left it is not sent any more */
	int64_t connect_timeout;
	unsigned retries;
	int64_t pause;      /* before the next try */
	int64_t not_before; /* the moment of the next try */
	http_client_done *done;
	void *data;

	CURL *easy; /* NULL: waiting */
	GString *received;
	bool is_too_long;
	char words[CURL_ERROR_SIZE];
};

struct http_client {
	struct http_client_options options;
	CURLM *multi;
	GThread *thread;
	GQueue under_way;
	GMutex lock; /* of all below */
	bool ending;
	GQueue waiting;
};

static struct http_reply *
call_new(const struct http_call *from, http_client_done *done, void *data)
{
	struct http_reply *call = g_new0(struct http_reply, 1);
	call->link.data = call;
	call->method = g_strdup(from->method);
	call->url = g_strdup(from->url);
	call->body = g_strdup(from->body);
	for (const char *const *line = from->headers; line != NULL && *line != NULL; line++)
		call->headers = curl_slist_append(call->headers, *line);
	call->cafile = g_strdup(from->tls.cafile);
	call->certfile = g_strdup(from->tls.certfile);
	call->keyfile = g_strdup(from->tls.keyfile);
	call->insecure = from->tls.insecure;
	call->deadline = g_get_monotonic_time() + from->timeout;
	call->least = from->timeout / LEAST_PART;
	call->connect_timeout = from->connect_timeout;
	call->retries = from->retries;
	call->pause = FIRST_PAUSE;
	call->done = done;
	call->data = data;
	call->received = g_string_new(NULL);
	return call;
}

static void
call_free(struct http_reply *call)
{
	g_free(call->method);
	g_free(call->url);
	g_free(call->body);
	curl_slist_free_all(call->headers);
	g_free(call->cafile);
	g_free(call->certfile);
	g_free(call->keyfile);
	g_string_free(call->received, TRUE);
	g_free(call);
}

/* "GET https://host/path", without what may be secret. */
static char *
call_format(const struct http_reply *call)
{
	g_autoptr(GUri) uri = g_uri_parse(call->url, G_URI_FLAGS_NONE, NULL);
	if (uri == NULL)
		return g_strdup_printf("%s of a malformed URL", call->method);
	g_autofree char *shown = g_uri_to_string_partial(
		uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT);
	return g_strdup_printf("%s %s", call->method, shown);
}

static enum muster_error
get_code(const struct http_reply *call, CURLcode result)
{
	if (call->is_too_long)
		return MUSTER_ERROR_LIMIT;
	switch (result) {
	case CURLE_OPERATION_TIMEDOUT:
		return MUSTER_ERROR_TIMEOUT;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return MUSTER_ERROR_INVALID;
	default:
		return MUSTER_ERROR_UNAVAILABLE;
	}
}

/* Tells how it ended, and frees it. */
static void
end_call(struct http_reply *call, CURLcode result)
{
	g_autoptr(GError) error = NULL;
	if (result != CURLE_OK) {
		g_autofree char *what = call_format(call);
		const char *words =
			call->words[0] != '\0' ? call->words : curl_easy_strerror(result);
		if (call->is_too_long)
			g_set_error(&error, MUSTER_ERROR, MUSTER_ERROR_LIMIT,
				"%s: the answer is longer than %d bytes", what, HTTP_REPLY_MAX);
		else
			g_set_error(&error, MUSTER_ERROR, get_code(call, result), "%s: %s", what,
				words);
	}
	call->done(error == NULL ? call : NULL, error, call->data);
	if (call->easy != NULL)
		curl_easy_cleanup(call->easy);
	call_free(call);
}

static size_t
receive(char *bytes, size_t one, size_t size, void *data)
{
	struct http_reply *call = data;
	if (size > HTTP_REPLY_MAX - call->received->len) {
		call->is_too_long = true;
		return 0; /* which ends the transfer */
	}
	g_string_append_len(call->received, bytes, (gssize)size);
	return size;
}

static long
get_milliseconds(int64_t span)
{
	return (long)MAX(1, span / G_TIME_SPAN_MILLISECOND);
}

static void
set_tls(CURL *easy, const struct http_reply *call)
{
	if (call->cafile != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, call->cafile);
	if (call->certfile != NULL)
		curl_easy_setopt(easy, CURLOPT_SSLCERT, call->certfile);
	if (call->keyfile != NULL)
		curl_easy_setopt(easy, CURLOPT_SSLKEY, call->keyfile);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, call->insecure ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, call->insecure ? 0L : 2L);
}

static CURL *
make_easy(struct http_reply *call, int64_t now)
{
	CURL *easy = curl_easy_init();
	g_assert(easy != NULL); /* no memory: as GLib takes it */
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->words);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* waits for no resolver that hangs */
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_URL, call->url);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
	if (call->body != NULL)
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, get_milliseconds(call->deadline - now));
	if (call->connect_timeout > 0)
		curl_easy_setopt(
			easy, CURLOPT_CONNECTTIMEOUT_MS, get_milliseconds(call->connect_timeout));
	set_tls(easy, call);
	return easy;
}

/* Nothing can have been sent: to try again does nothing twice. */
static bool
may_try_again(const struct http_reply *call, CURLcode result, int64_t now)
{
	return (result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_HOST) &&
	       call->retries > 0 && now + call->pause < call->deadline;
}

static void
wait_for_next_try(struct http_client *client, struct http_reply *call, int64_t now)
{
	g_clear_pointer(&call->easy, curl_easy_cleanup);
	call->retries--;
	call->not_before = now + call->pause;
	call->pause *= 2;
	g_mutex_lock(&client->lock);
	g_queue_push_tail_link(&client->waiting, &call->link);
	g_mutex_unlock(&client->lock);
}

/* Gives true where any has ended, so that there is room for others. */
static bool
take_ended(struct http_client *client)
{
	bool any = false;
	int left;
	for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &left)) != NULL;) {
		CURLcode result = message->data.result;
		CURL *easy = message->easy_handle;
		struct http_reply *call = NULL;
		int64_t now = g_get_monotonic_time();
		any = true;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&call);
		curl_multi_remove_handle(client->multi, easy);
		g_queue_unlink(&client->under_way, &call->link);
		if (may_try_again(call, result, now))
			wait_for_next_try(client, call, now);
		else
			end_call(call, result);
	}
	return any;
}

/* Takes what waits and is due out of the queue: into `due` what may be sent now, into `late`
 * what has no time left. Gives the moment at which to look again. */
static int64_t
take_due(struct http_client *client, int64_t now, GQueue *due, GQueue *late)
{
	int64_t next = now + POLL_MAX;
	unsigned room = client->options.under_way_max - client->under_way.length;
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&client->lock);
	for (GList *link = client->waiting.head, *following; link != NULL; link = following) {
		struct http_reply *call = link->data;
		following = link->next;
		bool is_late = call->deadline - call->least <= now;
		if (is_late || (call->not_before <= now && due->length < room)) {
			g_queue_unlink(&client->waiting, link);
			g_queue_push_tail_link(is_late ? late : due, link);
			continue;
		}
		int64_t last = call->deadline - call->least;
		int64_t at = call->not_before > now ? call->not_before : last;
		next = MIN(next, MIN(at, last));
	}
	return next;
}

static int64_t
send_due(struct http_client *client)
{
	GQueue due = G_QUEUE_INIT, late = G_QUEUE_INIT;
	int64_t now = g_get_monotonic_time();
	int64_t next = take_due(client, now, &due, &late);
	for (GList *link; (link = g_queue_pop_head_link(&late)) != NULL;)
		end_call(link->data, CURLE_OPERATION_TIMEDOUT);
	for (GList *link; (link = g_queue_pop_head_link(&due)) != NULL;) {
		struct http_reply *call = link->data;
		call->easy = make_easy(call, now);
		g_queue_push_tail_link(&client->under_way, link);
		curl_multi_add_handle(client->multi, call->easy);
	}
	return next;
}

static bool
is_ending(struct http_client *client)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&client->lock);
	return client->ending;
}

static void
abort_call(struct http_reply *call)
{
	g_strlcpy(call->words, "the program ends", sizeof(call->words));
	end_call(call, CURLE_ABORTED_BY_CALLBACK);
}

static void
abort_all(struct http_client *client)
{
	for (GList *link; (link = g_queue_pop_head_link(&client->under_way)) != NULL;) {
		struct http_reply *call = link->data;
		curl_multi_remove_handle(client->multi, call->easy);
		abort_call(call);
	}
	/* Nobody adds to it any more. */
	for (GList *link; (link = g_queue_pop_head_link(&client->waiting)) != NULL;)
		abort_call(link->data);
}

static void *
run(void *data)
{
	struct http_client *client = data;
	while (!is_ending(client)) {
		int64_t next = send_due(client);
		int running;
		curl_multi_perform(client->multi, &running);
		if (take_ended(client))
			continue;
		int64_t span = next - g_get_monotonic_time();
		curl_multi_poll(client->multi, NULL, 0, (int)get_milliseconds(span), NULL);
	}
	abort_all(client);
	return NULL;
}

struct http_client *
http_client_start(const struct http_client_options *options)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
	struct http_client *client = g_new0(struct http_client, 1);
	client->options = *options;
	client->multi = curl_multi_init();
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, IDLE_CONNECTIONS_MAX);
	g_mutex_init(&client->lock);
	g_queue_init(&client->under_way);
	g_queue_init(&client->waiting);
	client->thread = g_thread_new("http-client", run, client);
	return client;
}

void
http_client_stop(struct http_client *client)
{
	g_mutex_lock(&client->lock);
	client->ending = true;
	g_mutex_unlock(&client->lock);
	curl_multi_wakeup(client->multi);
	g_thread_join(client->thread);
	curl_multi_cleanup(client->multi);
	g_mutex_clear(&client->lock);
	g_free(client);
	curl_global_cleanup();
}

bool
http_client_send(struct http_client *client, const struct http_call *from, http_client_done *done,
	void *data, GError **error)
{
	struct http_reply *call = call_new(from, done, data);
	g_mutex_lock(&client->lock);
	bool is_ended = client->ending;
	bool is_full = client->waiting.length >= client->options.queued_max;
	if (!is_ended && !is_full)
		g_queue_push_tail_link(&client->waiting, &call->link);
	g_mutex_unlock(&client->lock);
	if (!is_ended && !is_full) {
		curl_multi_wakeup(client->multi);
		return true;
	}

	g_autofree char *what = call_format(call);
	if (is_ended)
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE,
			"%s: not sent, the program ends", what);
	else
		g_set_error(error, MUSTER_ERROR, MUSTER_ERROR_BUSY,
			"%s: not sent, %u others wait to be", what, client->options.queued_max);
	call_free(call);
	return false;
}

unsigned
http_reply_get_status(const struct http_reply *reply)
{
	long status = 0;
	curl_easy_getinfo(reply->easy, CURLINFO_RESPONSE_CODE, &status);
	return (unsigned)status;
}

const char *
http_reply_get_body(const struct http_reply *reply, size_t *size)
{
	*size = reply->received->len;
	return reply->received->str;
}

const char *
http_reply_get_header(const struct http_reply *reply, const char *name)
{
	struct curl_header *header;
	return curl_easy_header(reply->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK
		       ? header->value
		       : NULL;
}
