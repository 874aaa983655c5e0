/* SPDX-License-Identifier: Apache-2.0 */
#include "config/instance_name.h"

#include <string.h>

#include "base/error.h"

/* Templates, and what Python 3.11 makes of them by the rule of Nova's Instance.name for
 * {id: 5, uuid: u-u, display_name: dé, hostname: None}; NULL: it raises, and Nova answers 500. */
static const struct {
	const char *template;
	const char *name;
} pairs[] = {
	{"instance-%08x", "instance-00000005"},
	{"abc", "abc"},
	{"", ""},
	{"%d", "5"},
	{"%i%%", "5%"},
	{"%u", "5"},
	{"%5d|", "    5|"},
	{"%-5d|", "5    |"},
	{"%-05d|", "5    |"},
	{"%05d", "00005"},
	{"%+d", "+5"},
	{"% d", " 5"},
	{"% +d", "+5"},
	{"%#x", "0x5"},
	{"%#X", "0X5"},
	{"%#o", "0o5"},
	{"%#08x", "0x000005"},
	{"%-#8x|", "0x5     |"},
	{"%.3d", "005"},
	{"%08.3d", "00000005"},
	{"%8.3d", "     005"},
	{"%.d", "5"},
	{"%0d", "5"},
	{"%+x", "+5"},
	{"%.2x", "05"},
	{"%#.4x", "0x0005"},
	{"%#010.4x", "0x00000005"},
	{"%-+6d|", "+5    |"},
	{"%- 5d|", " 5   |"},
	{"%o", "5"},
	{"%s", "5"},
	{"%5s|", "    5|"},
	{"%05s", "    5"},
	{"%-5s|", "5    |"},
	{"%.0s|", "|"},
	{"%.1s", "5"},
	{"%#s", "5"},
	{"%+s|", "5|"},
	{"%r", "5"},
	{"%a", "5"},
	{"%ld", "5"},
	{"%hd", "5"},
	{"%Ld", "5"},
	{"%lld", NULL},
	{"%ls", "5"},
	{"é%d", "é5"},
	{"%d\n", "5\n"},
	{"%%", "%"},
	{"a%%b", "a%b"},
	{"%%%(uuid)s", "%u-u"},
	{"%", NULL},
	{"%5", NULL},
	{"%d%", NULL},
	{"%5%", NULL},
	{"%y", NULL},
	{"%é", NULL},
	{"%d %d", NULL},
	{"%d %y", NULL},
	{"%*d", NULL},
	{"%.*d", NULL},
	{"%(", NULL},
	{"%(uuid", NULL},
	{"%(uuid)", NULL},
	{"%(uuid)s", "u-u"},
	{"%(id)08x-%(uuid)s", "00000005-u-u"},
	{"%(id)d%%", "5%"},
	{"%(id)+d", "+5"},
	{"%(id)s", "5"},
	{"%(id)r", "5"},
	{"%(display_name)s", "dé"},
	{"%(display_name).1s", "d"},
	{"%(display_name).2s", "dé"},
	{"%(display_name)5s|", "   dé|"},
	{"%(display_name)-5s|", "dé   |"},
	{"%(display_name)05s", "   dé"},
	{"%(hostname)s", "None"},
	{"%(hostname)10s|", "      None|"},
	{"%(uuid)d", NULL},
	{"%(hostname)d", NULL},
	{"%(uuid)y", NULL},
	{"%(uuid)5%", NULL},
	{"%(uuid)%", NULL},
	{"%(uuid)s %d", NULL},
	{"%(uuid)s %s", NULL},
	{"%(uuid)*s", NULL},
	{"%d%(uuid)s", NULL},
	{"%(nokey)s", "u-u"},
	{"%(name)s", "u-u"},
	{"%(nokey)", "u-u"},
	{"%(nokey)%", "u-u"},
	{"%(nokey)s %y", "u-u"},
	{"%(nokey)s %(uuid)d", "u-u"},
	{"%(uuid)d %(nokey)s", NULL},
	{"%()s", "u-u"},
	{"%(a(b))s", "u-u"},
	{"%(a(b)s", NULL},
	{"x%(nokey)s%(uuid)s", "u-u"},
	{"%(UUID)s", "u-u"},
};

static void
test_names_as_python_does(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autoptr(GError) error = NULL;
		CLEANUP(instance_name_free)
		struct instance_name *name = instance_name_new(pairs[i].template, &error);
		g_test_message("%s", pairs[i].template);
		if (pairs[i].name == NULL) {
			g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
			g_assert_null(name);
			continue;
		}
		g_assert_no_error(error);
		const struct instance_name_columns columns = {5, "u-u", "dé", NULL};
		g_autoptr(GString) made = g_string_new(NULL);
		instance_name_append(name, &columns, made);
		g_assert_cmpstr(made->str, ==, pairs[i].name);
	}
}

/* What Python can do and Muster does not: refused at the start, not named wrongly. */
static void
test_refuses_what_it_can_not_name(void)
{
	static const struct {
		const char *template;
		enum muster_error code;
	} cases[] = {
		{"%(memory_mb)s", MUSTER_ERROR_UNSUPPORTED},
		{"%(host)s-%(id)d", MUSTER_ERROR_UNSUPPORTED},
		{"%(created_at)s", MUSTER_ERROR_UNSUPPORTED},
		{"%f", MUSTER_ERROR_INVALID},
		{"%c", MUSTER_ERROR_INVALID},
		{"%(uuid)r", MUSTER_ERROR_INVALID},
		{"%s %(uuid)s", MUSTER_ERROR_INVALID},
		{"%256d", MUSTER_ERROR_INVALID},
		{"%.256d", MUSTER_ERROR_INVALID},
		{"%99999999999999999999d", MUSTER_ERROR_INVALID},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", cases[i].template);
		g_assert_null(instance_name_new(cases[i].template, &error));
		g_assert_error(error, MUSTER_ERROR, (int)cases[i].code);
	}
}

static void
test_bounds_the_template(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *longest = g_strnfill(INSTANCE_NAME_TEMPLATE_MAX, '(');
	longest[0] = '%';
	g_assert_null(instance_name_new(longest, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	g_clear_error(&error);

	g_autofree char *longer = g_strnfill(INSTANCE_NAME_TEMPLATE_MAX + 1, 'x');
	g_assert_null(instance_name_new(longer, &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
	g_assert_nonnull(strstr(error->message, "at most 255 bytes"));
}

static void
test_names_any_id(void)
{
	static const struct {
		int64_t id;
		const char *name;
	} cases[] = {
		{0, "00000000"},
		{0xffffffff, "ffffffff"},
		{INT64_C(0x123456789a), "123456789a"},
		{INT64_MAX, "7fffffffffffffff"},
		{-1, "-0000001"},
		{INT64_MIN, "-8000000000000000"},
	};
	CLEANUP(instance_name_free)
	struct instance_name *name = instance_name_new("%08x", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct instance_name_columns columns = {cases[i].id, "u", "d", "h"};
		g_autoptr(GString) made = g_string_new(NULL);
		instance_name_append(name, &columns, made);
		g_assert_cmpstr(made->str, ==, cases[i].name);
	}
}

static void
test_tells_what_it_needs(void)
{
	static const struct {
		const char *template;
		bool texts;
	} cases[] = {
		{"instance-%08x", false},
		{"%(id)d-%(uuid)s", false},
		{"%(nokey)s", false},
		{"%(display_name)s", true},
		{"%(id)d.%(hostname)s", true},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		CLEANUP(instance_name_free)
		struct instance_name *name = instance_name_new(cases[i].template, NULL);
		g_assert_cmpint(instance_name_needs_texts(name), ==, cases[i].texts);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/instance-name/names-as-python-does", test_names_as_python_does);
	g_test_add_func(
		"/instance-name/refuses-what-it-can-not-name", test_refuses_what_it_can_not_name);
	g_test_add_func("/instance-name/bounds-the-template", test_bounds_the_template);
	g_test_add_func("/instance-name/names-any-id", test_names_any_id);
	g_test_add_func("/instance-name/tells-what-it-needs", test_tells_what_it_needs);
	return g_test_run();
}
