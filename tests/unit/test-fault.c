/* SPDX-License-Identifier: Apache-2.0 */
/* Faults in Nova's form, and the status of each error. */
#include "api/fault.h"

#include <string.h>

#include "base/error.h"

static const struct {
	enum muster_error code;
	unsigned status;
} statuses[] = {
	{MUSTER_ERROR_INVALID, 400},
	{MUSTER_ERROR_NOT_FOUND, 404},
	{MUSTER_ERROR_FORBIDDEN, 403},
	{MUSTER_ERROR_UNSUPPORTED, 501},
	{MUSTER_ERROR_LIMIT, 413},
	{MUSTER_ERROR_BUSY, 503},
	{MUSTER_ERROR_UNAVAILABLE, 503},
	{MUSTER_ERROR_TIMEOUT, 503},
	{MUSTER_ERROR_IO, 500},
};

static void
test_every_error_has_a_status(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
		g_autoptr(GError) error =
			g_error_new_literal(MUSTER_ERROR, (int)statuses[i].code, "a message");
		g_assert_cmpuint(fault_get_status(error), ==, statuses[i].status);
	}
	/* The codes are a closed list that ends with MUSTER_ERROR_IO: none is left out above. */
	g_assert_cmpuint(G_N_ELEMENTS(statuses), ==, MUSTER_ERROR_IO + 1);
}

static const struct {
	unsigned status;
	const char *body;
} bodies[] = {
	{400, "{\"badRequest\": {\"code\": 400, \"message\": \"a \\\"b\\\"\"}}"},
	{401, "{\"unauthorized\": {\"code\": 401, \"message\": \"a \\\"b\\\"\"}}"},
	{403, "{\"forbidden\": {\"code\": 403, \"message\": \"a \\\"b\\\"\"}}"},
	{404, "{\"itemNotFound\": {\"code\": 404, \"message\": \"a \\\"b\\\"\"}}"},
	{406, "{\"computeFault\": {\"code\": 406, \"message\": \"a \\\"b\\\"\"}}"},
	{413, "{\"overLimit\": {\"code\": 413, \"message\": \"a \\\"b\\\"\"}}"},
	{431, "{\"computeFault\": {\"code\": 431, \"message\": \"a \\\"b\\\"\"}}"},
	{500, "{\"computeFault\": {\"code\": 500, \"message\": \"a \\\"b\\\"\"}}"},
	{501, "{\"notImplemented\": {\"code\": 501, \"message\": \"a \\\"b\\\"\"}}"},
	{503, "{\"serviceUnavailable\": {\"code\": 503, \"message\": \"a \\\"b\\\"\"}}"},
};

static void
test_a_fault_is_in_novas_form(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
		CLEANUP(http_response_free)
		struct http_response *response = fault_new(bodies[i].status, "a \"b\"");
		g_assert_cmpuint(response->status, ==, bodies[i].status);
		gsize size;
		const char *body = g_bytes_get_data(response->body, &size);
		g_assert_cmpmem(body, size, bodies[i].body, strlen(bodies[i].body));
		g_assert_cmpuint(response->headers_size, ==, bodies[i].status == 503 ? 2 : 1);
		g_assert_cmpstr(response->headers[0].name, ==, "Content-Type");
		g_assert_cmpstr(response->headers[0].value, ==, "application/json; charset=UTF-8");
	}
}

static void
test_a_503_says_when_to_come_again(void)
{
	CLEANUP(http_response_free) struct http_response *response = fault_new(503, "");
	g_assert_cmpstr(response->headers[1].name, ==, "Retry-After");
	g_assert_cmpstr(response->headers[1].value, ==, "5");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fault/every-error-has-a-status", test_every_error_has_a_status);
	g_test_add_func("/fault/a-fault-is-in-novas-form", test_a_fault_is_in_novas_form);
	g_test_add_func("/fault/a-503-says-when-to-come-again", test_a_503_says_when_to_come_again);
	return g_test_run();
}
