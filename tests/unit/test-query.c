/* SPDX-License-Identifier: Apache-2.0 */
/* The query string against the schemas of each microversion; the messages are those that Nova
 * 26.2.2 gave. */
#include "api/query.h"

#include <string.h>

#include "api/hypervisors.h"
#include "api/services.h"
#include "base/error.h"

#define BOOLEANS                                                                                   \
	"[True, 'True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', 'yes', False, "       \
	"'False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', 'NO', 'No', 'no']"
#define INVALID "Invalid input for query parameters "
#define OTHERS "Additional properties are not allowed "

static const struct {
	const struct query_schema *(*schema)(unsigned minor);
	unsigned minor;
	const char *raw;
	const char *fault; /* NULL: none */
} cases[] = {
	{hypervisors_get_list_schema, 1, "limit=abc&x=y&limit=", NULL}, /* nothing is looked at */
	{hypervisors_get_list_schema, 32, "limit=-1", NULL},
	{hypervisors_get_list_schema, 33, NULL, NULL},
	{hypervisors_get_list_schema, 33, "", NULL},
	{hypervisors_get_list_schema, 33, "&&", NULL},
	{hypervisors_get_list_schema, 33, "limit=0&limit=2&unknown=1&with_servers=maybe", NULL},
	{hypervisors_get_list_schema, 33, "limit=-1",
		INVALID "limit. Value: -1. '-1' does not match '^[0-9]*$'"},
	{hypervisors_get_list_schema, 33, "limit=abc&limit=2",
		INVALID "limit. Value: abc. 'abc' does not match '^[0-9]*$'"},
	{hypervisors_get_list_schema, 33, "limit", INVALID "limit. Value: . '' is too short"},
	{hypervisors_get_list_schema, 33, "limit=", INVALID "limit. Value: . '' is too short"},
	{hypervisors_get_list_schema, 52, "limit=1.5",
		INVALID "limit. Value: 1.5. '1.5' does not match '^[0-9]*$'"},
	{hypervisors_get_list_schema, 52, "limit=+1",
		INVALID "limit. Value:  1. ' 1' does not match '^[0-9]*$'"},
	{hypervisors_get_list_schema, 52, "marker=", NULL}, /* no text of a marker is malformed */
	{hypervisors_get_list_schema, 53,
		"limit=00002&marker=7&hypervisor_hostname_pattern=cmp-0._&with_servers=On", NULL},
	{hypervisors_get_list_schema, 53, "limit=1&limit=2",
		INVALID "limit. Value: ['1', '2']. ['1', '2'] is too long"},
	{hypervisors_get_list_schema, 53, "marker=1&marker=2",
		INVALID "marker. Value: ['1', '2']. ['1', '2'] is too long"},
	{hypervisors_get_list_schema, 53, "hypervisor_hostname_pattern=",
		INVALID "hypervisor_hostname_pattern. Value: . '' is too short"},
	{hypervisors_get_list_schema, 53, "hypervisor_hostname_pattern=%25",
		INVALID "hypervisor_hostname_pattern. Value: %. '%' does not match "
			"'^[a-zA-Z0-9-._]*$'"},
	{hypervisors_get_list_schema, 53, "hypervisor_hostname_pattern=a%20b",
		INVALID "hypervisor_hostname_pattern. Value: a b. 'a b' does not match "
			"'^[a-zA-Z0-9-._]*$'"},
	{hypervisors_get_list_schema, 53, "hypervisor_hostname_pattern=%C3%A9",
		INVALID "hypervisor_hostname_pattern. Value: \xc3\xa9. '\xc3\xa9' does not match "
			"'^[a-zA-Z0-9-._]*$'"},
	{hypervisors_get_list_schema, 53, "hypervisor_hostname_pattern=it's",
		INVALID "hypervisor_hostname_pattern. Value: it's. \"it's\" does not match "
			"'^[a-zA-Z0-9-._]*$'"},
	{hypervisors_get_list_schema, 53, "limit=a%5C%27%22", /* as Python's repr() has it */
		INVALID "limit. Value: a\\'\". 'a\\\\\\'\"' does not match '^[0-9]*$'"},
	{hypervisors_get_list_schema, 53, "with_servers=maybe",
		INVALID "with_servers. Value: maybe. 'maybe' is not one of " BOOLEANS},
	{hypervisors_get_list_schema, 53,
		"with_servers=", INVALID "with_servers. Value: . '' is not one of " BOOLEANS},
	{hypervisors_get_list_schema, 53, "with_servers=tRUE",
		INVALID "with_servers. Value: tRUE. 'tRUE' is not one of " BOOLEANS},
	{hypervisors_get_list_schema, 53, "with_servers=1&with_servers=0",
		INVALID "with_servers. Value: ['1', '0']. ['1', '0'] is too long"},
	{hypervisors_get_list_schema, 53, "unknown=1", OTHERS "('unknown' was unexpected)"},
	{hypervisors_get_list_schema, 53, "Limit=1", OTHERS "('Limit' was unexpected)"},
	{hypervisors_get_list_schema, 53, "foo=1&bar=2&foo=3",
		OTHERS "('bar', 'foo' were unexpected)"},
	{hypervisors_get_list_schema, 53, "unknown=1&limit=abc", /* a known one comes first */
		INVALID "limit. Value: abc. 'abc' does not match '^[0-9]*$'"},
	{hypervisors_get_show_schema, 52, "x=y&with_servers=maybe", NULL},
	{hypervisors_get_show_schema, 53, "with_servers=1", NULL},
	{hypervisors_get_show_schema, 104, "limit=1", OTHERS "('limit' was unexpected)"},
	{services_get_list_schema, 1, "binary=a&binary=nova-compute&x=y", NULL},
	{services_get_list_schema, 74, "x=y", NULL},
	{services_get_list_schema, 75, "binary=a&binary=nova-compute&host=b", NULL},
	{services_get_list_schema, 75, "x=y", OTHERS "('x' was unexpected)"},
};

static void
test_holds_a_query_against_its_schema(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("2.%u %s", cases[i].minor, cases[i].raw);
		CLEANUP(query_free)
		struct query *query =
			query_parse(cases[i].raw, cases[i].schema(cases[i].minor), &error);
		g_assert_cmpstr(error == NULL ? NULL : error->message, ==, cases[i].fault);
		g_assert_cmpint(query == NULL, ==, cases[i].fault != NULL);
		if (error != NULL)
			g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	}
}

static const char *const undecodable[] = {"a=%", "a=%4", "%=a", "a=%FF", "%C3=1", "a=%00", "a%00"};

static void
test_refuses_what_is_no_text(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(undecodable); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", undecodable[i]);
		g_assert_null(query_parse(undecodable[i], NULL, &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	}
}

static struct query *
parse(const char *raw, unsigned minor)
{
	g_autoptr(GError) error = NULL;
	struct query *query = query_parse(raw, hypervisors_get_list_schema(minor), &error);
	g_assert_no_error(error);
	return query;
}

static void
test_a_hostname_has_its_bound(void)
{
	g_autofree char *longest = g_strnfill(255, 'a');
	g_autofree char *fits = g_strconcat("hypervisor_hostname_pattern=", longest, NULL);
	g_autofree char *over = g_strconcat(fits, "a", NULL);
	CLEANUP(query_free) struct query *query = parse(fits, 53);
	g_assert_cmpstr(query_get(query, "hypervisor_hostname_pattern"), ==, longest);
	g_autoptr(GError) error = NULL;
	g_assert_null(query_parse(over, hypervisors_get_list_schema(53), &error));
	g_assert_nonnull(strstr(error->message, "is too long"));
}

static void
test_a_query_of_too_many_parameters_is_refused(void)
{
	g_autoptr(GString) raw = g_string_new(NULL);
	for (int i = 0; i < 128; i++)
		g_string_append_printf(raw, "&p%d", i);
	query_free(query_parse(raw->str, NULL, NULL));
	g_string_append(raw, "&one-more");
	g_autoptr(GError) error = NULL;
	g_assert_null(query_parse(raw->str, NULL, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
}

static void
test_the_last_value_counts(void)
{
	CLEANUP(query_free) struct query *query = parse("limit=1&marker=a+b%2B&limit=2&x=y", 33);
	g_assert_cmpstr(query_get(query, "limit"), ==, "2");
	g_assert_cmpstr(query_get(query, "marker"), ==, "a b+");
	g_assert_null(query_get(query, "x")); /* dropped: the schema does not know it */
	g_assert_null(query_get(query, "with_servers"));
}

static const struct {
	const char *raw;
	bool value;
} booleans[] = {
	{"", false},
	{"with_servers=true", true},
	{"with_servers=1", true},
	{"with_servers=ON", true},
	{"with_servers=Yes", true},
	{"with_servers=false", false},
	{"with_servers=0", false},
	{"with_servers=off", false},
	{"with_servers=NO", false},
};

static void
test_reads_booleans(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(booleans); i++) {
		CLEANUP(query_free) struct query *query = parse(booleans[i].raw, 53);
		g_assert_cmpint(query_get_boolean(query, "with_servers"), ==, booleans[i].value);
	}
}

static const struct {
	unsigned minor;
	const char *raw, *asked_by_marker, *else_last;
} links[] = {
	{33, "", "marker=m", "marker=m"},
	{33, "limit=2", "limit=2&marker=m", "limit=2&marker=m"},
	{33, "marker=7&limit=2", "limit=2&marker=m", "limit=2&marker=m"},
	{33, "limit=1&limit=2", "limit=2&marker=m", "limit=2&marker=m"},
	{33, "limit=2&limit=1", "limit=2&marker=m", "limit=2&marker=m"},
	{33, "limit=00002&x=y", "limit=00002&marker=m", "limit=00002&marker=m"},
	{53, "with_servers=1&limit=2", "limit=2&marker=m&with_servers=1",
		"limit=2&with_servers=1&marker=m"},
};

static void
test_formats_the_next_query(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
		CLEANUP(query_free) struct query *query = parse(links[i].raw, links[i].minor);
		g_autofree char *asked = query_format_next(query, "m", true);
		g_autofree char *last = query_format_next(query, "m", false);
		g_assert_cmpstr(asked, ==, links[i].asked_by_marker);
		g_assert_cmpstr(last, ==, links[i].else_last);
	}
	CLEANUP(query_free) struct query *query = parse("limit=2", 33);
	g_autofree char *encoded = query_format_next(query, "a b&c=\xc3\xa9-._~", true);
	g_assert_cmpstr(encoded, ==, "limit=2&marker=a+b%26c%3D%C3%A9-._~");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/query/holds-a-query-against-its-schema", test_holds_a_query_against_its_schema);
	g_test_add_func("/query/refuses-what-is-no-text", test_refuses_what_is_no_text);
	g_test_add_func("/query/a-hostname-has-its-bound", test_a_hostname_has_its_bound);
	g_test_add_func("/query/a-query-of-too-many-parameters-is-refused",
		test_a_query_of_too_many_parameters_is_refused);
	g_test_add_func("/query/the-last-value-counts", test_the_last_value_counts);
	g_test_add_func("/query/reads-booleans", test_reads_booleans);
	g_test_add_func("/query/formats-the-next-query", test_formats_the_next_query);
	return g_test_run();
}
