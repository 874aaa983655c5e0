/* SPDX-License-Identifier: Apache-2.0 */
#include "api/answer.h"

struct http_response *
answer_new(GString *json)
{
	struct http_response *response = http_response_new(200);
	http_response_take_body(response, g_string_free_to_bytes(json));
	return response;
}
