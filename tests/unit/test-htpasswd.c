/* SPDX-License-Identifier: Apache-2.0 */
/* Password files: those that htpasswd -B writes, and others. */
#include <string.h>

#include "base/error.h"
#include "identity/htpasswd.h"

/* The passwords are "secret" and "other"; the cost is the least there is. */
#define ANN "ann:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n"
#define BOB "bob:$2y$04$bbcdefghijklmnopqrstuuupv.jj9tTJr.O4LVP1oPWgAPVtUQHqa\n"
#define BOB_AS_ANN "bob:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n"

static struct htpasswd *
parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct htpasswd *htpasswd = htpasswd_parse("users", text, strlen(text), &error);
	g_assert_no_error(error);
	return htpasswd;
}

static void
test_the_right_password_alone_is_right(void)
{
	static const struct {
		const char *user;
		const char *password;
		bool right;
	} table[] = {
		{"ann", "secret", true},
		{"bob", "other", true},
		{"ann", "other", false},
		{"ann", "", false},
		{"ann", "Secret", false},
		{"ann", "secret ", false},
		{"Ann", "secret", false},
		{"", "secret", false},
		{"cid", "secret", false},
		{"cid", "", false},
		{"#dan", "secret", false},
	};
	CLEANUP(htpasswd_unref)
	struct htpasswd *htpasswd = parse("# users\n\n" ANN "  \n" BOB "#dan:x\n");
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_test_message("%s, %s", table[i].user, table[i].password);
		g_assert_cmpint(htpasswd_check(htpasswd, table[i].user, table[i].password), ==,
			table[i].right);
	}
}

static void
test_the_first_line_of_a_user_counts(void)
{
	CLEANUP(htpasswd_unref) struct htpasswd *htpasswd = parse(BOB BOB_AS_ANN);
	g_assert_true(htpasswd_check(htpasswd, "bob", "other"));
	g_assert_false(htpasswd_check(htpasswd, "bob", "secret"));
}

static void
test_other_systems_ends_of_lines_and_none(void)
{
	g_autofree char *carriage = g_strdup(ANN);
	carriage[strlen(carriage) - 1] = '\r';
	CLEANUP(htpasswd_unref) struct htpasswd *htpasswd = parse(carriage);
	g_assert_true(htpasswd_check(htpasswd, "ann", "secret"));
	CLEANUP(htpasswd_unref) struct htpasswd *empty = parse("");
	g_assert_false(htpasswd_check(empty, "ann", "secret"));
}

static void
test_what_is_not_bcrypt_is_refused(void)
{
	static const char *const table[] = {
		"ann",
		"ann:",
		":$2y$04$abcdefghijklmnopqrstuu1234567890123456789012345678901",
		"ann:secret",
		"ann:$apr1$Iqd3gYeI$jTu8f3sYkdRgGrTnDoZ9m/",
		"ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
		"ann:$6$salt$hush",
		"ann:$2y$03$abcdefghijklmnopqrstuu1234567890123456789012345678901",
		"ann:$2y$18$abcdefghijklmnopqrstuu1234567890123456789012345678901",
		"ann:$2y$xx$abcdefghijklmnopqrstuu1234567890123456789012345678901",
		"ann:$2x$04$abcdefghijklmnopqrstuu1234567890123456789012345678901",
		"ann:$2y$04$abcdefghijklmnopqrstuu123456789012345678901234567890",
		"ann:$2y$04$abcdefghijklmnopqrstuu12345678901234567890123456789012",
		"ann:$2y$04$abcdefghijklmnopqrstuu123456789012345678901234567890:",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *text = g_strconcat(BOB, table[i], "\n", NULL);
		g_autoptr(GError) error = NULL;
		g_test_message("%s", table[i]);
		g_assert_null(htpasswd_parse("users", text, strlen(text), &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_assert_true(g_str_has_prefix(error->message, "users:2: expected user:hash"));
		g_assert_null(strstr(error->message, "hush"));
	}
}

static void
test_file_that_can_not_be_read_is_told(void)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(htpasswd_open("/nonexistent/users", &error));
	g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_IO);
	g_assert_nonnull(strstr(error->message, "/nonexistent/users"));

	g_autoptr(GError) limit = NULL;
	g_autofree char *blank = g_strnfill(HTPASSWD_FILE_MAX + 1, '\n');
	g_assert_null(htpasswd_parse("users", blank, HTPASSWD_FILE_MAX + 1, &limit));
	g_assert_error(limit, MUSTER_ERROR, MUSTER_ERROR_LIMIT);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/htpasswd/the-right-password-alone-is-right",
		test_the_right_password_alone_is_right);
	g_test_add_func(
		"/htpasswd/the-first-line-of-a-user-counts", test_the_first_line_of_a_user_counts);
	g_test_add_func("/htpasswd/other-systems-ends-of-lines-and-none",
		test_other_systems_ends_of_lines_and_none);
	g_test_add_func(
		"/htpasswd/what-is-not-bcrypt-is-refused", test_what_is_not_bcrypt_is_refused);
	g_test_add_func("/htpasswd/file-that-can-not-be-read-is-told",
		test_file_that_can_not_be_read_is_told);
	return g_test_run();
}
