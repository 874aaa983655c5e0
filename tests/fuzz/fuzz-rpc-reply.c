/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes into the reply queue, where anybody on the broker may put anything: there is
 * either a reply, with an id and all in UTF-8, and no error; or an error and no reply.
 */
#include "fuzz.h"

#include "nova/rpc_message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	CLEANUP(rpc_reply_free)
	struct rpc_reply *reply = rpc_message_parse_reply(data, size, &error);
	g_assert_true((reply == NULL) == (error != NULL));
	if (reply == NULL)
		return 0;
	g_assert_true(g_utf8_validate(reply->id, -1, NULL));
	g_assert_true(reply->text == NULL || g_utf8_validate(reply->text, -1, NULL));
	g_assert_true(reply->kind != RPC_REPLY_FAILURE || reply->text != NULL);
	return 0;
}
