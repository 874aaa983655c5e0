/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs of MariaDB, as SQLAlchemy reads them.
 */
#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "store/mariadb_url.h"

static struct mariadb_url *
parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct mariadb_url *url = mariadb_url_parse(text, &error);
	g_assert_no_error(error);
	return url;
}

static void
test_knows_its_schemes(void)
{
	static const struct {
		const char *url;
		bool matches;
	} cases[] = {
		{"mysql://h/d", true},
		{"mysql+pymysql://h/d", true},
		{"mysql+mysqldb://h/d", true},
		{"mariadb+pymysql://h/d", true},
		{"sqlite:////mysql://", false},
		{"mysqlite://h/d", false},
		{"postgresql://h/d", false},
		{"", false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		g_assert_cmpint(mariadb_url_matches(cases[i].url), ==, cases[i].matches);
}

static void
test_finds_the_parts(void)
{
	static const struct {
		const char *text;
		const char *user, *password, *host;
		unsigned port;
		const char *database, *socket;
	} cases[] = {
		{"mysql+pymysql://nova:secret@db.example:3307/nova_cell1?charset=utf8mb4", "nova",
			"secret", "db.example", 3307, "nova_cell1", NULL},
		{"mysql://nova@db/nova", "nova", NULL, "db", 3306, "nova", NULL},
		{"mysql://db/nova", NULL, NULL, "db", 3306, "nova", NULL},
		{"mysql:///nova", NULL, NULL, "localhost", 3306, "nova", NULL},
		{"mariadb://u:p%40%2F%3A%25@h/d", "u", "p@/:%", "h", 3306, "d", NULL},
		{"mysql://a%3Ab:c@h/d", "a:b", "c", "h", 3306, "d", NULL},
		/* What SQLAlchemy takes though it is not encoded. */
		{"mysql://u:a/b?c#d:e@h/d", "u", "a/b?c#d:e", "h", 3306, "d", NULL},
		{"mysql://u:p@[2001:db8::1]:3307/d", "u", "p", "2001:db8::1", 3307, "d", NULL},
		{"mysql://u:p@[::1]/d", "u", "p", "::1", 3306, "d", NULL},
		{"mysql://u:p@/d?unix_socket=/run/a%20b.sock", "u", "p", "localhost", 3306, "d",
			"/run/a b.sock"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		CLEANUP(mariadb_url_free) struct mariadb_url *parsed = parse(cases[i].text);
		CLEANUP(mariadb_url_free) struct mariadb_url *url = mariadb_url_copy(parsed);
		g_assert_cmpstr(url->user, ==, cases[i].user);
		g_assert_cmpstr(url->password, ==, cases[i].password);
		g_assert_cmpstr(url->host, ==, cases[i].host);
		g_assert_cmpuint(url->port, ==, cases[i].port);
		g_assert_cmpstr(url->database, ==, cases[i].database);
		g_assert_cmpstr(url->socket, ==, cases[i].socket);
		g_assert_false(url->tls);
	}
}

static void
test_tells_how_tls_is_wanted(void)
{
	static const struct {
		const char *query;
		const char *ca;
		bool tls, check_hostname;
	} cases[] = {
		{"charset=utf8", NULL, false, false},
		{"ssl_ca=/a/ca.pem", "/a/ca.pem", true, true},
		{"ssl_ca=/a/ca.pem&ssl_cert=/a/c.pem&ssl_key=/a/k.pem", "/a/ca.pem", true, true},
		{"ssl_ca=/a/ca.pem&ssl_check_hostname=false", "/a/ca.pem", true, false},
		{"ssl_ca=/a/ca.pem&ssl_verify_identity=0", "/a/ca.pem", true, false},
		{"ssl_ca=/a/ca.pem&ssl_verify_cert=False", NULL, true, false},
		{"ssl_cert=/a/c.pem&ssl_key=/a/k.pem", NULL, true, false},
		{"ssl_verify_cert=true", NULL, false, false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strconcat("mysql://u:p@h/d?", cases[i].query, NULL);
		CLEANUP(mariadb_url_free) struct mariadb_url *url = parse(text);
		g_assert_cmpstr(url->tls_ca, ==, cases[i].ca);
		g_assert_cmpint(url->tls, ==, cases[i].tls);
		g_assert_cmpint(url->tls_check_hostname, ==, cases[i].check_hostname);
	}
}

static void
test_refuses_without_a_word_of_the_password(void)
{
	static const struct {
		const char *text;
		const char *words;
	} cases[] = {
		{"mysql:u:secret@h/d", "can't be read"},
		{"mysql://u:secret@h:port/d", "port"},
		{"mysql://u:secret@h:0/d", "port"},
		{"mysql://u:secret@h:65536/d", "port"},
		{"mysql://u:secret@h", "names no database"},
		{"mysql://u:secret@h/", "names no database"},
		{"mysql://u:secret%@h/d", "percent sign in its password"},
		{"mysql://u:secret@h/d?unix_socket=%", "query"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(mariadb_url_parse(cases[i].text, &error));
		g_assert_error(error, MUSTER_ERROR, MUSTER_ERROR_INVALID);
		g_assert_nonnull(strstr(error->message, cases[i].words));
		g_assert_null(strstr(error->message, "secret"));
	}
}

int
main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mariadb-url/knows-its-schemes", test_knows_its_schemes);
	g_test_add_func("/mariadb-url/finds-the-parts", test_finds_the_parts);
	g_test_add_func("/mariadb-url/tells-how-tls-is-wanted", test_tells_how_tls_is_wanted);
	g_test_add_func("/mariadb-url/refuses-without-a-word-of-the-password",
		test_refuses_without_a_word_of_the_password);
	return g_test_run();
}
