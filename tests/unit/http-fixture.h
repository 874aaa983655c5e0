/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the HTTP server share: a real server on the loopback, spoken
 * to in raw bytes. Its handler answers with what it was handed, so that a test sees
 * what the server made of the bytes; each read has a bound, so that a server that
 * does not answer fails and does not hang.
 */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/server.h"

#define PATIENCE 10   /* s until a read gives up */
#define STREAMED 1000 /* pieces of a kilobyte of GET /stream */
#define BYTES(literal) (literal), sizeof(literal) - 1

/* What GET /wait waits for, so that a request can be held under way. */
static struct {
	GMutex lock;
	GCond changed;
	bool has_come;
	bool may_go;
} gate;

static inline void
pass_gate(void)
{
	g_mutex_lock(&gate.lock);
	gate.has_come = true;
	g_cond_broadcast(&gate.changed);
	while (!gate.may_go)
		g_cond_wait(&gate.changed, &gate.lock);
	g_mutex_unlock(&gate.lock);
}

static inline void
take_text(struct http_response *response, char *text)
{
	http_response_take_body(response, g_bytes_new_take(text, strlen(text)));
}

/* Pieces of a body that is made while it is sent: so many numbers as *data says, and 0. */
static inline bool
append_number(void *data, GString *piece)
{
	unsigned *left = data;
	g_string_append_printf(piece, "%0*u,", 1000, *left);
	return (*left)-- > 0;
}

static inline struct http_response *
answer(void *data, const struct http_request *request)
{
	if (g_str_equal(request->path, "/wait"))
		pass_gate();
	if (g_str_equal(request->path, "/none"))
		return http_response_new(204);

	if (g_str_equal(request->path, "/stream")) {
		struct http_response *streamed = http_response_new(200);
		unsigned *left = g_new(unsigned, 1);
		*left = STREAMED - 1;
		http_response_take_stream(
			streamed, (struct http_stream){append_number, g_free, left});
		return streamed;
	}
	bool is_unchanged = g_str_equal(request->path, "/unchanged");
	struct http_response *response = http_response_new(is_unchanged ? 304 : 200);
	http_response_add_header(response, "Content-Type", "text/plain");
	GString *text = g_string_new(NULL);
	g_string_printf(text, "%s %s ? %s", request->method, request->path,
		request->query != NULL ? request->query : "(none)");
	if (request->authority.text != NULL)
		g_string_append_printf(
			text, " of %.*s", (int)request->authority.length, request->authority.text);
	const struct http_header *header = http_request_get_header(request, "x-test");
	if (header != NULL)
		g_string_append_printf(text, " [%.*s]", (int)header->length, header->value);
	if (request->has_body)
		g_string_append(text, " body");
	take_text(response, g_string_free(text, FALSE));
	return response;
}

static inline struct http_response *
refuse(void *data, const struct http_request *request, unsigned status, const char *words)
{
	struct http_response *response = http_response_new(status);
	http_response_add_header(response, "Content-Type", "application/json");
	take_text(response, g_strdup_printf("{\"refused\": %u}", status));
	return response;
}

static const struct http_handler handler = {.answer = answer, .refuse = refuse};

static inline struct http_server *
start(unsigned request_timeout)
{
	const struct http_options options = {
		.address = "127.0.0.1:0",
		.threads = 2,
		.connections_max = 100,
		.request_timeout = request_timeout,
		.shutdown_timeout = PATIENCE,
	};
	g_autoptr(GError) error = NULL;
	struct http_server *server = http_server_start(&options, &handler, &error);
	g_assert_no_error(error);
	return server;
}

/* A connected socket, or -1. */
static inline int
open_client(unsigned port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	struct timeval patience = {.tv_sec = PATIENCE};
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(client, >=, 0);
	g_assert_cmpint(
		setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), ==, 0);
	if (connect(client, (struct sockaddr *)&address, sizeof(address)) == 0)
		return client;
	close(client);
	return -1;
}

/* All of it; the server may hang up before. */
static inline void
send_bytes(int client, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(client, bytes, length, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		bytes += sent;
		length -= (size_t)sent;
	}
}

/* Up to the server's hanging up. */
static inline char *
read_all(int client)
{
	GString *text = g_string_new(NULL);
	char buffer[4096];
	ssize_t n;
	while ((n = recv(client, buffer, sizeof(buffer), 0)) > 0)
		g_string_append_len(text, buffer, n);
	g_assert_true(n == 0 || errno == ECONNRESET);
	return g_string_free(text, FALSE);
}

static inline char *
ask(struct http_server *server, const char *bytes, size_t length)
{
	int client = open_client(http_server_get_port(server));
	g_assert_cmpint(client, >=, 0);
	send_bytes(client, bytes, length);
	char *text = read_all(client);
	close(client);
	return text;
}

static inline void
assert_contains(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		g_error("expected '%s' in '%s'", part, text);
}

static inline void
assert_status(const char *text, unsigned status)
{
	g_autofree char *line = g_strdup_printf("HTTP/1.1 %u ", status);
	if (!g_str_has_prefix(text, line))
		g_error("expected '%s' of '%s'", line, text);
}

/* What ends the head of a request that is to be the last. */
#define END "Host: h\r\nConnection: close\r\n\r\n"
