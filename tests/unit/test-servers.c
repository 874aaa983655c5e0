/* SPDX-License-Identifier: Apache-2.0 */
/* The list of a host's servers, in one allocation. */
#include "model/servers.h"

static void
test_empty_list(void)
{
	CLEANUP(servers_unref) struct servers *servers = servers_new_empty();
	g_assert_cmpuint(servers_get_size(servers), ==, 0);
}

static void
test_keeps_order_and_text(void)
{
	CLEANUP(servers_builder_free) struct servers_builder *builder = servers_builder_new();
	for (int i = 0; i < 1000; i++) {
		g_autofree char *uuid = g_strdup_printf("uuid-%d", i);
		g_autofree char *name = g_strdup_printf("a rather long name, that of %d", i);
		servers_builder_add(builder, i, uuid, name);
	}
	CLEANUP(servers_unref)
	struct servers *servers = servers_builder_end(g_steal_pointer(&builder));
	g_assert_cmpuint(servers_get_size(servers), ==, 1000);
	for (int i = 0; i < 1000; i++) {
		g_autofree char *uuid = g_strdup_printf("uuid-%d", i);
		g_autofree char *name = g_strdup_printf("a rather long name, that of %d", i);
		g_assert_cmpstr(servers_get_uuid(servers, (size_t)i), ==, uuid);
		g_assert_cmpstr(servers_get_name(servers, (size_t)i), ==, name);
	}
}

static void
test_empty_texts_are_kept(void)
{
	struct servers_builder *builder = servers_builder_new();
	servers_builder_add(builder, 1, "", "");
	servers_builder_add(builder, 2, "u", "");
	CLEANUP(servers_unref) struct servers *servers = servers_builder_end(builder);
	g_assert_cmpstr(servers_get_uuid(servers, 0), ==, "");
	g_assert_cmpstr(servers_get_name(servers, 0), ==, "");
	g_assert_cmpstr(servers_get_uuid(servers, 1), ==, "u");
	g_assert_cmpstr(servers_get_name(servers, 1), ==, "");
}

static void
test_comes_in_the_order_of_the_ids(void)
{
	static const struct {
		int64_t id;
		const char *name;
	} added[] = {{7, "7"}, {-1, "-1"}, {INT64_MAX, "last"}, {8, "8"}, {INT64_MIN, "first"}};
	static const char *const wanted[] = {"first", "-1", "7", "8", "last"};
	struct servers_builder *builder = servers_builder_new();
	for (size_t i = 0; i < G_N_ELEMENTS(added); i++)
		servers_builder_add(builder, added[i].id, "uuid", added[i].name);
	CLEANUP(servers_unref) struct servers *servers = servers_builder_end(builder);
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
		g_assert_cmpstr(servers_get_name(servers, i), ==, wanted[i]);
}

static void
test_a_builder_may_be_given_up(void)
{
	CLEANUP(servers_builder_free) struct servers_builder *builder = servers_builder_new();
	servers_builder_add(builder, 1, "uuid", "name"); /* the sanitizer would tell of a leak */
}

static void
test_lives_as_long_as_its_last_reference(void)
{
	struct servers_builder *builder = servers_builder_new();
	servers_builder_add(builder, 1, "uuid", "name");
	struct servers *servers = servers_builder_end(builder);
	CLEANUP(servers_unref) struct servers *again = servers_ref(servers);
	servers_unref(servers);
	g_assert_cmpstr(servers_get_name(again, 0), ==, "name");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/servers/empty-list", test_empty_list);
	g_test_add_func("/servers/keeps-order-and-text", test_keeps_order_and_text);
	g_test_add_func("/servers/empty-texts-are-kept", test_empty_texts_are_kept);
	g_test_add_func(
		"/servers/comes-in-the-order-of-the-ids", test_comes_in_the_order_of_the_ids);
	g_test_add_func("/servers/a-builder-may-be-given-up", test_a_builder_may_be_given_up);
	g_test_add_func("/servers/lives-as-long-as-its-last-reference",
		test_lives_as_long_as_its_last_reference);
	return g_test_run();
}
