/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "config/ini_file.h"
#include "config/sample.h"

static struct config *
load(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct config *config = config_load_bytes("/etc/m.conf", text, strlen(text), &error);
	g_assert_no_error(error);
	g_assert_nonnull(config);
	return config;
}

static void
assert_fails(const char *text, size_t size, enum muster_error code, const char *message)
{
	g_autoptr(GError) error = NULL;
	g_assert_null(config_load_bytes("m.conf", text, size, &error));
	g_assert_error(error, MUSTER_ERROR, (int)code);
	g_test_message("%s", error->message);
	g_assert_nonnull(strstr(error->message, message));
}

static void
assert_list(const struct config *config, enum option option, const char *joined)
{
	g_autofree char *all = g_strjoinv("|", (char **)config_get_list(config, option));
	g_assert_cmpstr(all, ==, joined);
}

static void
test_gives_the_defaults(void)
{
	CLEANUP(config_free) struct config *config = config_load(NULL, NULL, 0, NULL);
	g_assert_cmpint(config_get_integer(config, OPTION_SERVICE_DOWN_TIME), ==, 60);
	g_assert_cmpint(config_get_integer(config, OPTION_DELETED_RETENTION), ==, 604800);
	g_assert_cmpstr(config_get_string(config, OPTION_LISTEN), ==, "127.0.0.1:8774");
	g_assert_null(config_get_string(config, OPTION_AUTH_STRATEGY)); /* it depends */
	g_assert_null(config_get_string(config, OPTION_DATABASE_CONNECTION));
	g_assert_null(config_get_string(config, OPTION_SERVER_NAME));
	assert_list(config, OPTION_CONNECT, "");
	g_assert_false(config_is_set(config, OPTION_LISTEN));
	g_assert_false(config_has_section(config, "muster"));
}

static void
test_reads_values_as_written(void)
{
	static const struct {
		const char *text;
		enum option option;
		const char *value;
	} cases[] = {
		{"[database]\nconnection = mysql://u:p;#x@h/db?charset=utf8\n",
			OPTION_DATABASE_CONNECTION, "mysql://u:p;#x@h/db?charset=utf8"},
		{"[database]\nconnection: mysql://u:p@h/db?a=b\n", OPTION_DATABASE_CONNECTION,
			"mysql://u:p@h/db?a=b"},
		{"[database]\nconnection=a:b\n", OPTION_DATABASE_CONNECTION, "a:b"},
		{"[Database]\nconnection = a\n", OPTION_DATABASE_CONNECTION, "a"},
		{"[database]\nconnection = \"a ; b\"\n", OPTION_DATABASE_CONNECTION, "a ; b"},
		{"[database]\nconnection = 'a'\n", OPTION_DATABASE_CONNECTION, "a"},
		{"[database]\nconnection = 'a\"\n", OPTION_DATABASE_CONNECTION, "'a\""},
		{"[database]\nconnection = \"\n", OPTION_DATABASE_CONNECTION, "\""},
		{"[database]\nconnection = \"a\" \"b\"\n", OPTION_DATABASE_CONNECTION, "a\" \"b"},
		{"[database]\nconnection =    a b   \n", OPTION_DATABASE_CONNECTION, "a b"},
		{"[database]\nconnection =\n", OPTION_DATABASE_CONNECTION, NULL},
		{"[database]\nconnection = ''\n", OPTION_DATABASE_CONNECTION, NULL},
		{"[database]\nconnection = a\nConnection = b\n", OPTION_DATABASE_CONNECTION, "a"},
		{"[database]\nCONNECTION = b\nconnection = a\n", OPTION_DATABASE_CONNECTION, "a"},
		{"[database]\nconnection = a\n[x]\n[database]\nconnection = b\n",
			OPTION_DATABASE_CONNECTION, "b"},
		{"[database]\nconnection = a\nconnection =\n", OPTION_DATABASE_CONNECTION, NULL},
		{"[database]\r\nconnection = a\r\n", OPTION_DATABASE_CONNECTION, "a"},
		{"\xef\xbb\xbf[database]\nconnection = a\n", OPTION_DATABASE_CONNECTION, "a"},
		{"# c\n; c\n\n[database]\n#connection = a\nconnection = b",
			OPTION_DATABASE_CONNECTION, "b"},
		{"[database]\nconnection = a/* b */\n", OPTION_DATABASE_CONNECTION, "a/* b */"},
		{"[database]\nconnection = sqlite:\n ///é\n", OPTION_DATABASE_CONNECTION,
			"sqlite: ///é"},
		{"[muster]\nlisten : [::1]:80\n", OPTION_LISTEN, "[::1]:80"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].text);
		CLEANUP(config_free) struct config *config = load(cases[i].text);
		g_assert_cmpstr(config_get_string(config, cases[i].option), ==, cases[i].value);
		g_assert_true(config_is_set(config, cases[i].option) == (cases[i].value != NULL));
	}
}

static void
test_keeps_long_values(void)
{
	g_autofree char *value = g_strnfill(300000, 'x');
	g_autofree char *text = g_strconcat("[database]\nconnection = ", value, "\n", NULL);
	CLEANUP(config_free) struct config *config = load(text);
	g_assert_cmpstr(config_get_string(config, OPTION_DATABASE_CONNECTION), ==, value);
}

static void
test_keeps_every_value_of_a_list(void)
{
	static const struct {
		const char *text;
		const char *joined;
	} cases[] = {
		{"[muster]\nconnect = a\n", "a"},
		{"[muster]\nconnect = a\nlisten = [::1]:1\nconnect = 'b,c'\nconnect: d\n",
			"a|b,c|d"},
		{"[muster]\nconnect = a\n[x]\nconnect = b\n[Muster]\nconnect = a\n", "a|a"},
		{"[muster]\nconnect = a\nconnect =\nconnect = b\n", "b"},
		{"[muster]\nconnect =\n", ""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		CLEANUP(config_free) struct config *config = load(cases[i].text);
		assert_list(config, OPTION_CONNECT, cases[i].joined);
	}
}

/* Of "[DEFAULT] my_ip = 192.0.2.1, state_path = /var/$my_ip, empty =" and what stands below;
 * oslo.config 9.0 gives the same but where a name is unknown, or written with the section
 * DEFAULT, which stops it. */
static void
test_substitutes(void)
{
	static const struct {
		const char *value;
		const char *expanded;
	} cases[] = {
		{"a/$my_ip/b", "a/192.0.2.1/b"},
		{"a/${my_ip}b", "a/192.0.2.1b"},
		{"$DEFAULT.my_ip", "192.0.2.1"},
		{"${DEFAULT.my_ip}", "192.0.2.1"},
		{"sqlite:///$state_path/x", "sqlite:////var/192.0.2.1/x"},
		{"${api.max_limit}", "1000"},
		{"$slave_connection", "slave"},
		{"$api.slave_connection", "$api.slave_connection"},
		{"x$empty", "x"},
		{"x$compute_link_prefix", "x$compute_link_prefix"},
		{"x${api.compute_link_prefix}", "x"},
		{"p$$my_ip", "p$my_ip"},
		{"p\\$my_ip", "p$my_ip"},
		{"p$$$my_ip", "p$192.0.2.1"},
		{"p$unknown", "p$unknown"},
		{"p${unknown}$MY_IP", "p${unknown}$MY_IP"},
		{"p$1$", "p$1$"},
		{"p${my_ip", "p${my_ip"},
		{"p$é", "p$é"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(
			"[DEFAULT]\nmy_ip = 192.0.2.1\nstate_path = /var/$my_ip\nempty =\n"
			"[database]\nconnection = %s\nslave_connection = slave\n",
			cases[i].value);
		CLEANUP(config_free) struct config *config = load(text);
		g_assert_cmpstr(config_get_string(config, OPTION_DATABASE_CONNECTION), ==,
			cases[i].expanded);
	}
}

static void
test_substitution_ends(void)
{
	static const char *const texts[] = {
		"[DEFAULT]\nmy_ip = $my_ip\n",
		"[DEFAULT]\nmy_ip = $a\na = $b\nb = x${DEFAULT.my_ip}\n",
		"[DEFAULT]\nmy_ip = $a$a$a$a\na = $b$b$b$b\nb = $c$c$c$c\nc = $d$d$d$d\nd =\n",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_fails(texts[i], strlen(texts[i]), MUSTER_ERROR_INVALID,
			"m.conf:2: [DEFAULT] my_ip = $");
}

static void
test_says_what_is_wrong_and_where(void)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{"[muster]\n\nlisen = [::1]:1\n", "m.conf:3: [muster] lisen: expected an option of "
						  "muster.conf(5), and there is "
						  "none of this name; is [muster] listen meant?"},
		{"[MUSTER]\nmy_ip = ::1\n", "; is [DEFAULT] my_ip meant?"},
		{"[muster]\nConnect = a\n", "m.conf:2: [muster] Connect: expected"},
		{"[muster]\nworkers = 1\n", "there is none of this name"},
		{"[muster]\ncollect_interval = 0\n", "m.conf:2: [muster] collect_interval = 0: "
						     "expected an integer from 1 to 3600, "
						     "in seconds"},
		{"[muster]\nhttp_threads = 1\nhttp_threads = x\nhttp_threads = 2\n",
			"m.conf:3: [muster] http_threads = x: expected an integer from 1 to 64"},
		{"[DEFAULT]\nservice_down_time = 1\n 2\n", "m.conf:2: [DEFAULT] service_down_time"},
		{"[api]\nauth_strategy = kerberos\n",
			"expected keystone or http_basic or noauth or noauth2"},
		{"[muster]\nmax_microversion = 2.105\n", "from 2.1 to 2.104"},
		{"[muster]\nserver_name = Nova\n", "expected domain or nova"},
		{"[DEFAULT]\nmy_ip = host\n", "expected an IPv4 or IPv6 address"},
		{"[DEFAULT]\ninstance_name_template = %y\n",
			"[DEFAULT] instance_name_template = %y: '%y' can't be used"},
		{"[muster]\nlisten = 8774\n", "expected ADDR:PORT"},
		{"listen = a\n[muster]\n", "m.conf:1: expected a [section]"},
		{"[muster\nlisten = a\n", "m.conf: Error (2) on line 1: No closing bracket."},
		{"[]\n", "line 1"},
		{"[muster]\nlisten\n", "m.conf: Error (5) on line 2: Equal sign is missing."},
		{"[muster]\n= a\n", "line 2"},
		{"[muster]\n\n  listen = a\n", "line 3"},
		{"[muster]\n# \xff\nlisten = a\n", "m.conf:2: expected UTF-8"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_fails(cases[i].text, strlen(cases[i].text), MUSTER_ERROR_INVALID,
			cases[i].message);
	assert_fails("[a]\n\0", 5, MUSTER_ERROR_INVALID, "m.conf:2: expected UTF-8 without NUL");
}

static void
test_a_secret_is_not_told(void)
{
	static const char text[] = "[database]\nconnection = mysql://u:hush@h/$connection\n";
	g_autoptr(GError) error = NULL;
	g_assert_null(config_load_bytes("m.conf", text, strlen(text), &error));
	g_assert_true(
		g_str_has_prefix(error->message, "m.conf:2: [database] connection: expected"));
	g_assert_null(strstr(error->message, "hush"));
}

/* A file of these permissions with that text: NULL, or the line that is warned of. */
static void
assert_warned(const char *text, int mode, const char *warning)
{
	g_autofree char *path = NULL;
	int file = g_file_open_tmp("muster-XXXXXX", &path, NULL);
	g_assert_cmpint(write(file, text, strlen(text)), ==, (ssize_t)strlen(text));
	g_assert_cmpint(fchmod(file, (mode_t)mode), ==, 0);
	close(file);
	const char *const paths[] = {path, NULL};
	if (warning != NULL)
		g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, warning);
	CLEANUP(config_free) struct config *config = config_load(paths, NULL, 0, NULL);
	g_assert_nonnull(config);
	g_test_assert_expected_messages();
	g_unlink(path);
}

static void
test_warns_of_a_secret_that_others_may_read(void)
{
	static const char password[] = "[keystone_authtoken]\nusername = u\npassword = hush\n";
	static const char url[] = "[database]\nconnection = mysql://u:hush@h/db\n";
	assert_warned(password, 0644, "*:3: [keystone_authtoken] password is a secret*");
	assert_warned(url, 0604, "*:2: [database] connection is a secret*");
	assert_warned(password, 0640, NULL);
	assert_warned("[database]\nconnection = sqlite:////a@b:c\n", 0644, NULL);
	assert_warned("[database]\nconnection = mysql://u@h:1/db\n", 0644, NULL);
	assert_warned("[keystone_authtoken]\npassword =\n", 0644, NULL);
}

static void
test_passes_over_what_is_novas(void)
{
	CLEANUP(config_free)
	struct config *config = load("[DEFAULT]\nlisten = x\nosapi_compute_workers = many\n"
				     "[filter_scheduler]\nworkers = $nothing\n[wsgi]\n");
	g_assert_false(config_is_set(config, OPTION_LISTEN));
	g_assert_true(config_has_section(config, "wsgi"));
	g_assert_true(config_has_section(config, "Filter_Scheduler"));
	g_assert_false(config_has_section(config, "muster"));
}

static void
test_bounds_a_file(void)
{
	g_autofree char *text = g_strnfill(INI_FILE_MAX + 1, '#');
	CLEANUP(config_free)
	struct config *config = config_load_bytes("m.conf", text, INI_FILE_MAX, NULL);
	g_assert_nonnull(config);
	assert_fails(text, INI_FILE_MAX + 1, MUSTER_ERROR_LIMIT, "at most 1048576 bytes");
}

static void
assert_repeats(const char *head, const char *line, size_t most)
{
	g_autoptr(GString) text = g_string_new(head);
	for (size_t i = 0; i < most; i++)
		g_string_append(text, line);
	config_free(load(text->str));
	g_string_append(text, line);
	assert_fails(text->str, text->len, MUSTER_ERROR_LIMIT,
		"expected at most 1000 sections and 10000 options");
}

static void
test_bounds_sections_and_options(void)
{
	assert_repeats("", "[a]\n", INI_FILE_SECTIONS_MAX);
	assert_repeats("[muster]\n", "connect = a\n", INI_FILE_OPTIONS_MAX);
}

struct directory {
	char *path;
	char *files[4]; /* NULL-terminated */
};

static void
directory_set_up(struct directory *directory, const void *unused)
{
	static const char *const texts[] = {
		"[DEFAULT]\nmy_ip = $ip\n[muster]\nconnect = a\nhttp_threads = 3\nlisten = "
		"[::1]:1\n",
		"[DEFAULT]\nip = ::2\n[muster]\nconnect = b\nhttp_threads = 4\nlisten =\n",
	};
	directory->path = g_dir_make_tmp("muster-test-XXXXXX", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *name = g_strdup_printf("%zu.conf", i);
		directory->files[i] = g_build_filename(directory->path, name, NULL);
		g_assert_true(g_file_set_contents(directory->files[i], texts[i], -1, NULL));
	}
}

static void
directory_tear_down(struct directory *directory, const void *unused)
{
	for (char **file = directory->files; *file != NULL; file++) {
		g_unlink(*file);
		g_free(*file);
	}
	g_rmdir(directory->path);
	g_free(directory->path);
}

static void
test_later_files_win(struct directory *directory, const void *unused)
{
	g_autoptr(GError) error = NULL;
	CLEANUP(config_free)
	struct config *config = config_load((const char *const *)directory->files, NULL, 0, &error);
	g_assert_no_error(error);
	g_assert_cmpint(config_get_integer(config, OPTION_HTTP_THREADS), ==, 4);
	g_assert_cmpstr(config_get_string(config, OPTION_LISTEN), ==, "127.0.0.1:8774");
	g_assert_cmpstr(config_get_string(config, OPTION_MY_IP), ==, "::2");
	assert_list(config, OPTION_CONNECT, "a|b");
}

static void
test_overrides_win_over_files(struct directory *directory, const void *unused)
{
	const struct config_override overrides[] = {
		{OPTION_CONNECT, "c$ip"},
		{OPTION_HTTP_THREADS, "5"},
		{OPTION_CONNECT, "d"},
	};
	CLEANUP(config_free)
	struct config *config = config_load(
		(const char *const *)directory->files, overrides, G_N_ELEMENTS(overrides), NULL);
	g_assert_cmpint(config_get_integer(config, OPTION_HTTP_THREADS), ==, 5);
	assert_list(config, OPTION_CONNECT, "c$ip|d");
	g_assert_true(config_is_set(config, OPTION_CONNECT));
}

static void
test_checks_overrides(void)
{
	static const struct {
		struct config_override override;
		const char *message;
	} cases[] = {
		{{OPTION_LISTEN, "x"}, "command line: [muster] listen = x: expected ADDR:PORT"},
		{{OPTION_LISTEN, "\xff"}, "expected UTF-8"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(config_load(NULL, &cases[i].override, 1, &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_assert_nonnull(strstr(error->message, cases[i].message));
	}
}

static void
test_tells_of_a_file_that_can_not_be_read(struct directory *directory, const void *unused)
{
	g_autofree char *missing = g_build_filename(directory->path, "missing.conf", NULL);
	const char *const paths[] = {missing, directory->path};
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autoptr(GError) error = NULL;
		const char *const files[] = {directory->files[0], paths[i], NULL};
		g_assert_null(config_load(files, NULL, 0, &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_IO);
		g_assert_true(g_str_has_prefix(error->message, paths[i]));
	}
}

/* Every `#name = default` of the sample, as it is and with its '#' taken off. */
static void
test_the_sample_changes_nothing(void)
{
	g_autofree char *sample = config_format_sample();
	g_autoptr(GRegex) commented = g_regex_new("^#(?=\\w)", G_REGEX_MULTILINE, 0, NULL);
	g_autofree char *set = g_regex_replace_literal(commented, sample, -1, 0, "", 0, NULL);
	const char *const texts[] = {sample, set};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		CLEANUP(config_free) struct config *config = load(texts[i]);
		for (enum option option = 0; option < OPTION_COUNT; option++) {
			const char *fallback = option_get_info(option)->fallback;
			g_assert_cmpstr(config_get_string(config, option), ==, fallback);
			g_assert_true(
				config_is_set(config, option) == (i == 1 && fallback != NULL));
		}
	}
	g_auto(GStrv) lines = g_strsplit(sample, "\n", -1);
	for (char **line = lines; *line != NULL; line++)
		g_assert_cmpuint(strlen(*line), <=, 80);
}

/* docs/muster.conf.5 is `muster config man`, checked in. */
static void
test_the_manual_page_is_up_to_date(void)
{
	g_autofree char *path =
		g_test_build_filename(G_TEST_DIST, "..", "..", "docs", "muster.conf.5", NULL);
	g_autofree char *kept = NULL;
	g_autofree char *man = config_format_man();
	g_assert_true(g_file_get_contents(path, &kept, NULL, NULL));
	g_assert_cmpstr(man, ==, kept);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/gives-the-defaults", test_gives_the_defaults);
	g_test_add_func("/config/reads-values-as-written", test_reads_values_as_written);
	g_test_add_func("/config/keeps-long-values", test_keeps_long_values);
	g_test_add_func("/config/keeps-every-value-of-a-list", test_keeps_every_value_of_a_list);
	g_test_add_func("/config/substitutes", test_substitutes);
	g_test_add_func("/config/substitution-ends", test_substitution_ends);
	g_test_add_func("/config/says-what-is-wrong-and-where", test_says_what_is_wrong_and_where);
	g_test_add_func("/config/a-secret-is-not-told", test_a_secret_is_not_told);
	g_test_add_func("/config/warns-of-a-secret-that-others-may-read",
		test_warns_of_a_secret_that_others_may_read);
	g_test_add_func("/config/passes-over-what-is-novas", test_passes_over_what_is_novas);
	g_test_add_func("/config/bounds-a-file", test_bounds_a_file);
	g_test_add_func("/config/bounds-sections-and-options", test_bounds_sections_and_options);
	g_test_add("/config/later-files-win", struct directory, NULL, directory_set_up,
		test_later_files_win, directory_tear_down);
	g_test_add("/config/overrides-win-over-files", struct directory, NULL, directory_set_up,
		test_overrides_win_over_files, directory_tear_down);
	g_test_add_func("/config/checks-overrides", test_checks_overrides);
	g_test_add("/config/tells-of-a-file-that-can-not-be-read", struct directory, NULL,
		directory_set_up, test_tells_of_a_file_that_can_not_be_read, directory_tear_down);
	g_test_add_func("/config/the-sample-changes-nothing", test_the_sample_changes_nothing);
	g_test_add_func(
		"/config/the-manual-page-is-up-to-date", test_the_manual_page_is_up_to_date);
	return g_test_run();
}
