/* SPDX-License-Identifier: Apache-2.0 */
#include "cell-fixture.h"

#include <string.h>

void
open_reader(struct cell_fixture *fixture)
{
	fixture->reader = cell_reader_new(
		&(struct cell_reader_options){.mapping = fixture->mapping, .timeout = 2});
}

void
cell_fixture_set_up(struct cell_fixture *fixture, const void *data)
{
	nova_set_up(&fixture->nova, NULL);
	nova_add_cell(&fixture->nova, 1);
	nova_add_host(&fixture->nova, 1, 1);
	nova_add_host(&fixture->nova, 1, 2);
	nova_add_instance(&fixture->nova, 1, 1, "cmp-01");
	nova_add_instance(&fixture->nova, 1, 2, "cmp-01");
	fixture->mapping = nova_make_mapping(&fixture->nova, 1);
	fixture->now = NOVA_START;
	open_reader(fixture);
}

void
cell_fixture_tear_down(struct cell_fixture *fixture, const void *data)
{
	cell_reader_free(fixture->reader);
	cell_mapping_free(fixture->mapping);
	nova_tear_down(&fixture->nova, NULL);
}

static char *
format_servers(const char *host, const struct servers *servers)
{
	g_autoptr(GString) text = g_string_new(host);
	g_string_append_c(text, '[');
	for (size_t i = 0; i < servers_get_size(servers); i++)
		g_string_append_printf(
			text, "%s%s", i == 0 ? "" : " ", servers_get_name(servers, i));
	g_string_append_c(text, ']');
	return g_strdup(text->str);
}

char *
describe(const struct cell_delta *delta)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	if (delta->all_nodes)
		g_ptr_array_add(words, g_strdup("all-nodes"));
	for (guint i = 0; i < delta->nodes->len; i++) {
		const struct node_columns *node = node_get_columns(delta->nodes->pdata[i]);
		g_ptr_array_add(words, g_strdup_printf("%d@%s", (int)node->id, node->host));
	}
	for (guint i = 0; i < delta->gone->len; i++)
		g_ptr_array_add(
			words, g_strdup_printf("-%d", (int)g_array_index(delta->gone, int64_t, i)));
	if (delta->all_servers)
		g_ptr_array_add(words, g_strdup("all-servers"));
	g_autoptr(GList) hosts = g_hash_table_get_keys(delta->servers);
	hosts = g_list_sort(hosts, (GCompareFunc)strcmp);
	for (GList *host = hosts; host != NULL; host = host->next)
		g_ptr_array_add(words, format_servers(host->data,
					       g_hash_table_lookup(delta->servers, host->data)));
	g_ptr_array_add(words, NULL);
	return g_strjoinv(" ", (char **)words->pdata);
}

struct cell_delta *
read_delta(struct cell_fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	struct cell_delta *delta = cell_reader_read(fixture->reader, true, fixture->now, &error);
	g_assert_no_error(error);
	return delta;
}

void
assert_reads(struct cell_fixture *fixture, const char *expected)
{
	CLEANUP(cell_delta_free) struct cell_delta *delta = read_delta(fixture);
	g_autofree char *text = describe(delta);
	g_assert_cmpstr(text, ==, expected);
}

void
skip_reading(struct cell_fixture *fixture)
{
	cell_delta_free(read_delta(fixture));
}

char *
compare_all(struct cell_fixture *fixture)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (bool last = false; !last;) {
		g_autoptr(GError) error = NULL;
		CLEANUP(cell_delta_free)
		struct cell_delta *delta = cell_reader_compare(fixture->reader, &last, &error);
		g_assert_no_error(error);
		g_autofree char *line = describe(delta);
		g_string_append_printf(text, "%s\n", line);
		g_assert_cmpuint(text->len, <, 1000000); /* it comes to an end */
	}
	return g_strdup(text->str);
}

void
assert_fails(struct cell_fixture *fixture, const char *table)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(cell_reader_read(fixture->reader, true, fixture->now, &error));
	g_assert_nonnull(error);
	g_assert_nonnull(strstr(error->message, table));
}

struct cell_delta *
compare_next(struct cell_fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	bool last;
	struct cell_delta *delta = cell_reader_compare(fixture->reader, &last, &error);
	g_assert_no_error(error);
	return delta;
}
