/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Keystone says of a token: whatever bytes it is, there is either a caller, with a
 * user and in UTF-8, and no error; or an error and no caller.
 */
#include "fuzz.h"

#include <string.h>

#include "identity/keystone_token.h"

static void
check_text(const char *text)
{
	g_assert_true(text == NULL || g_utf8_validate(text, -1, NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	CLEANUP(caller_unref) struct caller *caller = NULL;
	int64_t expires_at;
	bool is_token =
		keystone_token_parse((const char *)data, size, &caller, &expires_at, &error);
	g_assert_true(is_token == (caller != NULL) && is_token == (error == NULL));
	if (!is_token)
		return 0;
	g_assert_true(caller->user_id != NULL && *caller->user_id != '\0');
	g_assert_false(caller->is_admin || caller->any_project);
	check_text(caller->user_id);
	check_text(caller->project_id);
	for (char **role = caller->roles; *role != NULL; role++)
		check_text(*role);
	return 0;
}
