/* SPDX-License-Identifier: Apache-2.0 */
#include "http/connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#define TIMEOUT (1000 * G_TIME_SPAN_SECOND) /* beyond the reach of the thread that reaps */

struct fixture {
	struct connections *connections;
	struct connection *connection;
	int sockets[2]; /* the connection's, and the client's */
	int64_t opened;
};

static void
set_up(struct fixture *fixture, const void *data)
{
	const struct sockaddr_in peer = {
		.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	g_assert_cmpint(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fixture->sockets), ==, 0);
	fixture->opened = g_get_monotonic_time();
	fixture->connections = connections_new(TIMEOUT);
	fixture->connection = connections_add(fixture->connections, fixture->sockets[0],
		(const struct sockaddr *)&peer, fixture->opened);
}

static void
tear_down(struct fixture *fixture, const void *data)
{
	if (fixture->connection != NULL)
		connections_remove(fixture->connections, fixture->connection);
	connections_free(fixture->connections);
	close(fixture->sockets[0]);
	close(fixture->sockets[1]);
}

static bool
is_open(const struct fixture *fixture)
{
	char byte;
	ssize_t n = recv(fixture->sockets[1], &byte, 1, 0);
	g_assert_true(n == 0 || (n < 0 && errno == EAGAIN));
	return n < 0;
}

static void
test_waiting_too_long_is_ended_once(struct fixture *fixture, const void *data)
{
	g_assert_cmpuint(connections_reap(fixture->connections, fixture->opened + TIMEOUT), ==, 0);
	g_assert_true(is_open(fixture));
	g_assert_cmpuint(
		connections_reap(fixture->connections, fixture->opened + TIMEOUT + 1), ==, 1);
	g_assert_false(is_open(fixture));
	g_assert_cmpuint(
		connections_reap(fixture->connections, fixture->opened + TIMEOUT + 2), ==, 0);
}

static void
test_busy_is_left_alone(struct fixture *fixture, const void *data)
{
	connection_set_busy(fixture->connection);
	g_assert_cmpuint(connections_reap(fixture->connections, INT64_MAX), ==, 0);
	g_assert_true(is_open(fixture));
}

static void
test_answer_starts_the_wait_anew(struct fixture *fixture, const void *data)
{
	int64_t answered = fixture->opened + TIMEOUT / 2;
	connection_set_busy(fixture->connection);
	connection_set_waiting(fixture->connection, answered);
	g_assert_cmpuint(connections_reap(fixture->connections, answered + TIMEOUT), ==, 0);
	g_assert_cmpuint(connections_reap(fixture->connections, answered + TIMEOUT + 1), ==, 1);
}

static void
test_answer_must_be_read(struct fixture *fixture, const void *data)
{
	int64_t ready = fixture->opened + 5 * TIMEOUT;
	int64_t last = ready + CONNECTIONS_SENDING * TIMEOUT;
	connection_set_busy(fixture->connection);
	connection_set_sending(fixture->connection, ready);
	g_assert_cmpuint(connections_reap(fixture->connections, last), ==, 0);
	g_assert_true(is_open(fixture));
	g_assert_cmpuint(connections_reap(fixture->connections, last + 1), ==, 1);
	g_assert_false(is_open(fixture));
	g_assert_cmpuint(connections_reap(fixture->connections, INT64_MAX), ==, 0);
}

static void
test_removed_is_not_touched(struct fixture *fixture, const void *data)
{
	g_assert_cmpuint(connections_get_size(fixture->connections), ==, 1);
	connections_remove(fixture->connections, g_steal_pointer(&fixture->connection));
	g_assert_cmpuint(connections_get_size(fixture->connections), ==, 0);
	g_assert_cmpuint(connections_reap(fixture->connections, INT64_MAX), ==, 0);
	g_assert_true(is_open(fixture));
}

static void
test_peer_is_numeric(struct fixture *fixture, const void *data)
{
	g_assert_cmpstr(connection_get_peer(fixture->connection), ==, "127.0.0.1");
}

#define ADD(name, function)                                                                        \
	g_test_add("/http/connections/" name, struct fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("waiting-too-long-is-ended-once", test_waiting_too_long_is_ended_once);
	ADD("busy-is-left-alone", test_busy_is_left_alone);
	ADD("answer-starts-the-wait-anew", test_answer_starts_the_wait_anew);
	ADD("answer-must-be-read", test_answer_must_be_read);
	ADD("removed-is-not-touched", test_removed_is_not_touched);
	ADD("peer-is-numeric", test_peer_is_numeric);
	return g_test_run();
}
