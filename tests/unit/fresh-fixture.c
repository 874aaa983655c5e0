/* SPDX-License-Identifier: Apache-2.0 */
#include "fresh-fixture.h"

#include "base/error.h"

#define PATIENCE 10 /* s until a test gives up */

struct fresh_fixture {
	struct api_fixture *api;
	struct uptimes *uptimes;
	struct freshness freshness;
	struct http_server *server;
	struct http_client *client;
	GMutex lock; /* of all below */
	GCond changed;
	GQueue wishes;
	bool is_fresh;
	bool grants_at_once;
};

struct question {
	struct fresh_fixture *fixture;
	struct http_response *response; /* under its lock; NULL: not yet */
};

static void
push(struct fresh_fixture *fixture, const struct wish *wanted)
{
	struct wish *wish = g_memdup2(wanted, sizeof(*wanted));
	g_mutex_lock(&fixture->lock);
	bool at_once = fixture->grants_at_once;
	if (!at_once)
		g_queue_push_tail(&fixture->wishes, wish);
	g_cond_broadcast(&fixture->changed);
	g_mutex_unlock(&fixture->lock);
	if (at_once && wish->hosts != NULL)
		fresh_answer(fixture, wish, UPTIME_TEXT, "up 1 day");
	else if (at_once)
		fresh_grant(wish, fresh_outcome_new(NULL));
}

static bool
is_fresh(void *data, enum freshness_part part)
{
	struct fresh_fixture *fixture = data;
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&fixture->lock);
	return fixture->is_fresh;
}

static void
refresh(void *data, enum freshness_part part, freshness_done *done, void *user)
{
	enum wish_kind kind = part == FRESHNESS_NODES ? WISH_NODES : WISH_SERVERS;
	push(data, &(struct wish){.kind = kind, .done = done, .user = user});
}

static void
read_node(void *data, struct freshness_node node, freshness_done *done, void *user)
{
	push(data, &(struct wish){
			   .kind = node.servers ? WISH_NODE_WITH_SERVERS : WISH_NODE,
			   .key = node.uuid != NULL ? g_strdup(node.uuid)
						    : g_strdup_printf("%" G_GINT64_FORMAT, node.id),
			   .done = done,
			   .user = user,
		   });
}

static void
ask_uptimes(void *data, GPtrArray *hypervisors, void (*done)(void *user), void *user)
{
	GPtrArray *hosts = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < hypervisors->len; i++)
		g_ptr_array_add(
			hosts, g_strdup(hypervisor_get_columns(hypervisors->pdata[i])->host));
	push(data, &(struct wish){
			   .kind = done != NULL ? WISH_UPTIMES : WISH_UPTIMES_BEHIND,
			   .hosts = hosts,
			   .done_asking = done,
			   .user = user,
		   });
}

static struct http_server *
start_server(struct api *api)
{
	const struct http_handler handler = {
		.answer = api_answer, .refuse = api_refuse, .data = api};
	const struct http_options options = {
		.address = "127.0.0.1:0",
		.threads = 2,
		.connections_max = 100,
		.waiting_max = 10,
		.request_timeout = PATIENCE,
		.shutdown_timeout = PATIENCE,
	};
	g_autoptr(GError) error = NULL;
	struct http_server *server = http_server_start(&options, &handler, &error);
	g_assert_no_error(error);
	return server;
}

struct fresh_fixture *
fresh_fixture_new(GPtrArray *hosts)
{
	struct fresh_fixture *fixture = g_new0(struct fresh_fixture, 1);
	g_mutex_init(&fixture->lock);
	g_cond_init(&fixture->changed);
	fixture->uptimes = uptimes_new(FRESH_TTL, FRESH_MAX_AGE);
	fixture->freshness = (struct freshness){is_fresh, refresh, read_node, ask_uptimes, fixture};
	const struct api_options options = {
		.freshness = &fixture->freshness, .uptimes = fixture->uptimes};
	fixture->api = api_fixture_new(hosts, options);
	fixture->server = start_server(fixture->api->api);
	fixture->client = http_client_start(
		&(struct http_client_options){.under_way_max = 10, .queued_max = 10});
	return fixture;
}

void
fresh_fixture_free(struct fresh_fixture *fixture)
{
	fresh_assert_no_wish(fixture);
	http_client_stop(fixture->client);
	http_server_stop(fixture->server);
	api_fixture_free(fixture->api);
	uptimes_free(fixture->uptimes);
	g_cond_clear(&fixture->changed);
	g_mutex_clear(&fixture->lock);
	g_free(fixture);
}

struct api_fixture *
fresh_fixture_get_api(struct fresh_fixture *fixture)
{
	return fixture->api;
}

struct uptimes *
fresh_fixture_get_uptimes(struct fresh_fixture *fixture)
{
	return fixture->uptimes;
}

void
fresh_fixture_set_fresh(struct fresh_fixture *fixture, bool is_fresh)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&fixture->lock);
	fixture->is_fresh = is_fresh;
}

void
fresh_fixture_grant_at_once(struct fresh_fixture *fixture)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&fixture->lock);
	fixture->grants_at_once = true;
}

struct wish *
fresh_take_wish(struct fresh_fixture *fixture, enum wish_kind kind)
{
	int64_t until = g_get_monotonic_time() + PATIENCE * G_TIME_SPAN_SECOND;
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&fixture->lock);
	while (g_queue_is_empty(&fixture->wishes))
		g_assert_true(g_cond_wait_until(&fixture->changed, &fixture->lock, until));
	struct wish *wish = g_queue_pop_head(&fixture->wishes);
	g_assert_cmpint(wish->kind, ==, kind);
	return wish;
}

static void
wish_free(struct wish *wish)
{
	g_free(wish->key);
	g_clear_pointer(&wish->hosts, g_ptr_array_unref);
	g_free(wish);
}

void
fresh_grant(struct wish *wish, struct freshness_outcome *outcome)
{
	wish->done(outcome, wish->user);
	wish_free(wish);
}

void
fresh_answer(struct fresh_fixture *fixture, struct wish *wish, enum uptime_outcome outcome,
	const char *text)
{
	g_mutex_lock(&fixture->lock); /* who finds a host asked already finds it answered */
	for (guint i = 0; i < wish->hosts->len; i++) {
		const char *host = wish->hosts->pdata[i];
		if (uptimes_begin(fixture->uptimes, 0, host, cloud_now()))
			uptimes_end(fixture->uptimes, 0, host, outcome, text, cloud_now());
	}
	g_mutex_unlock(&fixture->lock);
	if (wish->done_asking != NULL)
		wish->done_asking(wish->user);
	wish_free(wish);
}

void
fresh_assert_no_wish(struct fresh_fixture *fixture)
{
	g_autoptr(GMutexLocker) locked G_GNUC_UNUSED = g_mutex_locker_new(&fixture->lock);
	g_assert_true(g_queue_is_empty(&fixture->wishes));
}

struct freshness_outcome *
fresh_outcome_new(const char *message)
{
	struct freshness_outcome *outcome = g_new0(struct freshness_outcome, 1);
	if (message != NULL)
		outcome->error =
			g_error_new_literal(MUSTER_ERROR, MUSTER_ERROR_UNAVAILABLE, message);
	return outcome;
}

static void
note(const struct http_reply *reply, const GError *error, void *data)
{
	static const char *const headers[] = {"Content-Type", "Age", "Retry-After"};
	g_assert_no_error(error);
	struct http_response *response = http_response_new(http_reply_get_status(reply));
	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
		const char *value = http_reply_get_header(reply, headers[i]);
		if (value != NULL)
			http_response_add_header(response, headers[i], value);
	}
	size_t size;
	const char *body = http_reply_get_body(reply, &size);
	http_response_take_body(response, g_bytes_new(body, size));

	struct question *question = data;
	struct fresh_fixture *fixture = question->fixture;
	g_mutex_lock(&fixture->lock);
	question->response = response;
	g_cond_broadcast(&fixture->changed);
	g_mutex_unlock(&fixture->lock);
}

struct question *
fresh_send(struct fresh_fixture *fixture, const char *target, const char *version)
{
	struct question *question = g_new0(struct question, 1);
	question->fixture = fixture;
	g_autofree char *url = g_strdup_printf(
		"http://127.0.0.1:%u%s", http_server_get_port(fixture->server), target);
	g_autofree char *header = g_strdup_printf("OpenStack-API-Version: compute %s", version);
	const char *const headers[] = {header, NULL};
	const struct http_call call = {
		.method = "GET",
		.url = url,
		.headers = headers,
		.timeout = PATIENCE * G_TIME_SPAN_SECOND,
	};
	g_autoptr(GError) error = NULL;
	http_client_send(fixture->client, &call, note, question, &error);
	g_assert_no_error(error);
	return question;
}

struct reply *
fresh_receive(struct question *question)
{
	struct fresh_fixture *fixture = question->fixture;
	g_mutex_lock(&fixture->lock);
	while (question->response == NULL)
		g_cond_wait(&fixture->changed, &fixture->lock);
	struct http_response *response = question->response;
	g_mutex_unlock(&fixture->lock);
	g_free(question);
	return reply_new(response);
}
