/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The query string: any text is read or refused, at each schema. What was read
 * and is formatted for a next link is read again as the same.
 */
#include "fuzz.h"

#include <string.h>

#include "api/hypervisors.h"
#include "api/query.h"
#include "api/services.h"

static void
check_next(const struct query *query, const struct query_schema *schema, bool asked_by_marker)
{
	static const char *const names[] = {"limit", "with_servers", "hypervisor_hostname_pattern"};
	g_autofree char *next = query_format_next(query, "7", asked_by_marker);
	g_autoptr(GError) error = NULL;
	CLEANUP(query_free) struct query *again = query_parse(next, schema, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(query_get(again, "marker"), ==, "7");
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		g_assert_cmpint(
			query_get(again, names[i]) == NULL, ==, query_get(query, names[i]) == NULL);
}

static void
try(const char *text, const struct query_schema *schema, bool has_next)
{
	g_autoptr(GError) error = NULL;
	CLEANUP(query_free) struct query *query = query_parse(text, schema, &error);
	g_assert_true((query == NULL) == (error != NULL));
	if (error != NULL)
		g_assert_true(g_utf8_validate(error->message, -1, NULL));
	if (error != NULL || !has_next)
		return;
	check_next(query, schema, true);
	check_next(query, schema, false);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	try(text, NULL, false);
	try(text, hypervisors_get_list_schema(33), true);
	try(text, hypervisors_get_list_schema(53), true);
	try(text, hypervisors_get_show_schema(53), false);
	try(text, services_get_list_schema(1), false);
	try(text, services_get_list_schema(75), false);
	return 0;
}
