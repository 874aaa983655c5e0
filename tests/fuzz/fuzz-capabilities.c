/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a host's capabilities: what is taken gives cpu_info, which is a JSON object. */
#include "fuzz.h"

#include <jansson.h>
#include <string.h>

#include "collect/capabilities.h"

static void
check(const struct capabilities *capabilities)
{
	g_autofree char *info = capabilities_format_cpu_info(capabilities);
	json_t *json = json_loads(info, 0, NULL);
	g_assert_true(json_is_object(json));
	json_decref(json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(capabilities_free)
	struct capabilities *capabilities = capabilities_parse((const char *)data, size, NULL);
	if (capabilities != NULL) {
		check(capabilities);
		/* libvirt is asked to expand the CPU: its answer is as foreign as this one. */
		const char *cpu = capabilities_get_cpu(capabilities);
		if (cpu != NULL)
			g_assert_true(
				capabilities_set_features(capabilities, cpu, strlen(cpu), NULL));
		check(capabilities);
	}
	return 0;
}
