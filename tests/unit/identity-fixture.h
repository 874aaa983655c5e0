/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of strategies share: a server on the loopback that answers who the
 * strategy says is asking ("user project roles"), or its refusal, at the moment that
 * the test has set.
 */
#pragma once

#include "http-fixture.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "identity/verdict.h"

#define START (INT64_C(1793491200) * CLOCK_SECOND) /* 2026-11-01 */

static _Atomic int64_t moment = START;

static inline int64_t
get_moment(void)
{
	return atomic_load(&moment);
}

static inline void
pass_time(int64_t seconds)
{
	atomic_fetch_add(&moment, seconds * CLOCK_SECOND);
}

/* Has the strategy's verdict on the request. */
typedef struct verdict *find_verdict(void *strategy, const struct http_request *request);

struct asked {
	find_verdict *find;
	void *strategy;
};

static inline char *
describe(const struct caller *caller)
{
	g_autofree char *roles = g_strjoinv(",", caller->roles);
	g_autofree char *service = g_strjoinv(",", caller->service_roles);
	return g_strdup_printf("user=%s project=%s roles=%s system=%s service=%s of %s@%s, %s@%s",
		caller->user_id, caller->project_id, roles, caller->system_scope, service,
		caller->service_user_id, caller->service_user_domain_id, caller->service_project_id,
		caller->service_project_domain_id);
}

static inline struct http_response *
answer_who(void *data, const struct http_request *request)
{
	const struct asked *asked = data;
	if (request->cut_off) {
		struct http_response *response = http_response_new(503);
		take_text(response, g_strdup("cut off"));
		return response;
	}
	CLEANUP(verdict_unref) struct verdict *verdict = asked->find(asked->strategy, request);
	if (verdict == NULL)
		return NULL;
	if (verdict->caller != NULL) {
		struct http_response *response = http_response_new(200);
		take_text(response, describe(verdict->caller));
		return response;
	}
	struct http_response *response = http_response_new(verdict->status);
	if (verdict->challenge != NULL)
		http_response_add_header(response, "WWW-Authenticate", verdict->challenge);
	take_text(response, g_strdup(verdict->message));
	return response;
}

static inline struct http_server *
start_asking(struct asked *asked)
{
	const struct http_handler who = {answer_who, refuse, asked};
	const struct http_options options = {
		.address = "127.0.0.1:0",
		.threads = 2,
		.connections_max = 300,
		.waiting_max = 150,
		.request_timeout = PATIENCE,
		.shutdown_timeout = PATIENCE,
	};
	g_autoptr(GError) error = NULL;
	struct http_server *server = http_server_start(&options, &who, &error);
	g_assert_no_error(error);
	return server;
}

/* Sends the request, with the header lines, and leaves the answer to read_all(). */
static inline int
send_request(struct http_server *server, const char *headers)
{
	g_autofree char *text = g_strconcat("GET / HTTP/1.1\r\n", headers, END, NULL);
	int client = open_client(http_server_get_port(server));
	g_assert_cmpint(client, >=, 0);
	send_bytes(client, text, strlen(text));
	return client;
}

static inline char *
take_answer(int client)
{
	char *text = read_all(client);
	close(client);
	return text;
}

/* Asks with these header lines, and holds the answer against its status and a part of it. */
static inline void
assert_answer(struct http_server *server, const char *headers, unsigned status, const char *part)
{
	g_autofree char *text = take_answer(send_request(server, headers));
	assert_status(text, status);
	assert_contains(text, part);
}
