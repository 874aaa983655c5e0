/* SPDX-License-Identifier: Apache-2.0 */
/* LIKE '%pattern%': a table, and SQLite's own word on random texts. */
#include "model/like.h"

#include <glib.h>
#include <sqlite3.h>

static const struct {
	const char *text, *pattern;
	bool contains;
} cases[] = {
	{"", "", true},
	{"", "%", true},
	{"", "_", false},
	{"", "a", false},
	{"cmp-01.example.org", "", true},
	{"cmp-01.example.org", "cmp", true},
	{"cmp-01.example.org", "CMP-01", true},
	{"CMP-01.example.org", "cmp", true},
	{"cmp-01.example.org", "example", true},
	{"cmp-01.example.org", "org", true},
	{"cmp-01.example.org", "orgs", false},
	{"cmp-01.example.org", "cmp-0_", true},
	{"cmp-01.example.org", "cmp_01", true},
	{"cmp-01.example.org", "cmp-_.example", false},
	{"cmp-01.example.org", "cmp%org", true},
	{"cmp-01.example.org", "org%cmp", false},
	{"cmp-01.example.org", "%", true},
	{"cmp-01.example.org", "%%%", true},
	{"cmp-01.example.org", "c%p%1%g", true},
	{"aab", "ab", true}, /* a first match that leads nowhere */
	{"aaab", "a%ab", true},
	{"abcabd", "abd", true},
	{"abab", "a%b%a%b%a", false},
	{"a.c", "a\\.c", false}, /* no character escapes another */
	{"abc", "_b_", true},
	{"abc", "____", false},
	{"caf\xc3\xa9", "caf_", true}, /* one character, two bytes */
	{"caf\xc3\xa9", "caf__", false},
	{"caf\xc3\xa9s", "f_s", true},
	{"caf\xc3\xa9", "\xc3\xa9", true},
	{"caf\xc3\xa9", "\xc3\x89", false}, /* only the case of ASCII letters does not matter */
	{"\xf0\x9f\x90\xa7!", "_!", true},
};

static void
test_matches_as_like_does(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("'%s' LIKE '%%%s%%'", cases[i].text, cases[i].pattern);
		g_assert_cmpint(
			like_contains(cases[i].text, cases[i].pattern), ==, cases[i].contains);
	}
}

/* Of few letters, so that much matches in part; the wild ones among them in a pattern. */
static char *
make_random(const char *letters, int size, int longest)
{
	int length = g_test_rand_int_range(0, longest + 1);
	char *text = g_malloc0((size_t)length + 1);
	for (int i = 0; i < length; i++)
		text[i] = letters[g_test_rand_int_range(0, size)];
	return text;
}

static void
test_agrees_with_sqlite(void)
{
	unsigned matches = 0, rounds = 100000;
	for (unsigned i = 0; i < rounds; i++) {
		g_autofree char *text = make_random("abAB_%-.", 8, 12);
		g_autofree char *pattern = make_random("abAB__%%-", 9, 6);
		g_autofree char *like = g_strconcat("%", pattern, "%", NULL);
		bool expected = sqlite3_strlike(like, text, 0) == 0;
		if (like_contains(text, pattern) != expected) {
			g_test_message("'%s' LIKE '%s' is %d", text, like, expected);
			g_test_fail();
		}
		matches += expected;
	}
	g_assert_cmpuint(matches, >, rounds / 10); /* else it would have shown little */
	g_assert_cmpuint(matches, <, rounds - rounds / 10);
}

/* A pattern that a naive match tries in more ways than there is time for. */
static void
test_is_not_slow_on_many_wildcards(void)
{
	g_autofree char *text = g_strnfill(5000, 'a');
	g_autoptr(GString) pattern = g_string_new(NULL);
	for (int i = 0; i < 100; i++)
		g_string_append(pattern, "%a");
	g_string_append(pattern, "b");
	g_assert_false(like_contains(text, pattern->str));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/like/matches-as-like-does", test_matches_as_like_does);
	g_test_add_func("/like/agrees-with-sqlite", test_agrees_with_sqlite);
	g_test_add_func("/like/is-not-slow-on-many-wildcards", test_is_not_slow_on_many_wildcards);
	return g_test_run();
}
