/* SPDX-License-Identifier: Apache-2.0 */
/* The password file: whatever bytes it is, it is taken, or refused with its line and without the
 * hash. */
#include "fuzz.h"

#include <string.h>

#include "identity/htpasswd.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	CLEANUP(htpasswd_unref)
	struct htpasswd *htpasswd = htpasswd_parse("users", (const char *)data, size, &error);
	g_assert_true((htpasswd == NULL) == (error != NULL));
	if (htpasswd == NULL) {
		g_assert_true(g_str_has_prefix(error->message, "users:"));
		g_assert_true(g_utf8_validate(error->message, -1, NULL));
	}
	return 0;
}
