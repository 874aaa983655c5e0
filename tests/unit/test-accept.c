/* SPDX-License-Identifier: Apache-2.0 */
#include "api/accept.h"

#include <glib.h>
#include <string.h>

#include "../header.h"

#define JSON "application/json"
#define VENDOR "application/vnd.openstack.compute+json"

/* As webob's acceptable_offers() chooses for Nova. */
static const struct {
	const char *accept, *type;
} cases[] = {
	{NULL, JSON},
	{"", JSON},
	{"*/*", JSON},
	{"text/html", JSON},
	{VENDOR, VENDOR},
	{VENDOR ";version=2", VENDOR},
	{"APPLICATION/vnd.openstack.compute+JSON", VENDOR},
	{JSON ", " VENDOR, JSON},
	{VENDOR ", " JSON, JSON},
	{VENDOR ", */*", JSON},
	{VENDOR ", */*;q=0.5", VENDOR},
	{VENDOR ";q=0.2, " JSON ";q=0.1", VENDOR},
	{VENDOR ";q=0.2, application/*;q=0.3", JSON},
	{VENDOR ";q=0", JSON},
	{"application/vnd.openstack.identity+json", JSON},
	{", ;q=1, vnd.openstack", JSON},
};

static void
test_the_type_preferred_is_chosen(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *accept = cases[i].accept;
		const struct http_header header = header_of("Accept", accept);
		const struct http_request request = {
			.headers = &header, .headers_size = accept != NULL};
		g_assert_cmpstr(accept_choose_type(&request), ==, cases[i].type);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/accept/the-type-preferred-is-chosen", test_the_type_preferred_is_chosen);
	return g_test_run();
}
