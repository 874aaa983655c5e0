/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration, from the bytes of one file: what it loads must hold together. */
#include "fuzz.h"

#include "config/config.h"
#include "config/instance_name.h"
#include "config/option_value.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	CLEANUP(config_free)
	struct config *config = config_load_bytes("fuzz.conf", data, size, &error);
	if (config == NULL) {
		g_assert_nonnull(error);
		g_assert_true(g_utf8_validate(error->message, -1, NULL));
		return 0;
	}
	for (enum option option = 0; option < OPTION_COUNT; option++) {
		const char *value = config_get_string(config, option);
		g_assert_true(value == NULL || option_check(option_get_info(option), value, NULL));
	}
	CLEANUP(instance_name_free)
	struct instance_name *name =
		instance_name_new(config_get_string(config, OPTION_INSTANCE_NAME_TEMPLATE), NULL);
	const struct instance_name_columns columns = {5, "u-u", "dé", NULL};
	g_autoptr(GString) made = g_string_new(NULL);
	instance_name_append(name, &columns, made);
	g_assert_true(g_utf8_validate(made->str, -1, NULL));
	return 0;
}
