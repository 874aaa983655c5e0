/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transport_url, as a row of cell_mappings has it: whatever text it is, there is either
 * a broker that can be connected to, and no error; or an error.
 */
#include "fuzz.h"

#include "nova/transport_url.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(GError) error = NULL;
	CLEANUP(transport_url_free) struct transport_url *url = transport_url_parse(text, &error);
	g_assert_true((url == NULL) == (error != NULL));
	if (url == NULL)
		return 0;
	g_assert_cmpuint(url->brokers->len, >, 0);
	for (unsigned i = 0; i < url->brokers->len; i++) {
		const struct transport_broker *broker = g_ptr_array_index(url->brokers, i);
		g_assert_true(*broker->host != '\0' && *broker->user != '\0');
		g_assert_true(*broker->password != '\0');
		g_assert_true(broker->port > 0 && broker->port <= UINT16_MAX);
	}
	g_assert_true(*url->virtual_host != '\0' && url->query != NULL);
	return 0;
}
