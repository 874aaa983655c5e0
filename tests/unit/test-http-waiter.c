/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that wait: suspended by their handler, resumed from another thread or
 * from the same one, cut off by the server's end. The outcome is a text, which the
 * answer repeats; outcomes are counted, so that one lost or freed twice shows.
 */
#include "http-fixture.h"

#include <stdatomic.h>

#include "http/waiter.h"

#define WAITING_MAX 40

static _Atomic int outcomes; /* that are not freed yet */
/* A queue of GLib's own would order nothing in the eyes of ThreadSanitizer. */
struct queue {
	GMutex lock;
	GCond filled;
	GQueue waiters;
};

static struct queue later; /* what the test resumes */
static struct queue soon;  /* what threads resume as soon as they can */

static void
push(struct queue *queue, void *waiter)
{
	g_mutex_lock(&queue->lock);
	g_queue_push_tail(&queue->waiters, waiter);
	g_cond_signal(&queue->filled);
	g_mutex_unlock(&queue->lock);
}

static void *
pop(struct queue *queue)
{
	g_mutex_lock(&queue->lock);
	while (g_queue_is_empty(&queue->waiters))
		g_cond_wait(&queue->filled, &queue->lock);
	void *waiter = g_queue_pop_head(&queue->waiters);
	g_mutex_unlock(&queue->lock);
	return waiter;
}

static char *
outcome_new(const char *text)
{
	atomic_fetch_add(&outcomes, 1);
	return g_strdup(text);
}

static void
outcome_free(void *outcome)
{
	atomic_fetch_sub(&outcomes, 1);
	g_free(outcome);
}

/* Another kind of outcome. */
static void
second_free(void *outcome)
{
	outcome_free(outcome);
}

/* Up to a NULL. */
static void *
resume_soon(void *data)
{
	for (struct http_waiter *waiter; (waiter = pop(&soon)) != NULL;)
		http_waiter_resume(waiter, outcome_new("soon"));
	return NULL;
}

static void
hand_over(const char *path, struct http_waiter *waiter)
{
	if (g_str_has_prefix(path, "/at-once"))
		http_waiter_resume(waiter, outcome_new("at once"));
	else if (g_str_has_prefix(path, "/soon"))
		push(&soon, waiter);
	else
		push(&later, waiter);
}

static struct http_response *
make_answer(unsigned status, char *text)
{
	struct http_response *response = http_response_new(status);
	take_text(response, text);
	return response;
}

/* Waits for the second kind alone. */
static struct http_response *
answer_beside(const struct http_request *request)
{
	const char *outcome = http_request_get_outcome(request, second_free);
	if (outcome != NULL)
		return make_answer(200, g_strdup(outcome));
	struct http_waiter *waiter = http_request_suspend(request, second_free);
	if (waiter == NULL)
		return make_answer(503, g_strdup("crowded"));
	http_waiter_resume(waiter, outcome_new("beside"));
	return NULL;
}

static struct http_response *
answer_in_time(void *data, const struct http_request *request)
{
	if (request->cut_off)
		return make_answer(503, g_strdup("cut off"));
	if (g_str_equal(request->path, "/"))
		return make_answer(200, g_strdup("here"));
	if (g_str_equal(request->path, "/beside"))
		return answer_beside(request);

	bool is_twice = g_str_equal(request->path, "/twice");
	const char *first = http_request_get_outcome(request, outcome_free);
	const char *second = http_request_get_outcome(request, second_free);
	if (first != NULL && (second != NULL || !is_twice))
		return make_answer(200, g_strdup_printf("%s, %s.", first, second));
	struct http_waiter *waiter =
		http_request_suspend(request, first == NULL ? outcome_free : second_free);
	if (waiter == NULL)
		return make_answer(503, g_strdup("crowded"));
	hand_over(request->path, waiter);
	return NULL;
}

static struct http_server *
start_with(unsigned threads)
{
	static const struct http_handler waiting = {.answer = answer_in_time, .refuse = refuse};
	const struct http_options options = {
		.address = "127.0.0.1:0",
		.threads = threads,
		.connections_max = 100,
		.waiting_max = WAITING_MAX,
		.request_timeout = 1,
		.shutdown_timeout = PATIENCE,
	};
	g_autoptr(GError) error = NULL;
	struct http_server *server = http_server_start(&options, &waiting, &error);
	g_assert_no_error(error);
	return server;
}

static void
assert_freed(void)
{
	g_assert_cmpint(atomic_load(&outcomes), ==, 0);
}

static void
test_resumed_at_once(void)
{
	struct http_server *server = start_with(1);
	g_autofree char *text = ask(server, BYTES("GET /at-once HTTP/1.1\r\n" END));
	assert_status(text, 200);
	assert_contains(text, "\r\n\r\nat once, (null).");
	http_server_stop(server);
	assert_freed();
}

static void
test_others_are_served_meanwhile(void)
{
	struct http_server *server = start_with(1);
	int client = open_client(http_server_get_port(server));
	send_bytes(client, BYTES("GET /later HTTP/1.1\r\n" END));
	struct http_waiter *waiter = pop(&later);

	/* Until the reaper has looked at it: it is 1 s that a client may take. */
	int64_t began = g_get_monotonic_time();
	while (g_get_monotonic_time() - began < 2 * G_TIME_SPAN_SECOND) {
		g_autofree char *text = ask(server, BYTES("GET / HTTP/1.1\r\n" END));
		assert_status(text, 200);
	}
	g_assert_cmpuint(http_server_get_requests_waiting(server), ==, 1);
	g_assert_cmpuint(http_server_get_requests_in_flight(server), ==, 1);

	http_waiter_resume(waiter, outcome_new("at last"));
	g_autofree char *text = read_all(client);
	assert_status(text, 200);
	assert_contains(text, "at last, (null).");
	g_assert_cmpuint(http_server_get_requests_waiting(server), ==, 0);
	close(client);
	http_server_stop(server);
	assert_freed();
}

static void
test_waits_twice_for_different_things(void)
{
	struct http_server *server = start_with(2);
	int client = open_client(http_server_get_port(server));
	send_bytes(client, BYTES("POST /twice HTTP/1.1\r\nContent-Length: 4\r\n" END "body"));
	http_waiter_resume(pop(&later), outcome_new("one"));
	http_waiter_resume(pop(&later), outcome_new("two"));
	g_autofree char *text = read_all(client);
	assert_contains(text, "\r\n\r\none, two.");
	close(client);
	http_server_stop(server);
	assert_freed();
}

static void
test_pipelined_requests_wait_in_turn(void)
{
	struct http_server *server = start_with(2);
	g_autofree char *text = ask(server, BYTES("GET /soon/1 HTTP/1.1\r\nHost: h\r\n\r\n"
						  "GET /soon/2 HTTP/1.1\r\nHost: h\r\n\r\n"
						  "GET / HTTP/1.1\r\n" END));
	const char *first = strstr(text, "soon, (null).");
	g_assert_nonnull(first);
	const char *second = strstr(first + 1, "soon, (null).");
	g_assert_nonnull(second);
	assert_contains(second, "\r\n\r\nhere");
	http_server_stop(server);
	assert_freed();
}

/* Another kind of thing has as many places of its own. */
static void
assert_others_wait_beside_them(struct http_server *server)
{
	g_autofree char *text = ask(server, BYTES("GET /beside HTTP/1.1\r\n" END));
	assert_status(text, 200);
	assert_contains(text, "\r\n\r\nbeside");
}

static void
test_more_than_may_wait_are_refused(void)
{
	struct http_server *server = start_with(2);
	int clients[WAITING_MAX];
	struct http_waiter *waiters[WAITING_MAX];
	for (unsigned i = 0; i < WAITING_MAX; i++) {
		clients[i] = open_client(http_server_get_port(server));
		send_bytes(clients[i], BYTES("GET /later HTTP/1.1\r\n" END));
		waiters[i] = pop(&later);
	}
	g_autofree char *text = ask(server, BYTES("GET /later HTTP/1.1\r\n" END));
	assert_status(text, 503);
	assert_contains(text, "crowded");
	assert_others_wait_beside_them(server);

	for (unsigned i = 0; i < WAITING_MAX; i++) {
		http_waiter_resume(waiters[i], outcome_new("in"));
		g_autofree char *one = read_all(clients[i]);
		assert_status(one, 200);
		close(clients[i]);
	}
	http_server_stop(server);
	assert_freed();
}

static void
test_client_that_left_does_no_harm(void)
{
	struct http_server *server = start_with(1);
	for (unsigned i = 0; i < 3; i++) {
		int client = open_client(http_server_get_port(server));
		send_bytes(client, BYTES("GET /later HTTP/1.1\r\n" END));
		struct http_waiter *waiter = pop(&later);
		close(client);
		http_waiter_resume(waiter, outcome_new("too late"));
	}
	g_autofree char *text = ask(server, BYTES("GET / HTTP/1.1\r\n" END));
	assert_status(text, 200);
	http_server_stop(server);
	assert_freed();
}

static void
test_stop_cuts_off_and_late_outcomes_are_freed(void)
{
	struct http_server *server = start_with(2);
	int client = open_client(http_server_get_port(server));
	send_bytes(client, BYTES("GET /later HTTP/1.1\r\nHost: h\r\n\r\n"));
	struct http_waiter *waiter = pop(&later);
	int64_t began = g_get_monotonic_time();
	http_server_stop(server);
	g_assert_cmpint(g_get_monotonic_time() - began, <, PATIENCE * G_TIME_SPAN_SECOND);

	g_autofree char *text = read_all(client);
	assert_status(text, 503);
	assert_contains(text, "cut off");
	close(client);
	http_waiter_resume(waiter, outcome_new("for nobody"));
	assert_freed();
}

static void *
ask_soon(void *server)
{
	for (unsigned i = 0; i < 50; i++) {
		g_autofree char *text = ask(server, BYTES("GET /soon HTTP/1.1\r\n" END));
		assert_status(text, 200);
		assert_contains(text, "soon, (null).");
	}
	return NULL;
}

static void
test_many_at_a_time(void)
{
	struct http_server *server = start_with(2);
	GThread *threads[8];
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("ask", ask_soon, server);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
	http_server_stop(server);
	assert_freed();
}

static void *
resume_all(void *data)
{
	struct http_waiter **waiters = data;
	for (unsigned i = 0; i < WAITING_MAX; i++)
		http_waiter_resume(waiters[i], outcome_new("late"));
	return NULL;
}

/* Whoever comes first has it answered, with the outcome or without; nobody hangs. */
static void
test_stop_and_resume_race(void)
{
	for (unsigned round = 0; round < 10; round++) {
		struct http_server *server = start_with(2);
		struct http_waiter *waiters[WAITING_MAX];
		int clients[WAITING_MAX];
		for (unsigned i = 0; i < WAITING_MAX; i++) {
			clients[i] = open_client(http_server_get_port(server));
			send_bytes(clients[i], BYTES("GET /later HTTP/1.1\r\n" END));
			waiters[i] = pop(&later);
		}
		GThread *thread = g_thread_new("resume", resume_all, waiters);
		http_server_stop(server);
		g_thread_join(thread);
		for (unsigned i = 0; i < WAITING_MAX; i++) {
			g_autofree char *text = read_all(clients[i]);
			g_assert_true(strstr(text, "late, (null).") != NULL ||
				      strstr(text, "cut off") != NULL);
			close(clients[i]);
		}
		assert_freed();
	}
}

static void
test_request_made_by_hand_does_not_wait(void)
{
	const struct http_request request = {.method = "GET", .path = "/"};
	g_assert_null(http_request_suspend(&request, outcome_free));
	g_assert_null(http_request_get_outcome(&request, outcome_free));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	GThread *threads[2];
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("soon", resume_soon, NULL);
	g_test_add_func("/http/waiter/resumed-at-once", test_resumed_at_once);
	g_test_add_func(
		"/http/waiter/others-are-served-meanwhile", test_others_are_served_meanwhile);
	g_test_add_func("/http/waiter/waits-twice-for-different-things",
		test_waits_twice_for_different_things);
	g_test_add_func("/http/waiter/pipelined-requests-wait-in-turn",
		test_pipelined_requests_wait_in_turn);
	g_test_add_func(
		"/http/waiter/more-than-may-wait-are-refused", test_more_than_may_wait_are_refused);
	g_test_add_func(
		"/http/waiter/client-that-left-does-no-harm", test_client_that_left_does_no_harm);
	g_test_add_func("/http/waiter/stop-cuts-off-and-late-outcomes-are-freed",
		test_stop_cuts_off_and_late_outcomes_are_freed);
	g_test_add_func("/http/waiter/many-at-a-time", test_many_at_a_time);
	g_test_add_func("/http/waiter/stop-and-resume-race", test_stop_and_resume_race);
	g_test_add_func("/http/waiter/request-made-by-hand-does-not-wait",
		test_request_made_by_hand_does_not_wait);
	int status = g_test_run();
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		push(&soon, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
	return status;
}
