/* SPDX-License-Identifier: Apache-2.0 */
#include "config/options.h"

#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "config/option_value.h"

static void
test_every_row_is_complete(void)
{
	for (enum option option = 0; option < OPTION_COUNT; option++) {
		const struct option_info *info = option_get_info(option);
		g_assert_nonnull(info->section);
		g_assert_nonnull(info->name);
		g_test_message("[%s] %s", info->section, info->name);
		g_assert_nonnull(info->help);
		g_assert_true(g_ascii_isupper(info->help[0]));
		g_assert_true(g_str_has_suffix(info->help, "."));
		g_assert_true((info->type == OPTION_TYPE_CHOICE) == (info->choices != NULL));
		g_assert_true(info->type == OPTION_TYPE_INTEGER
				      ? info->min < info->max
				      : info->min == 0 && info->max == 0 && info->unit == NULL);
	}
}

static void
test_every_default_is_valid(void)
{
	for (enum option option = 0; option < OPTION_COUNT; option++) {
		const struct option_info *info = option_get_info(option);
		g_autoptr(GError) error = NULL;
		if (info->fallback == NULL) {
			/* config_get_integer() and its like have nothing to give without one. */
			g_assert_cmpint(info->type, !=, OPTION_TYPE_INTEGER);
			g_assert_cmpint(info->type, !=, OPTION_TYPE_BOOLEAN);
			continue;
		}
		g_assert_cmpint(info->type, !=, OPTION_TYPE_LIST);
		option_check(info, info->fallback, &error);
		g_assert_no_error(error);
	}
}

static void
test_each_option_is_found_by_its_name(void)
{
	for (enum option option = 0; option < OPTION_COUNT; option++) {
		const struct option_info *info = option_get_info(option);
		g_assert_cmpint(option_find(info->section, info->name), ==, option);
		g_autofree char *section = g_ascii_strup(info->section, -1);
		g_assert_cmpint(option_find(section, info->name), ==, option);
		g_autofree char *name = g_ascii_strup(info->name, -1);
		g_assert_cmpint(option_find(info->section, name), ==, OPTION_COUNT);
	}
	g_assert_cmpint(option_find("muster", "my_ip"), ==, OPTION_COUNT);
}

static void
test_sections_are_kept_together(void)
{
	g_autoptr(GHashTable) ended = g_hash_table_new(g_str_hash, g_str_equal);
	for (enum option option = 1; option < OPTION_COUNT; option++) {
		const char *before = option_get_info(option - 1)->section;
		const char *section = option_get_info(option)->section;
		if (!g_str_equal(before, section))
			g_hash_table_add(ended, (char *)before);
		g_assert_false(g_hash_table_contains(ended, section));
	}
}

static void
test_finds_the_nearest_name(void)
{
	static const struct {
		const char *name;
		enum option nearest;
	} cases[] = {
		{"lisen", OPTION_LISTEN},
		{"Listen", OPTION_LISTEN},
		{"conect", OPTION_CONNECT},
		{"connects", OPTION_CONNECT},
		{"my_ip", OPTION_MY_IP},
		{"collection_interval", OPTION_COLLECT_INTERVAL},
		{"max_microversions", OPTION_MAX_MICROVERSION},
		{"ip", OPTION_COUNT},
		{"", OPTION_COUNT},
		{"workers", OPTION_COUNT},
		{"a_name_that_is_far_longer_than_any_option_has_and_than_the_table_of_distances",
			OPTION_COUNT},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].name);
		g_assert_cmpint(option_find_nearest(cases[i].name), ==, cases[i].nearest);
	}
}

static const char *const colours[] = {"red", "green", NULL};
static const struct option_info integer = {
	.type = OPTION_TYPE_INTEGER, .min = -5, .max = 3600, .unit = "seconds"};
static const struct option_info boolean = {.type = OPTION_TYPE_BOOLEAN};
static const struct option_info choice = {.type = OPTION_TYPE_CHOICE, .choices = colours};
static const struct option_info microversion = {.type = OPTION_TYPE_MICROVERSION};
static const struct option_info address = {.type = OPTION_TYPE_ADDRESS};
static const struct option_info ip = {.type = OPTION_TYPE_IP};
static const struct option_info template = {.type = OPTION_TYPE_NAME_TEMPLATE};
static const struct option_info text = {.type = OPTION_TYPE_STRING};

static void
test_checks_values_by_type(void)
{
	static const struct {
		const struct option_info *info;
		const char *value;
		bool valid;
	} cases[] = {
		{&integer, "0", true},
		{&integer, "-5", true},
		{&integer, "3600", true},
		{&integer, "-6", false},
		{&integer, "3601", false},
		{&integer, "99999999999999999999", false},
		{&integer, "1.0", false},
		{&integer, "0x10", false},
		{&integer, "10s", false},
		{&integer, "ten", false},
		{&boolean, "true", true},
		{&boolean, "NO", true},
		{&boolean, "2", false},
		{&boolean, "t", false},
		{&choice, "green", true},
		{&choice, "Green", false},
		{&choice, "blue", false},
		{&microversion, "2.1", true},
		{&microversion, "2.104", true},
		{&microversion, "2.105", false},
		{&microversion, "2.0", false},
		{&microversion, "2.01", false},
		{&microversion, "2.", false},
		{&microversion, "2.-1", false},
		{&microversion, "2.1.1", false},
		{&microversion, "3.1", false},
		{&microversion, "latest", false},
		{&address, "127.0.0.1:8774", true},
		{&address, "0.0.0.0:0", true},
		{&address, "localhost:1", true},
		{&address, "[::1]:65535", true},
		{&address, "[::]:8774", true},
		{&address, "::1:8774", false},
		{&address, "[127.0.0.1]:8774", false},
		{&address, "127.0.0.1", false},
		{&address, "127.0.0.1:", false},
		{&address, "127.0.0.1:65536", false},
		{&address, "127.0.0.1:-1", false},
		{&address, ":8774", false},
		{&address, "[]:8774", false},
		{&address, "]:8774", false},
		{&address, "[:8774", false},
		{&address, "example.org:8774", false},
		{&ip, "192.0.2.1", true},
		{&ip, "2001:db8::1", true},
		{&ip, "192.0.2", false},
		{&ip, "192.0.2.256", false},
		{&ip, "host", false},
		{&template, "instance-%08x", true},
		{&template, "%(uuid)s", true},
		{&template, "%n", false},
		{&text, "anything: at = all", true},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", cases[i].value);
		g_assert_true(
			option_check(cases[i].info, cases[i].value, &error) == cases[i].valid);
		if (cases[i].valid) {
			g_assert_no_error(error);
			continue;
		}
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_assert_nonnull(strstr(error->message, "expected"));
	}
}

static void
test_parses_booleans_in_any_case(void)
{
	static const char *const yes[] = {"true", "1", "on", "yes", "True", "YES", "oN"};
	static const char *const no[] = {"false", "0", "off", "no", "False", "NO", "oFF"};
	for (size_t i = 0; i < G_N_ELEMENTS(yes); i++) {
		g_assert_true(option_check(&boolean, yes[i], NULL));
		g_assert_true(option_parse_boolean(yes[i]));
		g_assert_true(option_check(&boolean, no[i], NULL));
		g_assert_false(option_parse_boolean(no[i]));
	}
}

static void
test_says_what_is_expected(void)
{
	static const struct {
		const struct option_info *info;
		const char *expected;
	} cases[] = {
		{&integer, "an integer from -5 to 3600, in seconds"},
		{&choice, "red or green"},
		{&microversion, "a microversion from 2.1 to 2.104"},
		{&ip, "an IPv4 or IPv6 address"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *expected = option_format_expected(cases[i].info);
		g_assert_cmpstr(expected, ==, cases[i].expected);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/options/every-row-is-complete", test_every_row_is_complete);
	g_test_add_func("/options/every-default-is-valid", test_every_default_is_valid);
	g_test_add_func(
		"/options/each-option-is-found-by-its-name", test_each_option_is_found_by_its_name);
	g_test_add_func("/options/sections-are-kept-together", test_sections_are_kept_together);
	g_test_add_func("/options/finds-the-nearest-name", test_finds_the_nearest_name);
	g_test_add_func("/options/checks-values-by-type", test_checks_values_by_type);
	g_test_add_func("/options/parses-booleans-in-any-case", test_parses_booleans_in_any_case);
	g_test_add_func("/options/says-what-is-expected", test_says_what_is_expected);
	return g_test_run();
}
